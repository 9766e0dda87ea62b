/**
 * An index whose disk may fill up or fail while it is used: it goes on in memory.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { Index } from '../../../replay/ports.ts'
import { copyIndex, currentIndex } from '../current-index.ts'
import { memoryIndex } from './index.ts'

/**
 * Goes on with a copy in memory from the first commit on that the index refuses; `onFailure` hears why, once. Nothing is begun
 * anew: what is under way may have changed a thread already, and must not do so again.
 */
export const fallingBack = (index: Index, onFailure: (why: StoreError) => void): Index => {
  let current = index
  const fallBack = (why: StoreError, next: Index): Index => {
    if (current === index) {
      onFailure(why)
      current = next
    }
    return current
  }
  return {
    ...currentIndex(() => current),
    commit: (writes, expected) => async () => {
      const asked = current
      const done = await asked.commit(writes, expected)()
      if (E.isRight(done) || asked !== index) return done
      return fallBack(done.left, await copyIndex(index, memoryIndex())).commit(writes, expected)()
    },
    // The copy in memory counts from 0; what was asked before a clear that failed must not be taken for new.
    epoch: () => index.epoch() + (current === index ? 0 : 1 + current.epoch()),
    clear: () => async () => {
      const asked = current
      const done = await asked.clear()()
      if (E.isRight(done) || asked !== index) return done
      return fallBack(done.left, memoryIndex()).clear()()
    },
    close: () => index.close()
  }
}
