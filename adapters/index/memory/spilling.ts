/**
 * An index in memory that goes to disk when it is large.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Index } from '../../../replay/ports.ts'
import { copyIndex, currentIndex } from '../current-index.ts'
import { memoryIndex } from './index.ts'

/** Rows that were written with more characters of JSON than this are no longer kept in memory. */
const SPILL_CHARACTERS = 1024 * 1024

/**
 * An empty index in memory. Once a lot was written to it, it goes on in the one that `make` opens; when that fails, it stays where
 * it is.
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
      current = await copyIndex(current, made)
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
    ...currentIndex(() => current),
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
