/**
 * The event store over streams of a server: what `jsonlStore` is over the home the streams were copied from.
 *
 * The synchronous methods answer from the directory, so a use case refreshes it once when it begins. Bytes are read from the
 * server, and what counts in them is told by the very code that reads files.
 */
import * as E from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import type { StreamId } from '../../../../domain/ids.ts'
import { isJsonObject } from '../../../../domain/json.ts'
import type { Profile } from '../../../../domain/log/profile.ts'
import { threadStream } from '../stream/names.ts'
import type { StreamDirectory } from '../stream/stored.ts'
import { thrown } from '../../../../replay/guarded.ts'
import {
  scanByReading,
  type EventStore,
  type Membership,
  type StreamInfo,
  type StreamList,
  type WrittenSegment
} from '../../../../replay/ports.ts'
import { noPieces, piecesOf } from '../../jsonl/bytes.ts'
import { readRanges } from '../../jsonl/ranges.ts'
import { appender } from './append.ts'
import type { Directory } from '../directory/directory.ts'
import { earlierStretches, lineageOf, stretchesOf, wholeOf, type Stretch } from './stretches.ts'
import { infoAt, placesOf, type StoredPlace, type View } from './places.ts'
import { readLines, verifyLine } from './read.ts'
import { readingOf, segmentSource } from './segment-bytes.ts'
import type { Wire } from '../wire.ts'

export interface EventStoreOptions {
  readonly wire: Wire
  readonly directory: Directory
  /** Absolute path of the home whose files the streams are: paths are told as if they lay there. */
  readonly home: string
  readonly profile: Profile
  /** Read as Codex reads: a byte order mark costs the first line. */
  readonly strict: boolean
  /** Each file is a stream of its own, named after its segment. */
  readonly byFile?: boolean
  readonly nowMs?: () => number
}

type Places = ReadonlyMap<StreamId, ReadonlyArray<StoredPlace>>

/** Every stream a view sees, looked at again only where a stream changed. */
const listing = (view: View, directory: Directory) => {
  const placesBy = new WeakMap<StreamDirectory, Places>()
  const infoBy = new WeakMap<StoredPlace, StreamInfo>()
  let looked: { stamp: number; infos: ReadonlyArray<StreamInfo> } = { stamp: -1, infos: [] }
  let members: Membership | null = null

  const placesIn = (stream: string, held: StreamDirectory | null): Places => {
    if (held === null) return new Map()
    const known = placesBy.get(held)
    if (known !== undefined) return known
    const places = placesOf(view, stream, held)
    placesBy.set(held, places)
    return places
  }
  const placesOfId = (id: StreamId): ReadonlyArray<StoredPlace> => {
    const held = directory.get(id)
    const thread = directory.threadOf(id) ?? id
    return placesIn(threadStream(thread), held).get(id) ?? []
  }
  const infoOf = (id: StreamId): StreamInfo | null => {
    const head = placesOfId(id).at(-1)
    if (head === undefined) return null
    const known = infoBy.get(head)
    if (known !== undefined) return known
    const info = infoAt(head)
    infoBy.set(head, info)
    return info
  }
  const sort = (): ReadonlyArray<StreamId> => {
    const first: Array<{ readonly order: string; readonly id: StreamId }> = []
    for (const [thread, held] of directory.all())
      for (const [id, places] of placesIn(threadStream(thread), held)) {
        const [order = ''] = places.map((place) => place.order).sort()
        first.push({ order, id })
      }
    first.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0))
    return first.map(({ id }) => id)
  }
  const membership = (): Membership => {
    const version = directory.membership()
    if (members?.version === version) return members
    const ids = sort()
    const archived = new Set(ids.filter((id) => infoOf(id)?.archived === true))
    return (members = {
      ids,
      archived,
      spares: [],
      version,
      token: () => ({ membership: version })
    })
  }
  return {
    places: placesOfId,
    infoOf,
    membership,
    infos: (): ReadonlyArray<StreamInfo> => {
      const stamp = directory.stamp()
      if (looked.stamp !== stamp)
        looked = { stamp, infos: membership().ids.flatMap((id) => infoOf(id) ?? []) }
      return looked.infos
    }
  }
}

