/**
 * Finding rollouts: `sessions/**` and `archived_sessions/**` of a home, kept between calls.
 *
 * A thread is a file `rollout-<time>-<thread>.jsonl`; from 0.146 on a revert adds a segment
 * `rollout-<time>-<thread>_<segment>.jsonl`, which continues another file. The newest segment is the thread's head.
 *
 * A directory is listed again only when its modification time changed, or was so recent at the last listing that
 * a file made in the same clock tick could have been missed. Files are stat'ed at every call: a changed size or
 * time is how another writer is noticed. Links are not followed: a rollout lives in its home.
 */
import * as E from 'fp-ts/lib/Either.js'
import { lstatSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { streamId, type StreamId } from '../../domain/ids.ts'
import { once } from '../../domain/once.ts'
import type { Profile } from '../../domain/profile.ts'
import type { FolderMemory, Lineage, StreamInfo, WrittenSegment } from '../../replay/ports.ts'
import { openBytes } from './bytes.ts'
import { firstLines } from './first-line.ts'
import { dayOf, isNewer, type Place } from './place.ts'
import { lineageOf, type Segments } from './lineage.ts'
import { list, type Listing, type Looks } from './listing.ts'
import { lineEndingAt } from './ordinals.ts'
import { recallFolders, recordFolders, type Recalled } from './recalled.ts'

const ROOTS = ['archived_sessions', 'sessions'] as const
const DEPTH_MAX = 8
/** Directory times this close to the listing may hide a later change (coarse file-system clocks). */
const RACY_MS = 2000

/** A stream as its file's outside tells it; null when the file is gone or not a plain file. */
export const infoOf = (place: Place): StreamInfo | null => {
  const stat = lstatSync(place.path, { throwIfNoEntry: false })
  if (stat === undefined || !stat.isFile()) return null
  return {
    streamId: place.streamId,
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

const writtenSegment = (
  { segmentId, path, compressed }: Place,
  firstLine: ReturnType<typeof firstLines>
): WrittenSegment => {
  const first = firstLine(path, compressed)
  const base = first === 'unreadable' ? null : first.base
  if (compressed) return { id: segmentId, base, end: { ordinal: null, offset: 0 } }
  const offset = statSync(path).size
  const source = openBytes(path, compressed)
  try {
    const last = lineEndingAt(source, offset)
    const ordinal = last.kind === 'line' && last.ordinal !== null ? last.ordinal + 1 : null
    return { id: segmentId, base, end: { ordinal, offset } }
  } finally {
    source.close()
  }
}

/** Keeps what is known about a home's files. */
export interface Discovery {
  readonly memory: FolderMemory
  /** Every stream, in path order of the files. The same array as long as every file looks the same. */
  readonly all: () => ReadonlyArray<StreamInfo>
  /** Ids of every stream; stats directories only. The same array as long as nothing was added, moved or removed. */
  readonly ids: () => ReadonlyArray<StreamId>
  readonly find: (id: StreamId) => StreamInfo | null
  /** Those of the streams that can be looked at; new segments are looked for once, not once for each. */
  readonly findAll: (ids: ReadonlyArray<StreamId>) => ReadonlyMap<string, StreamInfo>
  /** The files a thread's history stands in now. */
  readonly lineage: (info: StreamInfo) => Lineage
  /** The files written for a thread, oldest first. */
  readonly segments: (id: StreamId) => ReadonlyArray<WrittenSegment>
  /** Each older file of a thread as a history of its own, newest first. */
  readonly older: (id: StreamId) => ReadonlyArray<Lineage>
}

/** The files of a home, by what they are looked up by. */
interface Known {
  /** The newest segment of each thread. */
  readonly heads: Map<StreamId, Place>
  readonly segments: Map<string, Place>
  /** Segments of the threads that have more than one, oldest first. */
  readonly threads: Map<string, Array<Place>>
}

const addPlace = (known: Known, place: Place): void => {
  const other = known.segments.get(place.segmentId)
  if (other === undefined || wins(place, other)) known.segments.set(place.segmentId, place)
}

const headsOf = (known: Known): void => {
  for (const place of known.segments.values()) {
    const head = known.heads.get(place.streamId)
    if (head === undefined || isNewer(place, head)) known.heads.set(place.streamId, place)
    if (head === undefined) continue
    const all = known.threads.get(place.streamId) ?? [head]
    all.push(place)
    known.threads.set(place.streamId, all)
  }
  for (const all of known.threads.values()) all.sort((a, b) => (isNewer(a, b) ? 1 : -1))
}

const knownOf = (listings: ReadonlyMap<string, Listing>, byFile: boolean): Known => {
  const known: Known = { heads: new Map(), segments: new Map(), threads: new Map() }
  for (const listing of listings.values())
    for (const place of listing.places())
      addPlace(known, byFile ? { ...place, streamId: streamId(place.segmentId) } : place)
  headsOf(known)
  return known
}

/** The files written for a thread, oldest first. */
const placesOf = ({ heads, threads }: Known, id: StreamId): ReadonlyArray<Place> => {
  const one = heads.get(id)
  return threads.get(id) ?? (one === undefined ? [] : [one])
}

const DAY_MS = 24 * 60 * 60 * 1000

/** Null when there is no such directory. */
const looksOf = (directory: string): Looks | null => {
  const stat = statSync(directory, { throwIfNoEntry: false })
  if (stat === undefined || !stat.isDirectory()) return null
  return { modifiedAtMs: stat.mtimeMs, changedAtMs: stat.ctimeMs, inode: stat.ino }
}

/** True when a directory that looks so still holds what was listed. */
const isFresh = (known: Listing | undefined, looks: Looks): known is Listing =>
  known !== undefined &&
  known.modifiedAtMs === looks.modifiedAtMs &&
  known.changedAtMs === looks.changedAtMs &&
  known.inode === looks.inode &&
  known.listedAtMs - known.modifiedAtMs > RACY_MS

/** True when nothing can have come or gone: a new directory changes the one it is in. */
const areFresh = (home: string, listings: ReadonlyMap<string, Listing>): boolean => {
  for (const [directory, listing] of listings) {
    const looks = looksOf(directory)
    if (looks === null || !isFresh(listing, looks)) return false
  }
  const roots = ROOTS.map((root) => join(home, root))
  return roots.every((root) => listings.has(root) || looksOf(root) === null)
}

const isSame = (
  seen: ReadonlyMap<string, Listing>,
  listings: ReadonlyMap<string, Listing>
): boolean => {
  if (seen.size !== listings.size) return false
  for (const [directory, listing] of seen) if (listings.get(directory) !== listing) return false
  return true
}

/** The directories of a home and what they held when they were last looked at. */
const directories = (home: string, profile: Profile) => {
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
    const looks = looksOf(directory)
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
    recorded: () => recordFolders(listings, home),
    /** Every listing, or null when nothing changed since the last call. */
    changed: (): ReadonlyMap<string, Listing> | null => {
      lookedAtMs = Date.now()
      if (areFresh(home, listings)) return null
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

const olderFiles = (places: ReadonlyArray<Place> = []): ReadonlyArray<Lineage> =>
  places
    .slice(0, -1)
    .reverse()
    .map((place) => lineageOf(place, NO_SEGMENTS))

type Watched = ReturnType<typeof directories>

const memoryOf = (
  watched: Watched,
  learn: (listings: ReadonlyMap<string, Listing>) => void,
  refresh: () => void
): FolderMemory => ({
  recall: (folders) => learn(watched.recall(folders)),
  look: () => {
    refresh()
    return watched.version()
  },
  folders: watched.recorded
})

/** The place of a stream that is one whole file. */
const wholeOf = ({ streamId: id, path, compressed }: StreamInfo): Place => ({
  streamId: id,
  segmentId: id,
  path: compressed ? `${path}.zst` : path,
  archived: false,
  compressed
})

const infosAt = (places: Iterable<Place>): ReadonlyArray<StreamInfo> => {
  const infos: Array<StreamInfo> = []
  for (const place of places) {
    const info = infoOf(place)
    if (info !== null) infos.push(info)
  }
  return infos
}

/** What can be looked at, by id. */
const each = (
  ids: ReadonlyArray<StreamId>,
  look: (id: StreamId) => StreamInfo | null
): ReadonlyMap<string, StreamInfo> => {
  const found = new Map<string, StreamInfo>()
  for (const id of ids) {
    const info = E.getOrElseW(() => null)(E.tryCatch(() => look(id), E.toError))
    if (info !== null) found.set(id, info)
  }
  return found
}

const areSame = (some: ReadonlyArray<StreamInfo>, others: ReadonlyArray<StreamInfo>): boolean =>
  some.length === others.length &&
  some.every((one, i) => {
    const other = others[i]
    return (
      other !== undefined &&
      one.path === other.path &&
      one.compressed === other.compressed &&
      one.sizeBytes === other.sizeBytes &&
      one.modifiedAtMs === other.modifiedAtMs &&
      one.inode === other.inode
    )
  })

/**
 * Watches a home by listing and stat'ing it. `byFile`: each file is a stream of its own under the id of its segment, and
 * continues no other.
 */
export const discovery = (home: string, profile: Profile, byFile = false): Discovery => {
  const watched = directories(home, profile)
  const firstLine = firstLines()
  let known = once(() => knownOf(new Map(), byFile))
  let ids = once((): ReadonlyArray<StreamId> => [])
  let looked: ReadonlyArray<StreamInfo> = []

  const learn = (listings: ReadonlyMap<string, Listing>): void => {
    known = once(() => knownOf(listings, byFile))
    ids = once(() => [...known().heads.keys()])
  }

  const refresh = (): void => {
    const listings = watched.changed()
    if (listings !== null) learn(listings)
  }

  const infoOfHead = (id: StreamId): StreamInfo | null => {
    const place = watched.recalledPlace(id) ?? known().heads.get(id)
    return place === undefined ? null : infoOf(place)
  }

  const find = (id: StreamId): StreamInfo | null => {
    const info = infoOfHead(id)
    if (info !== null && !(profile.segments && watched.mayHaveSegment())) return info
    refresh()
    return infoOfHead(id)
  }

  const findAll = (ids: ReadonlyArray<StreamId>): ReadonlyMap<string, StreamInfo> => {
    const mayBeOld = ids.length > 0 && profile.segments && watched.mayHaveSegment()
    const found = mayBeOld ? null : each(ids, infoOfHead)
    if (found?.size === ids.length) return found
    refresh()
    return each(ids, infoOfHead)
  }

  return {
    memory: memoryOf(watched, learn, refresh),
    all: () => {
      refresh()
      const infos = infosAt(known().heads.values())
      if (!areSame(infos, looked)) looked = infos
      return looked
    },
    ids: () => {
      refresh()
      return ids()
    },
    find,
    findAll,
    segments: (id) => {
      refresh()
      return placesOf(known(), id).map((place) => writtenSegment(place, firstLine))
    },
    older: (id) => olderFiles(known().threads.get(id)),
    lineage: (info) => {
      const { streamId: id } = info
      const whole = wholeOf(info)
      if (byFile || !profile.segments) return lineageOf(whole, NO_SEGMENTS)
      if (known().heads.get(id)?.path !== whole.path) refresh()
      const segments = {
        byId: (segmentId: string) => {
          if (!known().segments.has(segmentId)) refresh()
          return known().segments.get(segmentId)
        },
        ofThread: (threadId: string) => placesOf(known(), streamId(threadId)),
        firstLine
      }
      return lineageOf(known().heads.get(id) ?? whole, segments)
    }
  }
}

const NO_SEGMENTS: Segments = {
  byId: () => undefined,
  ofThread: () => [],
  firstLine: () => ({ base: null, forkedFromId: null })
}
