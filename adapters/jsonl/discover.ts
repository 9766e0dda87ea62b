/**
 * Finding rollouts: `sessions/**` and `archived_sessions/**` of a home, kept between calls.
 *
 * A directory is listed again only when its modification time changed, or was so recent at the last listing that
 * a file made in the same clock tick could have been missed. Files are stat'ed at every call: a changed size or
 * time is how another writer is noticed. Links are not followed: a rollout lives in its home.
 */
import { lstatSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { streamId, type StreamId } from '../../domain/ids.ts'
import type { Profile } from '../../domain/profile.ts'
import type { StreamInfo } from '../../replay/ports.ts'

const ROOTS = ['archived_sessions', 'sessions'] as const
const DEPTH_MAX = 8
/** Directory times this close to the listing may hide a later change (coarse file-system clocks). */
const RACY_MS = 2000

const NAME =
  /^(rollout-)?.*?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl(\.zst)?$/i

interface Place {
  readonly streamId: StreamId
  readonly path: string
  readonly archived: boolean
  readonly compressed: boolean
}

interface Listing {
  readonly modifiedAtMs: number
  readonly listedAtMs: number
  readonly directories: ReadonlyArray<string>
  readonly places: ReadonlyArray<Place>
}

const placeOf = (
  directory: string,
  name: string,
  archived: boolean,
  profile: Profile
): Place | null => {
  const match = NAME.exec(name)
  if (match === null) return null
  const compressed = match[3] !== undefined
  if (compressed && !profile.readsCompressed) return null
  if (profile.needsRolloutPrefix && !name.startsWith('rollout-')) return null
  return {
    streamId: streamId((match[2] ?? '').toLowerCase()),
    path: join(directory, name),
    archived,
    compressed
  }
}

const list = (
  directory: string,
  archived: boolean,
  profile: Profile,
  modifiedAtMs: number
): Listing => {
  const directories: Array<string> = []
  const places: Array<Place> = []
  const listedAtMs = Date.now()
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) directories.push(join(directory, entry.name))
    else if (entry.isFile()) {
      const place = placeOf(directory, entry.name, archived, profile)
      if (place !== null) places.push(place)
    }
  }
  directories.sort()
  places.sort((a, b) => (a.path < b.path ? -1 : 1))
  return { modifiedAtMs, listedAtMs, directories, places }
}

/** A stream as its file's outside tells it; null when the file is gone or not a plain file. */
export const infoOf = (place: Place): StreamInfo | null => {
  const stat = lstatSync(place.path, { throwIfNoEntry: false })
  if (stat === undefined || !stat.isFile()) return null
  return {
    streamId: place.streamId,
    lineage: [{ path: place.path, from: 0, until: null }],
    path: place.compressed ? place.path.slice(0, -'.zst'.length) : place.path,
    archived: place.archived,
    compressed: place.compressed,
    sizeBytes: stat.size,
    modifiedAtMs: stat.mtimeMs,
    inode: stat.ino
  }
}

/** Of two files for one thread: plain before compressed, live before archived, then the later path. */
const wins = (a: Place, b: Place): boolean => {
  if (a.archived !== b.archived) return !a.archived
  const plain = (place: Place) =>
    place.compressed ? place.path.slice(0, -'.zst'.length) : place.path
  if (plain(a) === plain(b)) return !a.compressed
  return plain(a) > plain(b)
}

/** Keeps what is known about a home's files. */
export interface Discovery {
  /** Every stream, in path order of the files. */
  readonly all: () => ReadonlyArray<StreamInfo>
  /** Ids of every stream; stats directories only. The same array as long as nothing was added, moved or removed. */
  readonly ids: () => ReadonlyArray<StreamId>
  readonly find: (id: StreamId) => StreamInfo | null
}

/** Watches a home by listing and stat'ing it. */
export const discovery = (home: string, profile: Profile): Discovery => {
  const listings = new Map<string, Listing>()
  let places = new Map<StreamId, Place>()
  let ids: ReadonlyArray<StreamId> = []

  const visit = (
    directory: string,
    archived: boolean,
    depth: number,
    seen: Map<string, Listing>
  ): void => {
    const stat = statSync(directory, { throwIfNoEntry: false })
    if (stat === undefined || !stat.isDirectory()) return
    const known = listings.get(directory)
    const fresh =
      known?.modifiedAtMs === stat.mtimeMs && known.listedAtMs - known.modifiedAtMs > RACY_MS
    const listing = fresh ? known : list(directory, archived, profile, stat.mtimeMs)
    seen.set(directory, listing)
    if (depth < DEPTH_MAX) {
      for (const child of listing.directories) visit(child, archived, depth + 1, seen)
    }
  }

  const isSame = (seen: ReadonlyMap<string, Listing>): boolean => {
    if (seen.size !== listings.size) return false
    for (const [directory, listing] of seen) if (listings.get(directory) !== listing) return false
    return true
  }

  const refresh = (): void => {
    const seen = new Map<string, Listing>()
    for (const root of ROOTS) visit(join(home, root), root !== 'sessions', 0, seen)
    if (isSame(seen)) return
    listings.clear()
    const found = new Map<StreamId, Place>()
    for (const [directory, listing] of seen) {
      listings.set(directory, listing)
      for (const place of listing.places) {
        const other = found.get(place.streamId)
        if (other === undefined || wins(place, other)) found.set(place.streamId, place)
      }
    }
    places = found
    ids = [...found.keys()]
  }

  return {
    all: () => {
      refresh()
      const infos: Array<StreamInfo> = []
      for (const place of places.values()) {
        const info = infoOf(place)
        if (info !== null) infos.push(info)
      }
      return infos
    },
    ids: () => {
      refresh()
      return ids
    },
    find: (id) => {
      const known = places.get(id)
      const info = known === undefined ? null : infoOf(known)
      if (info !== null) return info
      refresh()
      const found = places.get(id)
      return found === undefined ? null : infoOf(found)
    }
  }
}
