/**
 * The manifest of a plugin as a list shows it, and what takes its place where a folder has none.
 */
import { isJsonObject, parsedObject, textOrNull, type Json, type JsonObject } from '../json.ts'
import type { ProfileName } from '../log/profile.ts'
import { isBlank, trimmed } from '../white-space.ts'
import { anyJson, listOf, readJson, textJson } from './json-reader.ts'
import { otherwise, perhaps, struct } from './json-struct.ts'
import type { MarketplaceEntry } from './manifest.ts'
import { namesBelow } from './plugin-source.ts'

/** How a plugin is shown. Paths are below its folder. */
export interface PluginFace {
  readonly displayName: string | null
  readonly shortDescription: string | null
  readonly longDescription: string | null
  readonly developerName: string | null
  readonly category: string | null
  readonly capabilities: ReadonlyArray<string>
  readonly websiteUrl: string | null
  readonly privacyPolicyUrl: string | null
  readonly termsOfServiceUrl: string | null
  readonly defaultPrompt: ReadonlyArray<string> | null
  readonly brandColor: string | null
  readonly composerIcon: string | null
  readonly logo: string | null
  readonly logoDark: string | null
  readonly screenshots: ReadonlyArray<string>
}

export interface PluginFile {
  /** Empty where it names none: then it is the name of its folder. */
  readonly name: string
  /** As it is told; not yet fit for a folder. */
  readonly version: string | null
  readonly description: string | null
  readonly keywords: ReadonlyArray<string>
  readonly face: PluginFace | null
  /** Where skills, servers, apps and hooks stand, as they are written. */
  readonly skills: Json
  readonly mcpServers: Json
  readonly apps: string | null
  readonly hooks: Json
}

const PROMPTS_MAX = 3

const promptMax = (profile: ProfileName): number => (profile === '0.169' ? 512 : 128)

const faceStruct = struct('RawPluginManifestInterface', {
  displayName: perhaps(textJson),
  shortDescription: perhaps(textJson),
  longDescription: perhaps(textJson),
  developerName: perhaps(textJson),
  category: perhaps(textJson),
  capabilities: otherwise(listOf(textJson), []),
  websiteUrl: perhaps(textJson, 'websiteURL'),
  privacyPolicyUrl: perhaps(textJson, 'privacyPolicyURL'),
  termsOfServiceUrl: perhaps(textJson, 'termsOfServiceURL'),
  defaultPrompt: perhaps(anyJson),
  brandColor: perhaps(textJson),
  composerIcon: perhaps(textJson),
  logo: perhaps(textJson),
  logoDark: perhaps(textJson),
  screenshots: otherwise(listOf(textJson), [])
})

const fileStruct = (profile: ProfileName) => {
  const place = profile === '0.130' ? textJson : anyJson
  return struct('RawPluginManifest', {
    name: otherwise(textJson, ''),
    version: perhaps(textJson),
    description: perhaps(textJson),
    keywords: otherwise(listOf(textJson), []),
    skills: perhaps<Json>(place),
    mcpServers: perhaps<Json>(place),
    apps: perhaps(textJson),
    hooks: perhaps(anyJson),
    interface: perhaps(faceStruct)
  })
}

/** A path of a manifest, below the folder of the plugin; null for one that leads elsewhere. */
export const pathBelow = (given: Json): string | null =>
  typeof given === 'string' && given.startsWith('./')
    ? (namesBelow(given.slice(2))?.join('/') ?? null)
    : null

const prompts = (given: Json, profile: ProfileName): ReadonlyArray<string> | null => {
  const listed = typeof given === 'string' ? [given] : given
  if (!Array.isArray(listed)) return null
  const taken: Array<string> = []
  for (const one of listed as ReadonlyArray<Json>) {
    if (taken.length === PROMPTS_MAX) break
    if (typeof one !== 'string') continue
    const line = trimmed(one)
      .split(/\p{White_Space}+/u)
      .join(' ')
    if (line !== '' && Array.from(line).length <= promptMax(profile)) taken.push(line)
  }
  return taken.length === 0 ? null : taken
}

