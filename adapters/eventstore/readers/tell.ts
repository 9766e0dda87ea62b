/**
 * Tells a reader what a store holds and then what is new. The place is noted behind what was handed over, never before:
 * a reader that is killed is told some things again, unless it knows its last one.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { Joined } from '../stream/join.ts'
import type { StorePosition } from '../stream/stored.ts'
import type { Wire } from '../wire.ts'
import { newsOf, type Bookmark } from './news.ts'
import type { LastTold } from './output-file.ts'

/** Who is told, and where it was. */
export interface Reader {
  readonly from: Bookmark | 'start' | 'end'
  /** Nothing up to here is told again; null where every line behind `from` is new. */
  readonly last: LastTold | null
  /** Takes whole lines; answers when they were handed over, and then the place was noted. */
  readonly take: (text: string, bookmark: Bookmark | null) => Promise<E.Either<StoreError, void>>
}

/** What is told of a store. */
export interface Telling {
  readonly wire: Wire
  readonly prefixes: ReadonlyArray<string>
  /** The line of something, newline included; null for what is not asked for. */
  readonly lineOf: (joined: Joined, position: StorePosition) => string | null
  /** Ends when everything that was there is told. */
  readonly untilCaughtUp: boolean
  readonly signal: AbortSignal
}

/** Text is handed over in pieces of this size, or when nothing more is there at once. */
const PIECE_LENGTH = 256 * 1024

/** Less than, equal to or greater than zero as one place is before, at or behind another. */
export const comparePositions = (one: StorePosition, other: StorePosition): number =>
  one.commit - other.commit || one.prepare - other.prepare

/** Passes over what was told already. */
const unseen = (last: LastTold | null): ((joined: Joined, at: StorePosition) => boolean) => {
  let passed = last === null
  return ({ stream, revision }, at) => {
    if (passed || last === null) return true
    const order = comparePositions(at, last.position)
    if (order > 0) return (passed = true)
    passed = order === 0 && stream === last.stream && revision === last.revision
    return false
  }
}

const NOTHING_YET = Symbol('nothing yet')

/** What comes without waiting for the network. */
const atOnce = (): Promise<typeof NOTHING_YET> =>
  new Promise((resolve) => setImmediate(() => setImmediate(() => resolve(NOTHING_YET))))

/** Tells until `signal` ends it, or all was told; `Left` when the reader cannot take it. Throws what the wire throws. */
export const tell = async (
  { wire, prefixes, lineOf, untilCaughtUp, signal }: Telling,
  reader: Reader
): Promise<E.Either<StoreError, void>> => {
  const isNew = unseen(reader.last)
  const over = new AbortController()
  const source = newsOf(wire, prefixes, reader.from, AbortSignal.any([signal, over.signal]))
  let text = ''
  let place: Bookmark | null = null
  const handOver = async (): Promise<E.Either<StoreError, void>> => {
    const taken = await reader.take(text, place)
    text = ''
    return taken
  }
  const lineIfAsked = (joined: Joined, at: StorePosition): string =>
    isNew(joined, at) ? (lineOf(joined, at) ?? '') : ''
  try {
    let next = source.next()
    for (;;) {
      const first = await Promise.race([next, atOnce()])
      if (first === NOTHING_YET) {
        const taken = await handOver()
        if (E.isLeft(taken)) return taken
      }
      const step = await next
      if (step.done === true) return E.right(undefined)
      const { bookmark, joined, caughtUp } = step.value
      place = bookmark
      if (place !== null) for (const one of joined) text += lineIfAsked(one, place.position)
      const isOver = untilCaughtUp && caughtUp
      if (isOver || text.length >= PIECE_LENGTH) {
        const taken = await handOver()
        if (isOver || E.isLeft(taken)) return taken
      }
      next = source.next()
    }
  } finally {
    over.abort()
    await source.return(undefined)
  }
}
