/**
 * Which marketplaces there are: that of the user, those that were added, and those of directories.
 */
import * as E from 'fp-ts/lib/Either.js'
import { dirname, join } from 'node:path'
import { byBytes } from '../../domain/byte-order.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { canonicalPath } from '../home/places.ts'
import { configuredMarketplaces, configuredRoot } from './configured.ts'
import { marketplaceAt, marketplaceFile, type Marketplace } from './marketplace.ts'

/** What marketplaces of a server depend on. */
export interface MarketplacePlace {
  /** Absolute path of `$CODEX_HOME`. */
  readonly home: string
  readonly userHome: string
  readonly profile: ProfileName
  /** The configuration in force. */
  readonly config: JsonObject
}

/** A file that is no marketplace, and what Codex says of it. */
export interface LoadProblem {
  readonly path: string
  readonly message: string
}

export interface FoundMarketplaces {
  readonly marketplaces: ReadonlyArray<Marketplace>
  readonly problems: ReadonlyArray<LoadProblem>
}

/** The repository that a directory is in; null for none. */
const repositoryOf = (directory: string): string | null => {
  for (let at = directory; ; at = dirname(at)) {
    if (canonicalPath(join(at, '.git')) !== null) return at
    if (at === dirname(at)) return null
  }
}

/** Folders in the order in which they are looked at. */
const rootsOf = (
  { home, profile, config }: MarketplacePlace,
  directories: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const added = configuredMarketplaces(config).flatMap((one) => configuredRoot(home, one) ?? [])
  const sorted = (roots: ReadonlyArray<string>) => [...new Set(roots)].sort(byBytes)
  // Since 0.169 each directory is asked about by itself, and what it adds stands behind the others.
  return profile === '0.169' && directories.length > 0
    ? directories.flatMap((directory) => sorted([...added, directory]))
    : sorted([...added, ...directories])
}

/** Files of marketplaces, each once. */
const filesOf = (
  place: MarketplacePlace,
  directories: ReadonlyArray<string>
): ReadonlySet<string> => {
  const { userHome, profile } = place
  const files = new Set<string>()
  const take = (root: string | null): boolean => {
    const path = root === null ? null : marketplaceFile(root, profile)
    if (path === null || files.has(path)) return false
    files.add(path)
    return true
  }
  take(userHome)
  for (const root of rootsOf(place, directories)) if (!take(root)) take(repositoryOf(root))
  return files
}

/** The marketplaces of a server, and of directories of a client. */
export const foundMarketplaces = (
  place: MarketplacePlace,
  directories: ReadonlyArray<string>
): FoundMarketplaces => {
  const read = [...filesOf(place, directories)].map(
    (path) => [path, marketplaceAt(path, place.userHome, place.profile)] as const
  )
  return {
    marketplaces: read.flatMap(([, one]) => (E.isRight(one) ? [one.right] : [])),
    problems: read.flatMap(([path, one]) =>
      E.isLeft(one) ? [{ path, message: one.left.message }] : []
    )
  }
}
