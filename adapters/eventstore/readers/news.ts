/**
 * What is new in a store, as what counts: lines and facts, in the order in which they came to count. A line of several
 * events counts with the last of them, and so does a group.
 *
 * A bookmark is a place in the log of all streams, and what was begun before it and is not over. Whoever goes on from a
 * bookmark is told what comes after it, and nothing twice.
 */
import { joiner, type Joined, type Joiner } from '../stream/join.ts'
import { STREAM_PREFIXES, threadOfStream, threadStream } from '../stream/names.ts'
import type { StoredEvent, StorePosition } from '../stream/stored.ts'
import type { AllFrom, Wire } from '../wire.ts'

/** Events of a stream that were seen and do not count yet: from one revision up to another, both included. */
export interface Unfinished {
  readonly stream: string
  readonly from: number
  readonly until: number
}

/** Where a reader of everything is. */
export interface Bookmark {
  readonly position: StorePosition
  readonly unfinished: ReadonlyArray<Unfinished>
}

/** What was told in one go. */
export interface News {
  /** In order; empty where only the place is new. */
  readonly joined: ReadonlyArray<Joined>
  /** Where that came to count; null before anything was looked at. */
  readonly bookmark: Bookmark | null
  /** True when everything that was there has been told. */
  readonly caughtUp: boolean
}

interface Open extends Unfinished {
  readonly joiner: Joiner
}

/** Streams whose events are lines and facts. */
const isTold = (stream: string): boolean =>
  threadOfStream(stream) !== null || stream.startsWith('unroll-log-')

/** A joiner holds without bound: what it holds is at most one append. */
const begun = (): Joiner => joiner({ heldBytesMax: Infinity })

const reopened = async (
  wire: Wire,
  { unfinished }: Bookmark
): Promise<ReadonlyArray<readonly [string, Open]>> =>
  Promise.all(
    unfinished.map(async ({ stream, from, until }) => {
      const open = { stream, from, until, joiner: begun() }
      for await (const event of wire.read(stream, from, until - from + 1)) open.joiner.take(event)
      return [stream, open] as const
    })
  )

const taken = (open: Map<string, Open>, event: StoredEvent): ReadonlyArray<Joined> => {
  const { stream, revision } = event
  if (!isTold(stream)) return []
  const { joiner: by, from } = open.get(stream) ?? { joiner: begun(), from: revision }
  const joined = by.take(event)
  if (by.idle()) open.delete(stream)
  else open.set(stream, { stream, from, until: revision, joiner: by })
  return joined
}

/** Which streams are told of: of one thread, or all threads and logs. */
export const prefixesOf = (threadId: string | null): ReadonlyArray<string> =>
  threadId === null ? STREAM_PREFIXES : [threadStream(threadId)]

/**
 * Tells what is new behind a place, over lost connections too, until `signal` ends it. What cannot be gone on from is
 * thrown, as by the wire.
 */
export async function* newsOf(
  wire: Wire,
  prefixes: ReadonlyArray<string>,
  from: Bookmark | Exclude<AllFrom, StorePosition>,
  signal: AbortSignal
): AsyncGenerator<News> {
  const isFresh = typeof from === 'string'
  const open = new Map(isFresh ? [] : await reopened(wire, from))
  let position = isFresh ? null : from.position
  const news = (joined: ReadonlyArray<Joined>, caughtUp: boolean): News => ({
    joined,
    bookmark:
      position === null
        ? null
        : {
            position,
            unfinished: [...open.values()].map(({ stream, from: first, until }) => ({
              stream,
              from: first,
              until
            }))
          },
    caughtUp
  })
  for await (const told of wire.subscribe(prefixes, isFresh ? from : from.position, signal)) {
    if (told.kind === 'checkpoint') position = told.position
    if (told.kind === 'event') {
      const joined = taken(open, told.event)
      position = told.event.position ?? position
      yield news(joined, false)
    } else if (told.kind !== 'fell_behind') yield news([], told.kind === 'caught_up')
  }
}
