/**
 * Turns as people name them: an id, a unique prefix of one, a number from 1 (`7`, `#7`), or from the end (`-1` is the last).
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import type { Engine } from '../../replay/engine.ts'

/** A turn that was named. */
export interface NamedTurn {
  readonly id: string
  /** Number of the turns before it. */
  readonly place: number
  /** Begins a page with it. */
  readonly cursor: string
  /** How many turns the thread has. */
  readonly count: number
}

const AT_ONCE = 1000
const CANDIDATES = 10

const wrong = (message: string): E.Either<StoreError, never> =>
  E.left({ _tag: 'InvalidRequest', message })

/** The turn at a place, which may be counted from the end. */
const turnAt = async (
  engine: Engine,
  threadId: string,
  text: string,
  number: number
): Promise<E.Either<StoreError, NamedTurn | null>> => {
  const counted = await engine.turnPlaces(threadId, 0, 0)()
  if (E.isLeft(counted)) return counted
  const { count } = counted.right
  const place = number < 0 ? count + number : number - 1
  if (place < 0 || place >= count) return E.right(null)
  const found = await engine.turnPlaces(threadId, place, place + 1)()
  if (E.isLeft(found)) return found
  const [turn] = found.right.turns
  return turn === undefined
    ? E.left({ _tag: 'TurnNotFound', streamId: threadId, turnId: text })
    : E.right({ ...turn, place, count })
}

/** The turns whose id begins with a text; one that is exactly it comes alone. */
const turnsLike = async (
  engine: Engine,
  threadId: string,
  text: string
): Promise<E.Either<StoreError, ReadonlyArray<NamedTurn>>> => {
  const like: Array<NamedTurn> = []
  for (let from = 0, count = Infinity; from < count; from += AT_ONCE) {
    const page = await engine.turnPlaces(threadId, from, from + AT_ONCE)()
    if (E.isLeft(page)) return page
    count = page.right.count
    for (const [at, turn] of page.right.turns.entries()) {
      const named = { ...turn, place: from + at, count }
      if (turn.id === text) return E.right([named])
      if (turn.id.toLowerCase().startsWith(text.toLowerCase())) like.push(named)
    }
  }
  return E.right(like)
}

/** True for a number that is no id: `#7`, or counted from the end. */
export const isOrdinal = (text: string): boolean => /^[#-][1-9]\d{0,8}$/.test(text)

/** The turn of a thread that a text names. A number that is no turn's may still begin an id. */
export const turnNamed = async (
  engine: Engine,
  threadId: string,
  text: string
): Promise<E.Either<StoreError, NamedTurn>> => {
  const ordinal = /^(?:#|-)?[1-9]\d{0,8}$/.test(text) ? Number(text.replace('#', '')) : null
  if (ordinal !== null) {
    const turn = await turnAt(engine, threadId, text, ordinal)
    if (E.isLeft(turn)) return turn
    if (turn.right !== null) return E.right(turn.right)
  }
  const like = /^[#-]|^$/.test(text) ? E.right([]) : await turnsLike(engine, threadId, text)
  if (E.isLeft(like)) return like
  const [first, ...others] = like.right
  if (first === undefined) return E.left({ _tag: 'TurnNotFound', streamId: threadId, turnId: text })
  if (others.length === 0) return E.right(first)
  const shown = like.right.slice(0, CANDIDATES).map(({ id, place }) => `#${place + 1} ${id}`)
  const more = like.right.length > CANDIDATES ? `, and ${like.right.length - CANDIDATES} more` : ''
  return wrong(`"${text}" names ${like.right.length} turns: ${shown.join(', ')}${more}`)
}
