/**
 * Turns as people name them: an id, a unique prefix of one, a number from 1 (`7`, `#7`), or from the end (`-1` is the last).
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { Engine } from '../../../replay/engine.ts'
import { textOf, type Input } from '../args.ts'

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
  const missing = E.left({ _tag: 'TurnNotFound', streamId: threadId, turnId: text } as const)
  if (/^[#-]|^$/.test(text)) return missing
  const typed = await engine.turnsLike(threadId, text, CANDIDATES)()
  const isFound = E.isLeft(typed) || typed.right.meant > 0
  // Ids of Codex are in lower case; those of other programs may be in any.
  const like = isFound ? typed : await engine.turnsLike(threadId, text.toLowerCase(), CANDIDATES)()
  if (E.isLeft(like)) return like
  const { count, meant, turns } = like.right
  const [first] = turns
  if (first === undefined) return missing
  if (meant === 1) return E.right({ ...first, count })
  const shown = turns.map(({ id, place }) => `#${place + 1} ${id}`)
  const more = meant > CANDIDATES ? `, and ${meant - CANDIDATES} more` : ''
  return wrong(`"${text}" names ${meant} turns: ${shown.join(', ')}${more}`)
}

/** The turn that an option names; undefined without the option. */
export const turnIn = async (
  input: Input,
  engine: Engine,
  threadId: string,
  option: string
): Promise<E.Either<StoreError, NamedTurn | undefined>> => {
  const text = textOf(input, option)
  return text === undefined ? E.right(undefined) : turnNamed(engine, threadId, text)
}
