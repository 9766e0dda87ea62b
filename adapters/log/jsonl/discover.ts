/**
 * Finding rollouts: `sessions/**` and `archived_sessions/**` of a home, kept between calls.
 *
 * A thread is a file `rollout-<time>-<thread>.jsonl`; from 0.146 on a revert adds a segment
 * `rollout-<time>-<thread>_<segment>.jsonl`, which continues another file. The newest segment is the thread's head.
 *
 * Directories are listed again when they changed (`folders.ts`); of two files with one id names decide (`files.ts`). Files
 * are stat'ed at every call: a changed size or time is how another writer is noticed. Links are not followed: a rollout
 * lives in its home.
 */
import * as E from 'fp-ts/lib/Either.js'
import { statSync } from 'node:fs'
import { streamId, type StreamId } from '../../../domain/ids.ts'
import { isJsonObject } from '../../../domain/json.ts'
import { once } from '../../../domain/once.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import { fileOf } from '../../../domain/rollout-file.ts'
import type {
  Catalogue,
  Membership,
  StreamInfo,
  StreamList,
  WrittenSegment,
  Lineage
} from '../../../replay/ports.ts'
import { noTelemetry, type Telemetry } from '../../../replay/telemetry.ts'
import { openBytes, type ByteSource } from './bytes.ts'
import { firstLines } from './first-line.ts'
import { directories } from './folders.ts'
import { filesOf, type Files } from './files.ts'
import { unwatched, type HomeWatch } from './home-watch.ts'
import { endingAt, lineageOf, type Segments } from './lineage.ts'
import { infoOf, listedFiles } from './listed.ts'
import type { Listing } from './listing.ts'
import { lineEndingAt } from './ordinals.ts'
import type { Place } from './place.ts'

