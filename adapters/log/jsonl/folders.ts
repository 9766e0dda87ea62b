/**
 * The directories of a home and what they held when they were last looked at.
 *
 * A directory is listed again only when its modification time changed, or was so recent at the last listing that
 * a file made in the same clock tick could have been missed.
 */
import { join } from 'node:path'
import type { StreamId } from '../../../domain/ids.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import { ROOTS, looksOf, type LookAt } from './home-watch.ts'
import { list, type Listing, type Looks } from './listing.ts'
import { dayOf, type Place } from './place.ts'
import { recallFolders, recordFolders, type Recalled } from './recalled.ts'

const DEPTH_MAX = 8
/** Directory times this close to the listing may hide a later change (coarse file-system clocks). */
const RACY_MS = 2000
const DAY_MS = 24 * 60 * 60 * 1000

/** True when a directory that looks so still holds what was listed. */
const isFresh = (known: Listing | undefined, looks: Looks): known is Listing =>
  known !== undefined &&
  known.modifiedAtMs === looks.modifiedAtMs &&
  known.changedAtMs === looks.changedAtMs &&
  known.inode === looks.inode &&
  known.listedAtMs - known.modifiedAtMs > RACY_MS

/** True when nothing can have come or gone: a new directory changes the one it is in. */
const areFresh = (
  home: string,
  listings: ReadonlyMap<string, Listing>,
  lookAt: LookAt
): boolean => {
  for (const [directory, listing] of listings) {
    const looks = lookAt(directory)
    if (looks === null || !isFresh(listing, looks)) return false
  }
  const roots = ROOTS.map((root) => join(home, root))
  return roots.every((root) => listings.has(root) || lookAt(root) === null)
}

const isSame = (
  seen: ReadonlyMap<string, Listing>,
  listings: ReadonlyMap<string, Listing>
): boolean => {
  if (seen.size !== listings.size) return false
  for (const [directory, listing] of seen) if (listings.get(directory) !== listing) return false
  return true
}

/** `lookAt`: how a directory is looked at before it is listed. */
export const directories = (home: string, profile: Profile, lookAt: LookAt = looksOf) => {
  const listings = new Map<string, Listing>()
  let recalled: Recalled | null = null
  let lookedAtMs = 0
  let changes = 1
  let version = changes

  const visit = (
    directory: string,
    archived: boolean,
    depth: number,
    seen: Map<string, Listing>
  ): void => {
    const looks = lookAt(directory)
    if (looks === null) return
    const known = listings.get(directory)
    const listing = isFresh(known, looks) ? known : list(directory, archived, profile, looks)
    seen.set(directory, listing)
    if (depth < DEPTH_MAX) {
      for (const child of listing.directories) visit(child, archived, depth + 1, seen)
    }
  }

  const newest = (): string => {
    let directory = join(home, 'sessions')
    for (;;) {
      const children = listings.get(directory)?.directories ?? []
      const last = children[children.length - 1]
      if (last === undefined) return directory
      directory = last
    }
  }

  const isChanged = (directory: string): boolean => {
    const listing = listings.get(directory)
    const looks = looksOf(directory)
    return looks === null ? listing !== undefined : !isFresh(listing, looks)
  }

  /** True when a new segment may be there: it is made in the folder of its day, or in the newest one there is. */
  const mayHaveSegment = (): boolean => {
    const nowMs = Date.now()
    if (nowMs - lookedAtMs > DAY_MS) return true
    const days = new Set([dayOf(home, lookedAtMs), dayOf(home, nowMs), newest()])
    return [...days].some(isChanged)
  }

  return {
    mayHaveSegment,
    recall: (folders: unknown): ReadonlyMap<string, Listing> => {
      listings.clear()
      recalled = recallFolders(folders, home, profile)
      for (const [directory, listing] of recalled.listings) listings.set(directory, listing)
      version = 0
      return listings
    },
    /** Where a thread's one file is, if that can be told without looking at all that was recalled. */
    recalledPlace: (id: StreamId): Place | null => recalled?.placeOf(id) ?? null,
    version: () => version,
    paths: (): Iterable<string> => listings.keys(),
    recorded: (): unknown => recordFolders(listings, home),
    /** Every listing, or null when nothing changed since the last call. */
    changed: (): ReadonlyMap<string, Listing> | null => {
      lookedAtMs = Date.now()
      if (areFresh(home, listings, lookAt)) return null
      const seen = new Map<string, Listing>()
      for (const root of ROOTS) visit(join(home, root), root !== 'sessions', 0, seen)
      if (isSame(seen, listings)) return null
      version = ++changes
      recalled = null
      listings.clear()
      for (const [directory, listing] of seen) listings.set(directory, listing)
      return listings
    }
  }
}
