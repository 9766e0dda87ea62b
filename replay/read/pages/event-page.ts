/**
 * The lines of a thread by their numbers, in either direction. Where lines stand is found out by counting newlines once, and kept: a
 * later page costs what it looks at, wherever it is.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { DamagedLine, RecordedEvent } from '../../../domain/log/event.ts'
import { EVERY_HEAD, EVERY_LINE, NO_LINES } from '../../../domain/log/needs.ts'
import type { Env } from '../../catch-up/project.ts'
import {
  comparePlaces,
  isDamaged,
  START,
  type Batch,
  type FilePlace,
  type KnownPlace,
  type StreamInfo
} from '../../ports.ts'
import type { Result } from '../../result.ts'

/** A line of a rollout, an event or not. */
export type EventLine = RecordedEvent | DamagedLine

/** What kind of line it is: its type, and for events and response items the type inside. */
export const kindOfLine = (line: EventLine): string => {
  if (isDamaged(line)) return `damaged:${line.reason}`
  const { type, payload } = line.line
  if (type === 'ignored') return line.line.kind
  const inner = (payload as { readonly type?: unknown }).type
  return type !== 'event_msg' && type !== 'response_item' ? type : `${type}:${String(inner)}`
}

/** True for a kind that is named whole, or by either of its two parts. */
export const isOfKind = (kind: string, named: ReadonlyArray<string>): boolean =>
  named.some((name) => kind === name || kind.startsWith(`${name}:`) || kind.endsWith(`:${name}`))

/** The lines between two revisions, batch by batch; reading ends with the last of them. */
export async function* linesBetween(
  batches: AsyncIterable<Batch>,
  from: number,
  to: number
): AsyncGenerator<ReadonlyArray<EventLine>> {
  for await (const { lines } of batches) {
    const between = lines.filter(({ revision }) => revision >= from && revision <= to)
    if (between.length > 0) yield between
    if ((lines.at(-1)?.revision ?? -1) >= to) return
  }
}

/** Which lines are wanted. */
export interface EventPageRequest {
  /** Number of the first line that is looked at; the first line when absent, downwards the last. */
  readonly from?: number | null | undefined
  /** 100 when absent, at most 500. */
  readonly limit?: number | null | undefined
  /** Only lines of these kinds, whole or by one of their two parts; absent or empty: every line. */
  readonly kinds?: ReadonlyArray<string> | null | undefined
  readonly desc?: boolean | null | undefined
  /** Only the lines that made or changed this item, whatever else is asked. */
  readonly item?: { readonly turnId: string; readonly itemId: string } | null | undefined
  /** Only the damaged lines of this turn, each with where it stood and its first bytes. */
  readonly damagedIn?: string | null | undefined
}

/** Lines in the direction that was asked for. */
export interface EventPage {
  /** How many lines the thread has. */
  readonly revision: number
  readonly data: ReadonlyArray<EventLine>
  /** Where the next page begins; null at the end. A page may end before it is full, when it looked at many lines. */
  readonly next: number | null
}

const LIMIT = 100
const LIMIT_MAX = 500
/** Lines looked at for a page. */
const LOOKED_AT_MAX = 20_000
/** Threads of which places are kept. */
const THREADS_MAX = 16

/** Places in a thread, in order; the last is its end. */
interface KnownPlaces {
  readonly file: string
  readonly places: ReadonlyArray<KnownPlace>
}

const FIRST: KnownPlace = { next: START, guard: null }

const fileOf = ({ path, inode }: StreamInfo): string => `${path} ${inode}`

/** Pages of lines, and where lines stand. */
export interface EventPager {
  readonly page: (info: StreamInfo, request: EventPageRequest) => Promise<Result<EventPage>>
  /** The number of the line at a place; of the one behind it when none begins there. */
  readonly revisionAt: (info: StreamInfo, place: FilePlace) => Promise<number>
  /** The same for many places in the order of the log, in one pass over the lines between them. */
  readonly revisionsAt: (
    info: StreamInfo,
    places: ReadonlyArray<FilePlace>
  ) => Promise<ReadonlyArray<number>>
}

type BatchPlaces = ReadonlyArray<KnownPlace>

