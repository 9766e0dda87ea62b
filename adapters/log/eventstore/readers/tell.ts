/**
 * Hands a reader what a store holds and then what is new. The place is noted behind what was handed over, never before: a
 * reader that is killed gets some things again, unless it knows its last one.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import type { Joined } from '../stream/join.ts'
import type { StorePosition } from '../stream/stored.ts'
import type { Wire } from '../wire.ts'
import { newsOf, type Bookmark } from './news.ts'
import type { LastLineTold } from './output-file.ts'

export interface StoreReader {
  readonly from: Bookmark | 'start' | 'end'
  /** Nothing up to here comes again; null where every line behind `from` is new. */
  readonly last: LastLineTold | null
  /** Takes whole lines; answers when they were handed over, and then the place was noted. */
  readonly take: (text: string, bookmark: Bookmark | null) => Promise<E.Either<StoreError, void>>
}

export interface TellOptions {
  readonly wire: Wire
  readonly prefixes: ReadonlyArray<string>
  /** The line of something, newline included; null for what is not asked for. */
  readonly lineOf: (joined: Joined, position: StorePosition) => string | null
  /** Ends when everything that was there was handed over. */
  readonly untilCaughtUp: boolean
  readonly signal: AbortSignal
}

/** Text is handed over in chunks of this size, or earlier when nothing more is there yet. */
const CHUNK_LENGTH = 256 * 1024

/** Less than, equal to or greater than zero as one place is before, at or behind another. */
export const comparePositions = (one: StorePosition, other: StorePosition): number =>
  one.commit - other.commit || one.prepare - other.prepare

/** Skips what the reader already has. */
const isNewFor = (last: LastLineTold | null): ((joined: Joined, at: StorePosition) => boolean) => {
  let hasPassed = last === null
  return ({ stream, revision }, at) => {
    if (hasPassed || last === null) return true
    const order = comparePositions(at, last.position)
    if (order > 0) return (hasPassed = true)
    hasPassed = order === 0 && stream === last.stream && revision === last.revision
    return false
  }
}

const NOTHING_YET = Symbol('nothing yet')

/** What comes without waiting for the network. */
const atOnce = (): Promise<typeof NOTHING_YET> =>
  new Promise((resolve) => setImmediate(() => setImmediate(() => resolve(NOTHING_YET))))

/** Goes on until `signal` ends it, or all was handed over; `Left` when the reader cannot take it. Throws what the wire throws. */
export const tell = async (
  { wire, prefixes, lineOf, untilCaughtUp, signal }: TellOptions,
  reader: StoreReader
): Promise<E.Either<StoreError, void>> => {
  const isNew = isNewFor(reader.last)
  const over = new AbortController()
  const source = newsOf(wire, prefixes, reader.from, AbortSignal.any([signal, over.signal]))
  let text = ''
  let place: Bookmark | null = null
  const handOver = async (): Promise<E.Either<StoreError, void>> => {
    const taken = await reader.take(text, place)
    text = ''
    return taken
  }
  try {
    for (;;) {
      const next = source.next()
      if ((await Promise.race([next, atOnce()])) === NOTHING_YET) {
        const taken = await handOver()
        if (E.isLeft(taken)) return taken
      }
      const news = await next
      if (news.done === true) return E.right(undefined)
      const { bookmark, joined, caughtUp } = news.value
      place = bookmark
      if (place !== null)
        for (const one of joined)
          if (isNew(one, place.position)) text += lineOf(one, place.position) ?? ''
      const isOver = untilCaughtUp && caughtUp
      if (!isOver && text.length < CHUNK_LENGTH) continue
      const taken = await handOver()
      if (isOver || E.isLeft(taken)) return taken
    }
  } finally {
    over.abort()
    await source.return(undefined)
  }
}