const isEmpty = (value: unknown): boolean =>
  value === null || (Array.isArray(value) && value.length === 0)

const some = (face: PluginFace): PluginFace | null =>
  Object.values(face).every(isEmpty) ? null : face

/** Reads a manifest by the rules of a version; what is wrong with it is said in Codex's words. */
export const readPluginFile = (
  text: string,
  profile: ProfileName
): { readonly problem: string } | { readonly value: PluginFile } => {
  const read = readJson(text, fileStruct(profile))
  if ('problem' in read) return read
  const { interface: face, version, ...file } = read.value
  const shown = trimmed(version ?? '')
  return {
    value: {
      ...file,
      name: isBlank(file.name) ? '' : file.name,
      version: shown === '' ? null : shown,
      face:
        face === null
          ? null
          : some({
              ...face,
              defaultPrompt: prompts(face.defaultPrompt, profile),
              composerIcon: pathBelow(face.composerIcon),
              logo: pathBelow(face.logo),
              logoDark: pathBelow(face.logoDark),
              screenshots: face.screenshots.flatMap((path) => pathBelow(path) ?? [])
            })
    }
  }
}

const EMPTY_FACE: PluginFace = {
  displayName: null,
  shortDescription: null,
  longDescription: null,
  developerName: null,
  category: null,
  capabilities: [],
  websiteUrl: null,
  privacyPolicyUrl: null,
  termsOfServiceUrl: null,
  defaultPrompt: null,
  brandColor: null,
  composerIcon: null,
  logo: null,
  logoDark: null,
  screenshots: []
}

/** How a plugin is shown in a marketplace that puts it into a category. */
export const faceIn = (face: PluginFace | null, category: string | null): PluginFace | null =>
  category === null ? face : { ...(face ?? EMPTY_FACE), category }

/** The interface of an entry: what it says, and from its other members what it does not; undefined where there is none. */
const faceOfEntry = ({ category, rest }: MarketplaceEntry): Json | undefined => {
  const { interface: written, author } = rest
  const isOther = written !== undefined && written !== null && !isJsonObject(written)
  if (isOther) return written
  const own: JsonObject = isJsonObject(written) ? written : {}
  const developer = isJsonObject(author) ? textOrNull(author['name']) : null
  const found = Object.entries({
    displayName: textOrNull(rest['displayName']),
    developerName: isBlank(developer ?? '') ? null : developer,
    websiteUrl: textOrNull(rest['homepage'])
  }).filter(([name, value]) => value !== null && own[name] === undefined)
  const face: JsonObject = {
    ...own,
    ...Object.fromEntries(found),
    ...(category === null ? {} : { category })
  }
  return isJsonObject(written) || Object.keys(face).length > 0 ? face : written
}

/**
 * The manifest that an entry of a marketplace stands for, as it is written into an installed folder without one; null where the entry
 * says nothing, and in 0.130.
 */
export const manifestOfEntry = (entry: MarketplaceEntry, profile: ProfileName): string | null => {
  const { name, category, rest } = entry
  if (profile === '0.130' || (category === null && Object.keys(rest).length === 0)) return null
  const face = faceOfEntry(entry)
  return JSON.stringify(
    {
      ...rest,
      name,
      ...(category === null ? {} : { category }),
      ...(face === undefined ? {} : { interface: face })
    },
    null,
    2
  )
}

/** What is said of a version before anything else of a manifest is looked at; its text, trimmed, or null for none. */
export const writtenVersion = (
  text: string
): { readonly problem: string } | { readonly value: string | null } => {
  const read = readJson(text, anyJson)
  if ('problem' in read) return { problem: `failed to parse plugin.json: ${read.problem}` }
  const version = (isJsonObject(read.value) ? parsedObject(text)?.['version'] : null) ?? null
  if (version === null) return { value: null }
  if (typeof version !== 'string')
    return { problem: 'invalid plugin version in plugin.json: expected string' }
  return isBlank(version)
    ? { problem: 'invalid plugin version in plugin.json: must not be blank' }
    : { value: trimmed(version) }
}