/** Tells where a thread's batches of lines begin: counts on from where it counted to, or anew when the file is another one. */
const placeKeeper = ({
  store
}: Pick<Env, 'store'>): ((info: StreamInfo) => Promise<BatchPlaces>) => {
  const known = new Map<string, KnownPlaces>()
  return async (info) => {
    const file = fileOf(info)
    const kept = known.get(info.streamId)
    let places = kept?.file === file ? kept.places : [FIRST]
    const last = places.at(-1) ?? FIRST
    let reading = store.read(info, last.next, NO_LINES, last.guard)
    if (places.length > 1 && !(await reading.holds())) {
      places = [FIRST]
      reading = store.read(info, START, NO_LINES)
    }
    const all = [...places]
    for await (const { next, guard } of reading) all.push({ next, guard })
    known.delete(info.streamId)
    known.set(info.streamId, { file, places: all })
    for (const oldest of known.keys()) if (known.size > THREADS_MAX) known.delete(oldest)
    return all
  }
}

/** The lines from a revision on in the order of a page; downwards a batch is held at a time. */
async function* walk(
  { store }: Pick<Env, 'store'>,
  info: StreamInfo,
  places: BatchPlaces,
  from: number,
  isDown: boolean
): AsyncGenerator<ReadonlyArray<EventLine>> {
  const at = places.findLastIndex(({ next }) => next.revision <= from)
  if (!isDown) {
    const { next, guard } = places[at] ?? FIRST
    yield* linesBetween(store.read(info, next, EVERY_LINE, guard), from, Infinity)
    return
  }
  let last = from
  for (let i = at; i >= 0; i--) {
    const { next, guard } = places[i] ?? FIRST
    if (next.revision > last) continue
    const batch: Array<EventLine> = []
    const lines = linesBetween(store.read(info, next, EVERY_LINE, guard), next.revision, last)
    for await (const some of lines) batch.push(...some)
    if (batch.length > 0) yield batch.toReversed()
    last = next.revision - 1
  }
}

/** Takes lines for a page until it is full, or enough was looked at. */
const taking = ({ limit, kinds }: EventPageRequest) => {
  const wanted = Math.min(LIMIT_MAX, Math.max(1, limit ?? LIMIT))
  const named = kinds ?? []
  const data: Array<EventLine> = []
  let looked = 0
  return {
    data,
    /** False when the page ends before the line. */
    take: (line: EventLine): boolean => {
      if (data.length === wanted || looked === LOOKED_AT_MAX) return false
      looked += 1
      if (named.length === 0 || isOfKind(kindOfLine(line), named)) data.push(line)
      return true
    }
  }
}

/** Makes pages of lines; it keeps where the lines of a few threads stand. */
export const eventPager = (env: Pick<Env, 'store'>): EventPager => {
  const placesOf = placeKeeper(env)
  return {
    page: async (info, request) => {
      const places = await placesOf(info)
      const revision = places.at(-1)?.next.revision ?? 0
      const isDown = request.desc === true
      const last = revision - 1
      const from = isDown ? Math.min(request.from ?? last, last) : (request.from ?? 0)
      const { data, take } = taking(request)
      if (from >= 0 && from <= last)
        for await (const lines of walk(env, info, places, from, isDown)) {
          const rest = lines.find((line) => !take(line))
          if (rest !== undefined) return E.right({ revision, data, next: rest.revision })
        }
      return E.right({ revision, data, next: null })
    },
    revisionAt: async (info, place) => {
      const places = await placesOf(info)
      const { next, guard } = places.findLast((one) => comparePlaces(one.next, place) <= 0) ?? FIRST
      for await (const { lines, next: end } of env.store.read(info, next, EVERY_LINE, guard)) {
        const line = lines.find((one) => comparePlaces(one, place) >= 0)
        if (line !== undefined) return line.revision
        if (comparePlaces(end, place) > 0) return end.revision
      }
      return places.at(-1)?.next.revision ?? 0
    },
    revisionsAt: async (info, wanted) => {
      const found: Array<number> = []
      const [first] = wanted
      if (first === undefined) return found
      const places = await placesOf(info)
      const { next, guard } = places.findLast((one) => comparePlaces(one.next, first) <= 0) ?? FIRST
      for await (const { lines } of env.store.read(info, next, EVERY_HEAD, guard)) {
        for (const line of lines)
          for (
            let place = wanted[found.length];
            place !== undefined && comparePlaces(line, place) >= 0;
            place = wanted[found.length]
          )
            found.push(line.revision)
        if (found.length === wanted.length) return found
      }
      const end = places.at(-1)?.next.revision ?? 0
      return wanted.map((_, at) => found[at] ?? end)
    }
  }
}