const writtenSegment = (
  { segmentId, path, compressed }: Place,
  firstLine: Segments['firstLine']
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

/** Keeps what is known about a home's files. Throws what the system says when it cannot be looked at. */
export interface Discovery extends Pick<Catalogue, 'lineage' | 'segments'> {
  readonly noteAlone: (info: StreamInfo) => void
  /** Opens the newest file of a stream, and looks at its first line on the way; null where that need not be looked at. */
  readonly begin: (info: StreamInfo) => ByteSource | null
  readonly list: () => StreamList
  /** Hears what other programs did before the call; `list` and `changes` need not look for it then, until the event loop turns. */
  readonly hear: () => Promise<void>
  readonly changes: (since?: unknown) => Membership | null
  readonly find: (id: StreamId) => StreamInfo | null
  /** Those of the streams that can be looked at; new segments are looked for once, not once for each. */
  readonly findAll: (ids: ReadonlyArray<StreamId>) => ReadonlyMap<string, StreamInfo>
}

/** The place of a stream that is one whole file. */
const wholeOf = ({ streamId: id, path, compressed }: StreamInfo): Place => ({
  streamId: id,
  segmentId: id,
  path: fileOf({ path, compressed }),
  archived: false,
  compressed
})

/**
 * What can be looked at, by id. One file that the disk does not give costs itself; a disk that gives none is no home without
 * threads, so then its failure is thrown.
 */
const each = (
  ids: ReadonlyArray<StreamId>,
  look: (id: StreamId) => StreamInfo | null
): ReadonlyMap<string, StreamInfo> => {
  const found = new Map<string, StreamInfo>()
  let failure: Error | null = null
  for (const id of ids) {
    const info = E.tryCatch(() => look(id), E.toError)
    if (E.isLeft(info)) failure = info.left
    else if (info.right !== null) found.set(id, info.right)
  }
  if (found.size === 0 && failure !== null) throw failure
  return found
}

/** The file that is a stream's newest, or was it. */
const headOf = (files: Files, { streamId: id, earlier }: StreamInfo): Place | undefined =>
  earlier === undefined ? files.heads.get(id) : files.segments.get(earlier.segmentId)

/** The files of a home by their names, kept between looks at its folders. */
const namedFiles = (home: string, profile: Profile, byFile: boolean, watch: HomeWatch) => {
  const watched = directories(home, profile, watch.lookAt)
  let known = once(() => filesOf(new Map(), byFile))
  let recalled: unknown = null

  const learn = (listings: ReadonlyMap<string, Listing>): void => {
    known = once(() => filesOf(listings, byFile))
  }

  const refresh = (): void => {
    const listings = watch.whileLooking(watched.changed)
    if (listings !== null) learn(listings)
  }

  const refreshUnlessSame = (): void => {
    if (!watch.hasSameNames()) refresh()
  }

  return {
    ...watched,
    known: () => known(),
    refresh,
    refreshUnlessSame,
    changes: (since?: unknown): Membership | null => {
      if (isJsonObject(since) && since !== recalled) {
        recalled = since
        learn(watched.recall(since))
        refresh()
      } else refreshUnlessSame()
      const version = watched.version()
      if (version === 0 && since === recalled) return null
      return { ...known().membership(), version, token: watched.recorded }
    }
  }
}

/** Looks at the newest files of streams, after new segments of them were looked for. */
const finding = (
  { known, refresh, recalledPlace, mayHaveSegment }: ReturnType<typeof namedFiles>,
  profile: Profile
): Pick<Discovery, 'find' | 'findAll'> => {
  const infoOfHead = (id: StreamId): StreamInfo | null => {
    const place = recalledPlace(id) ?? known().heads.get(id)
    return place === undefined ? null : infoOf(place)
  }

  const find = (id: StreamId): StreamInfo | null => {
    const info = infoOfHead(id)
    if (info !== null && !(profile.segments && mayHaveSegment())) return info
    refresh()
    return infoOfHead(id)
  }

  const findAll = (ids: ReadonlyArray<StreamId>): ReadonlyMap<string, StreamInfo> => {
    const mayBeOld = ids.length > 0 && profile.segments && mayHaveSegment()
    const found = mayBeOld ? E.right(null) : E.tryCatch(() => each(ids, infoOfHead), E.toError)
    if (E.isRight(found) && found.right?.size === ids.length) return found.right
    refresh()
    return each(ids, infoOfHead)
  }

  return { find, findAll }
}

/**
 * Watches a home by listing and stat'ing it. `byFile`: each file is a stream of its own under the id of its segment, and
 * continues no other.
 */
export const discovery = (
  home: string,
  profile: Profile,
  byFile = false,
  watch: HomeWatch = unwatched,
  telemetry: Telemetry = noTelemetry
): Discovery => {
  const watched = namedFiles(home, profile, byFile, watch)
  const { known, refresh, changes } = watched
  const listed = listedFiles(watch, telemetry)
  const firsts = firstLines()

  const { find, findAll } = finding(watched, profile)

  const segments: Segments = {
    byId: (segmentId) => {
      if (!known().segments.has(segmentId)) refresh()
      return known().segments.get(segmentId)
    },
    ofThread: (threadId) => known().of(streamId(threadId)),
    firstLine: firsts.of
  }

  /** Lineages of one whole file, by what was seen of it: its first line says so, and never changes. */
  const alone = new WeakMap<StreamInfo, Lineage>()
  const resolve = (info: StreamInfo): Lineage => {
    const { earlier } = info
    const whole = wholeOf(info)
    if (byFile || !profile.segments) return endingAt(lineageOf(whole, NO_SEGMENTS), earlier)
    if (headOf(known(), info)?.path !== whole.path) refresh()
    const links = earlier?.alone === true ? NO_SEGMENTS : segments
    return endingAt(lineageOf(headOf(known(), info) ?? whole, links), earlier)
  }

  const noteAlone = (info: StreamInfo, head: Place): void =>
    void alone.set(info, lineageOf(head, NO_SEGMENTS))

  return {
    hear: () => watch.caughtUp(watched.paths),
    list: () => {
      watched.refreshUnlessSame()
      return listed(known())
    },
    changes,
    find,
    findAll,
    segments: (id) => {
      refresh()
      return known()
        .of(id)
        .map((place) => writtenSegment(place, firsts.of))
    },
    lineage: (info) => {
      const before = alone.get(info)
      if (before !== undefined) return before
      const lineage = resolve(info)
      if (lineage.length === 1 && lineage[0]?.gap === null) alone.set(info, lineage)
      return lineage
    },
    noteAlone: (info) => {
      const head = headOf(known(), info)
      if (head?.path === fileOf(info)) noteAlone(info, head)
    },
    begin: (info) => {
      const { streamId: id, earlier, inode } = info
      if (byFile || !profile.segments || earlier !== undefined || alone.has(info)) return null
      const head = headOf(known(), info)
      if (head?.path !== fileOf(info)) return null
      const { source, isPlain } = firsts.begin(head.path, head.compressed, inode)
      if (isPlain && head.segmentId === id && known().of(id).length === 1) noteAlone(info, head)
      return source
    }
  }
}

const NO_SEGMENTS: Segments = {
  byId: () => undefined,
  ofThread: () => [],
  firstLine: () => ({ base: null, forkedFromId: null })
}