const writtenSegment = ({ segmentId, segment }: StoredPlace): WrittenSegment => {
  const { base, last, bytes, ordinal, tail } = segment
  const endsWithLine = tail === null && last !== null && last.offset + last.bytes + 1 === bytes
  const isEmpty = bytes === 0 && tail === null
  return {
    id: segmentId,
    base,
    end: {
      ordinal: isEmpty ? 0 : endsWithLine ? ordinal : null,
      offset: bytes + (tail?.bytes ?? 0)
    }
  }
}

/** Threads that somebody took away at the server, where there are some. */
const lostIn = (directory: Directory, home: string): Pick<StreamList, 'lost'> => {
  const lost = directory.lost().map(({ path, ...one }) => ({ ...one, path: join(home, path) }))
  return lost.length === 0 ? {} : { lost }
}

export const eventStore = (options: EventStoreOptions): EventStore => {
  const { wire, directory, home, profile, strict, byFile = false } = options
  const { nowMs = () => Date.now() } = options
  const view: View = { home, profile, byFile }
  const reading = readingOf({ ...wire, read: directory.read })
  const parts = { reading, profile, skipsBom: !strict }
  const listed = listing(view, directory)
  const stretches = ({ streamId, earlier }: StreamInfo): ReadonlyArray<Stretch> => {
    const places = listed.places(streamId)
    const newest = places.at(-1)
    const head =
      earlier === undefined
        ? newest
        : places.find(({ segmentId }) => segmentId === earlier.segmentId)
    if (newest === undefined || head === undefined)
      throw thrown({ _tag: 'StreamNotFound', streamId })
    if (earlier?.alone === true) return [wholeOf(head)]
    return earlier === undefined
      ? stretchesOf(view, directory, head)
      : earlierStretches(view, directory, newest, head, earlier)
  }
  const read: EventStore['read'] = (info, from, needs, guard = null) => {
    const history = stretches(info)
    return Object.assign(readLines(parts, info.streamId, history, from, needs), {
      holds: async () =>
        guard === null ? from.offset === 0 : verifyLine(parts, history, from, guard)
    })
  }
  const ranges: EventStore['readRanges'] = (info, some, needs, limits) => {
    const history = stretches(info)
    return readRanges(info.streamId, some, { needs, profile, limits }, (segment) => {
      const at = history[segment]?.at
      // Going back in a stream is dear.
      return at === undefined ? null : { source: segmentSource(reading, at), isHeld: true }
    })
  }
  return {
    refresh: directory.refresh,
    list: () => E.right({ streams: listed.infos(), spares: [], ...lostIn(directory, home) }),
    changes: (since) => {
      const isSame = isJsonObject(since) && since['membership'] === directory.membership()
      return E.right(isSame ? null : listed.membership())
    },
    find: (ids) => {
      const found = new Map<string, StreamInfo>()
      for (const id of ids) {
        const info = listed.infoOf(id)
        if (info !== null) found.set(id, info)
      }
      return E.right(found)
    },
    lineage: (info) => lineageOf(stretches(info)),
    segments: (streamId) => listed.places(streamId).map(writtenSegment),
    read,
    scan: (info, needs, _test, within) =>
      scanByReading({ read, readRanges: ranges }, info, needs, within),
    readRanges: ranges,
    readBytes: (info, { segment, from, until }) => {
      const stretch = stretches(info)[segment]
      return stretch === undefined
        ? noPieces()
        : piecesOf(segmentSource(reading, stretch.at), from, until)
    },
    append: appender({ wire, directory, view, read: parts, placesOf: listed.places, nowMs })
  }
}
