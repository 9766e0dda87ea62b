/**
 * Branches and rollbacks of one thread, one after the other, and what is shown after each.
 */
import type { Engine } from '../../adapters/library.ts'
import { right, turnsOf } from './engines.ts'

/** In this order; `back` is a revert where the thread knows one, and a rollback where not. */
export const SEQUENCE = [
  'fork',
  'rollback',
  'unrollback',
  'forkBefore',
  'back',
  'unrollback',
  'fork'
] as const

export type Branching = (typeof SEQUENCE)[number]

/** The result of an acknowledged operation. */
export interface BranchDone {
  readonly operation: Branching
  /** The thread that was made; null when the thread itself goes on. */
  readonly made: string | null
  /** Turns of the thread that was made, or of the thread itself. */
  readonly turns: ReadonlyArray<string>
}

/** The turns of a thread: what each is called, how it ended, and how much is in it. */
export const shownTurns = async (
  engine: Engine,
  threadId: string
): Promise<ReadonlyArray<string>> =>
  (await turnsOf(engine, threadId)).map(
    ({ id, status, items }) => `${id} ${status} ${items.length}`
  )

const isPaginated = async (engine: Engine, threadId: string): Promise<boolean> =>
  (await right(engine.readThread(threadId, false))).historyMode === 'paginated'

const run = async (
  engine: Engine,
  threadId: string,
  operation: Branching
): Promise<string | null> => {
  const last = (await turnsOf(engine, threadId)).at(-1)?.id ?? ''
  switch (operation) {
    case 'fork':
      return (await right(engine.fork(threadId, {}))).id
    case 'forkBefore':
      return (await right(engine.fork(threadId, { beforeTurnId: last }))).id
    case 'rollback':
      await right(engine.rollback(threadId, 2))
      return null
    case 'unrollback':
      await right(engine.unrollback(threadId))
      return null
    case 'back':
      if (await isPaginated(engine, threadId)) await right(engine.revert(threadId, last))
      else await right(engine.rollback(threadId, 1))
      return null
  }
}

export const performed = async (
  engine: Engine,
  threadId: string,
  operation: Branching
): Promise<BranchDone> => {
  const made = await run(engine, threadId, operation)
  return { operation, made, turns: await shownTurns(engine, made ?? threadId) }
}
