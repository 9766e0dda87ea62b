/**
 * Engines for tests, and what they answer without the `Either` around it.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { StoreError } from '../../domain/errors.ts'
import type { Page, Turn } from '../../domain/protocol.ts'
import { openEngine, type EngineOptions } from '../../adapters/library.ts'
import type { Engine } from '../../replay/engine.ts'

/** The answer of a call that must succeed. */
export const right = async <A>(call: TE.TaskEither<StoreError, A>): Promise<A> => {
  const answer = await call()
  if (E.isLeft(answer)) throw new Error(`expected an answer, got ${JSON.stringify(answer.left)}`)
  return answer.right
}

/** An engine that can be opened. */
export const openedEngine = (options: EngineOptions): Promise<Engine> =>
  right(() => openEngine(options))

/** Runs with an engine and closes it. */
export const withEngine = async <A>(
  options: EngineOptions,
  use: (engine: Engine) => Promise<A>
): Promise<A> => {
  const engine = await openedEngine({ index: 'memory', ...options })
  try {
    return await use(engine)
  } finally {
    await engine.close()
  }
}

/** Follows `nextCursor` to the end; a walk that does not end is an error. */
export const walk = async <A>(
  page: (cursor: string | null) => TE.TaskEither<StoreError, Page<A>>
): Promise<ReadonlyArray<A>> => {
  const all: Array<A> = []
  let cursor: string | null = null
  for (let pages = 0; pages < 1000; pages++) {
    const { data, nextCursor }: Page<A> = await right(page(cursor))
    all.push(...data)
    if (nextCursor === null) return all
    cursor = nextCursor
  }
  throw new Error('the walk does not end')
}

/** Every turn of a thread with all items. */
export const turnsOf = async (engine: Engine, threadId: string): Promise<ReadonlyArray<Turn>> =>
  (await right(engine.readThread(threadId, true))).turns
