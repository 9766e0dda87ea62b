/**
 * A marketplace on this machine: where its file is, and what it lists.
 */
import * as E from 'fp-ts/lib/Either.js'
import { lstatSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ProfileName } from '../../domain/log/profile.ts'
import {
  MARKETPLACE_BYTES_MAX,
  readMarketplace,
  type MarketplaceEntry
} from '../../domain/marketplaces/manifest.ts'
import { pluginSource, type PluginSource } from '../../domain/marketplaces/plugin-source.ts'
import { systemWords } from '../home/system-words.ts'
import { fileText } from '../skills/file-text.ts'
import { isFileWithin, leadsOut, placeWithin } from './within.ts'

const AGENTS = '.agents/plugins/marketplace.json'
const CLAUDE = '.claude-plugin/marketplace.json'
const CURATED = '.agents/plugins/api_marketplace.json'

/** Where the file of a marketplace may be in its folder, in search order. */
const PLACES: Readonly<Record<ProfileName, ReadonlyArray<string>>> = {
  '0.130': [AGENTS, CLAUDE],
  '0.142': [AGENTS, CURATED, CLAUDE],
  '0.169': [AGENTS, CURATED, CLAUDE, '.cursor-plugin/marketplace.json']
}

/** Why a marketplace cannot be used, in Codex's words; `io` where the system does not let it be read. */
export interface MarketplaceProblem {
  readonly kind: 'io' | 'invalid'
  readonly message: string
}

/** A plugin of a marketplace, and where it comes from. */
export interface MarketplacePlugin {
  readonly entry: MarketplaceEntry
  readonly source: PluginSource
}

export interface Marketplace {
  /** As it calls itself. */
  readonly name: string
  readonly displayName: string | null
  /** Its file, as it was named. */
  readonly path: string
  /** Its folder; null where the file is in no place for one, and then no plugin is a folder. */
  readonly root: string | null
  /** Plugins that a version knows how to find, in order. */
  readonly plugins: ReadonlyArray<MarketplacePlugin>
}

/** The file of a marketplace in a folder; null for a folder that is none. */
export const marketplaceFile = (root: string, profile: ProfileName): string | null => {
  const place = PLACES[profile].find((below) => isFileWithin(root, below))
  return place === undefined ? null : join(root, place)
}

/** The folder that a file of a marketplace is for. */
const rootOf = (path: string, profile: ProfileName): string | null => {
  const place = PLACES[profile].find((below) => path.endsWith(`/${below}`))
  return place === undefined ? null : path.slice(0, -place.length - 1) || '/'
}

/** The folder of a plugin below that of its marketplace, as it is told. */
export const pluginPlace = ({ root }: Marketplace, source: PluginSource): string | null =>
  root === null || source.type !== 'local' ? null : join(root, ...source.below)

const listed = (
  entries: ReadonlyArray<MarketplaceEntry>,
  root: string | null,
  profile: ProfileName
): ReadonlyArray<MarketplacePlugin> =>
  entries.flatMap((entry): ReadonlyArray<MarketplacePlugin> => {
    const source = pluginSource(entry.source, profile)
    if (source === null) return []
    if (source.type !== 'local') return [{ entry, source }]
    if (root === null || leadsOut(root, join(...source.below, '.'))) return []
    return [{ entry, source }]
  })

const invalid = (message: string): E.Either<MarketplaceProblem, never> =>
  E.left({ kind: 'invalid', message })

const fileProblem = (path: string): MarketplaceProblem | null => {
  try {
    if (!statSync(path).isDirectory()) return null
    return { kind: 'io', message: 'failed to read marketplace file: Is a directory (os error 21)' }
  } catch (cause) {
    const { code, errno } = cause as NodeJS.ErrnoException
    return code === 'ENOENT'
      ? { kind: 'invalid', message: `marketplace file \`${path}\` does not exist` }
      : { kind: 'io', message: `failed to read marketplace file: ${systemWords(errno ?? 0)}` }
  }
}

/** The place of the file without links; one that leads out of the marketplace is refused, but in the folder of the user. */
const placeOf = (path: string, root: string | null, userHome: string): string | null => {
  if (root === null) return lstatSync(path).isSymbolicLink() ? null : path
  return root === userHome ? path : placeWithin(root, path.slice(root.length))
}

/** Reads the marketplace whose file is at a path. */
export const marketplaceAt = (
  path: string,
  userHome: string,
  profile: ProfileName
): E.Either<MarketplaceProblem, Marketplace> => {
  const problem = fileProblem(path)
  if (problem !== null) return E.left(problem)
  const root = rootOf(path, profile)
  const wrong = (why: string) => invalid(`invalid marketplace file \`${path}\`: ${why}`)
  const place = placeOf(path, root, userHome)
  if (place === null) return wrong('a link leads out of the marketplace')
  const text = fileText(place, MARKETPLACE_BYTES_MAX, root === userHome)
  if (E.isLeft(text))
    return text.left.includes('utf-8')
      ? E.left({
          kind: 'io',
          message: 'failed to read marketplace file: stream did not contain valid UTF-8'
        })
      : wrong(text.left)
  const read = readMarketplace(text.right)
  if ('problem' in read) return wrong(read.problem)
  const { name, displayName, plugins } = read.value
  return E.right({ name, displayName, path, root, plugins: listed(plugins, root, profile) })
}

/** Reads the marketplace in a folder. */
export const marketplaceIn = (
  root: string,
  userHome: string,
  profile: ProfileName
): E.Either<MarketplaceProblem, Marketplace> => {
  const path = marketplaceFile(root, profile)
  return path === null
    ? invalid(
        `invalid marketplace file \`${root}\`: marketplace root does not contain a supported manifest`
      )
    : marketplaceAt(path, userHome, profile)
}
