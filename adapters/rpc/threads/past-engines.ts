/**
 * Engines of the past, for requests about an earlier point. A client that drags a slider asks about few points many times, and each
 * engine folds its thread once: the newest four are kept, and each of them for a minute after its last request.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { PastPoint } from '../../../replay/past/time-travel/past.ts'
import { systemAfter, type After } from './after.ts'

const KEPT_MAX = 4
const IDLE_MS = 60_000

interface Kept {
  readonly engine: Promise<E.Either<StoreError, Engine>>
  users: number
  /** How many of them wait for the answer no more. */
  left: number
  isDropped: boolean
  cancel: () => void
}

export interface PastEngines {
  /**
   * Asks an engine of that point; `Left` says why there is no such point. An engine is closed behind its last question; it gives up what it
   * is doing when `stop` is signalled and nobody else asks.
   */
  readonly ask: <A>(
    point: PastPoint,
    question: (engine: Engine) => Promise<A>,
    stop?: AbortSignal
  ) => Promise<E.Either<StoreError, A>>
  /** Closes them all, and waits for what is asked of them. */
  readonly close: () => Promise<void>
}

const stopFolding = async ({ engine }: Kept): Promise<void> => {
  const opened = await engine.catch(() => null)
  if (opened !== null && E.isRight(opened)) opened.right.giveUp()
}

const unused = (engine: Kept['engine']): Kept => ({
  ...{ engine, users: 0, left: 0, isDropped: false },
  cancel: () => undefined
})

/** Nothing is kept yet; `open` makes the engine of a point. */
export const createPastEngines = (
  open: (point: PastPoint) => Promise<E.Either<StoreError, Engine>>,
  after: After = systemAfter
): PastEngines => {
  const kept = new Map<string, Kept>()
  const closing = new Set<Promise<void>>()

  const closeUnused = (one: Kept): void => {
    if (!one.isDropped || one.users > 0) return
    one.cancel()
    const closed = one.engine
      .then((engine) => (E.isRight(engine) ? engine.right.close() : undefined))
      .catch(() => undefined)
      .then(() => void closing.delete(closed))
    closing.add(closed)
  }
  const drop = (name: string): void => {
    const one = kept.get(name)
    if (one === undefined) return
    kept.delete(name)
    one.isDropped = true
    closeUnused(one)
  }
  const taken = (name: string, point: PastPoint): Kept => {
    const one = kept.get(name) ?? unused(open(point))
    // The one that was asked last stands last.
    kept.delete(name)
    kept.set(name, one)
    one.cancel()
    one.users += 1
    for (const [oldest] of kept) if (kept.size > KEPT_MAX) drop(oldest)
    return one
  }

  /** Nobody waits for what the engine does. */
  const giveUp = (name: string, one: Kept): void => {
    if (kept.get(name) === one) drop(name)
    void stopFolding(one)
  }

  return {
    ask: async (point, question, stop) => {
      const name = JSON.stringify(point)
      const one = taken(name, point)
      const leave = (): void => {
        one.left += 1
        if (one.left === one.users) giveUp(name, one)
      }
      stop?.addEventListener('abort', leave, { once: true })
      try {
        const engine = await one.engine
        if (E.isRight(engine)) return E.right(await question(engine.right))
        drop(name)
        return engine
      } finally {
        stop?.removeEventListener('abort', leave)
        one.users -= 1
        if (stop?.aborted === true) one.left -= 1
        if (one.users === 0) one.cancel = after(IDLE_MS, () => drop(name))
        closeUnused(one)
      }
    },
    close: async () => {
      for (const name of kept.keys()) drop(name)
      await Promise.all(closing)
    }
  }
}
