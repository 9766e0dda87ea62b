/**
 * An index in memory that goes to disk when it is large.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Index } from '../../replay/ports.ts'
import { copied } from './copied.ts'
import { memoryIndex } from './index.ts'

/** Rows that were written with more characters of JSON than this are no longer kept in memory. */
const SPILL_CHARACTERS = 1024 * 1024

/**
 * An empty index in memory. Once so much was written to it that it would be felt it goes on in the one that `make` opens; when
 * that fails, it stays where it is.
 */
export const spillingIndex = (make: () => Promise<Index>, most = SPILL_CHARACTERS): Index => {
  let current = memoryIndex()
  let written = 0
  let generation = 0
  let epoch = 0
  const spill = async (): Promise<void> => {
    written = -Infinity
    let made: Index | null = null
    try {
      made = await make()
      current = await copied(current, made)
    } catch {
      await made?.close()
    }
  }
  // What is committed while rows move would be left behind: one change at a time.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <A>(change: () => Promise<A>): Promise<A> => {
    const next = last.then(change)
    last = next.catch(() => undefined)
    return next
  }
  return {
    get: (key) => current.get(key),
    range: (...asked) => current.range(...asked),
    keys: (from, until) => current.keys(from, until),
    commit: (writes, expected) => () =>
      inTurn(async () => {
        const done = await current.commit(writes, expected)()
        if (E.isRight(done) && done.right === 'committed') generation += 1
        for (const { json } of writes) written += json?.length ?? 0
        if (E.isRight(done) && written > most) await spill()
        return done
      }),
    generation: () => generation,
    epoch: () => epoch,
    clear: () => () =>
      inTurn(async () => {
        epoch += 1
        await current.close()
        current = memoryIndex()
        generation += 1
        written = 0
        return E.right(undefined)
      }),
    close: () => inTurn(() => current.close())
  }
}
