/**
 * What is new in a store, as what counts: lines and facts, in the order in which they came to count. A line of several
 * events counts with the last of them, and so does a group.
 *
 * A bookmark is a place in the log of all streams, and what was begun before it and is not over. Whoever goes on from a
 * bookmark gets what comes after it, and nothing twice.
 */
import { joiner, type Joined, type Joiner } from '../stream/join.ts'
import { STREAM_PREFIXES, threadOfStream, threadStream } from '../stream/names.ts'
import type { StoredEvent, StorePosition } from '../stream/stored.ts'
import type { Wire } from '../wire.ts'

/** Where a reader of everything is. */
export interface Bookmark {
  readonly position: StorePosition
  /** Events of streams that were seen and do not count yet: from one revision up to another, both included. */
  readonly unfinished: ReadonlyArray<{
    readonly stream: string
    readonly from: number
    readonly until: number
  }>
}

export interface StoreNews {
  /** In order; empty where only the place is new. */
  readonly joined: ReadonlyArray<Joined>
  /** Where that came to count; null before anything was looked at. */
  readonly bookmark: Bookmark | null
  /** True when everything that was there has come. */
  readonly caughtUp: boolean
}

export const prefixesOf = (threadId: string | null): ReadonlyArray<string> =>
  threadId === null ? STREAM_PREFIXES : [threadStream(threadId)]

/** Joins the events of all streams. A joiner holds without bound: what it holds is at most one append. */
class StreamJoiners {
  readonly #open = new Map<string, { joiner: Joiner; from: number; until: number }>()

  async reopen(wire: Wire, { unfinished }: Bookmark): Promise<void> {
    await Promise.all(
      unfinished.map(async ({ stream, from, until }) => {
        const joining = joiner({ heldBytesMax: Infinity })
        for await (const event of wire.read(stream, from, until - from + 1)) joining.take(event)
        this.#open.set(stream, { joiner: joining, from, until })
      })
    )
  }

  take(event: StoredEvent): ReadonlyArray<Joined> {
    const { stream, revision } = event
    if (threadOfStream(stream) === null && !stream.startsWith('unroll-log-')) return []
    const open = this.#open.get(stream)
    const { joiner: joining, from } = open ?? {
      joiner: joiner({ heldBytesMax: Infinity }),
      from: revision
    }
    const joined = joining.take(event)
    if (joining.idle()) this.#open.delete(stream)
    else this.#open.set(stream, { joiner: joining, from, until: revision })
    return joined
  }

  end(stream: string): void {
    this.#open.delete(stream)
  }

  unfinished(): Bookmark['unfinished'] {
    return [...this.#open].map(([stream, { from, until }]) => ({ stream, from, until }))
  }
}

/**
 * What is new behind a place, over lost connections too, until `signal` ends it. What cannot be gone on from is thrown, as by
 * the wire.
 */
export async function* newsOf(
  wire: Wire,
  prefixes: ReadonlyArray<string>,
  from: Bookmark | 'start' | 'end',
  signal: AbortSignal
): AsyncGenerator<StoreNews> {
  const joiners = new StreamJoiners()
  if (typeof from !== 'string') await joiners.reopen(wire, from)
  let position = typeof from === 'string' ? null : from.position
  const start = typeof from === 'string' ? from : from.position
  for await (const message of wire.subscribe(prefixes, start, signal)) {
    if (message.kind === 'fell_behind') continue
    const joined = message.kind === 'event' ? joiners.take(message.event) : []
    if (message.kind === 'ended') joiners.end(message.stream)
    if (message.kind === 'checkpoint' || message.kind === 'ended') position = message.position
    if (message.kind === 'event') position = message.event.position ?? position
    const bookmark = position === null ? null : { position, unfinished: joiners.unfinished() }
    yield { joined, bookmark, caughtUp: message.kind === 'caught_up' }
  }
}
