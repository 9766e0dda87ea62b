/**
 * Where a plugin of a marketplace comes from: a folder of the marketplace, a repository or a package. An entry of any other kind is passed
 * over.
 */
import { isJsonObject, textOrNull, type Json, type JsonObject } from '../json.ts'
import type { ProfileName } from '../log/profile.ts'
import { trimmed } from '../white-space.ts'

export type PluginSource =
  /** A folder below that of the marketplace, by names; none for the marketplace itself. */
  | { readonly type: 'local'; readonly below: ReadonlyArray<string> }
  | {
      readonly type: 'git'
      readonly url: string
      readonly path: string | null
      readonly refName: string | null
      readonly sha: string | null
    }
  | {
      readonly type: 'npm'
      readonly package: string
      readonly version: string | null
      readonly registry: string | null
    }

/** Names of a path that leads downwards and nowhere else; null for any other path. */
export const namesBelow = (path: string): ReadonlyArray<string> | null => {
  const parts = path.split('/')
  const names = parts.filter((part) => part !== '' && part !== '.')
  const isDownward = parts[0] !== '' && parts[0] !== '.' && !parts.includes('..')
  return isDownward && names.length > 0 && !path.includes('\0') ? names : null
}

const localSource = (path: string, profile: ProfileName): PluginSource | null => {
  if (!path.startsWith('./')) return null
  const rest = path.slice(2)
  if (rest === '') return profile === '0.130' ? null : { type: 'local', below: [] }
  const below = namesBelow(rest)
  return below === null ? null : { type: 'local', below }
}

const SHORT = /^[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+$/

const gitUrl = (given: string): string | null => {
  const url = trimmed(given)
  if (/^https:\/\/github\.com\//.test(url)) return url.endsWith('.git') ? url : `${url}.git`
  if (/^(https?|file|ssh):\/\//.test(url) || /^(\.\.?)?\//.test(url)) return url
  if (url.startsWith('git@') && url.includes(':')) return url
  return SHORT.test(url) ? `https://github.com/${url}.git` : null
}

const selector = (given: string | null): string | null => {
  const text = trimmed(given ?? '')
  return text === '' ? null : text
}

/** True where each of the members is a text, or null or missing. */
const areTexts = (source: JsonObject, ...names: ReadonlyArray<string>): boolean =>
  names.every((name) => {
    const value = source[name] ?? null
    return value === null || typeof value === 'string'
  })

const subfolder = (given: string): string | null => {
  const path = trimmed(given).replace(/^\.\//, '')
  return namesBelow(path) === null ? null : path
}

const gitSource = (source: JsonObject, needsPath: boolean): PluginSource | null => {
  const given = textOrNull(source['path'])
  const url = gitUrl(textOrNull(source['url']) ?? '')
  if (url === null || !areTexts(source, 'url', 'path', 'ref', 'sha')) return null
  if (given === null && needsPath) return null
  const path = given === null ? null : subfolder(given)
  if (given !== null && path === null) return null
  return {
    type: 'git',
    url,
    path,
    refName: selector(textOrNull(source['ref'])),
    sha: selector(textOrNull(source['sha']))
  }
}

const npmSource = (source: JsonObject): PluginSource | null => {
  const name = textOrNull(source['package'])
  if (name === null || !areTexts(source, 'version', 'registry')) return null
  const [version, registry] = [source['version'], source['registry']].map(textOrNull)
  return { type: 'npm', package: name, version: version ?? null, registry: registry ?? null }
}

/** Where an entry says its plugin comes from; null where nothing of the version is meant. */
export const pluginSource = (source: Json, profile: ProfileName): PluginSource | null => {
  if (typeof source === 'string') return localSource(source, profile)
  if (!isJsonObject(source)) return null
  switch (source['source']) {
    case 'local':
      return typeof source['path'] === 'string' ? localSource(source['path'], profile) : null
    case 'url':
      return gitSource(source, false)
    case 'git-subdir':
      return gitSource(source, true)
    case 'npm':
      return profile === '0.169' ? npmSource(source) : null
    default:
      return null
  }
}
