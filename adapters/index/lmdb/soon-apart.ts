/**
 * An index that is opened here and handed over to a process of its own a moment later.
 */
import type { Index } from '../../../replay/ports.ts'
import { currentIndex } from '../current-index.ts'

/**
 * A server answers its first clients before it starts another process: on a busy machine that takes longer than the answers. What
 * is folded for them is committed here too, where nobody has to wait for another process.
 */
const LATER_MS = 1000

/**
 * Moves an index that was opened here to its own process when nothing was committed for a moment; it stays here when none can be
 * started.
 */
export const soonApart = (here: Index, open: () => Promise<Index>): Index => {
  let current = here
  let moved: Promise<void> | null = null
  const move = async (): Promise<void> => {
    const apart = await open().catch(() => null)
    if (apart === null) return
    current = apart
    await here.close().catch(() => undefined)
  }
  const timer = setTimeout(() => {
    moved = move()
  }, LATER_MS).unref()
  return {
    ...currentIndex(() => current),
    commit: (...asked) => {
      if (moved === null) timer.refresh()
      return current.commit(...asked)
    },
    epoch: () => here.epoch() + (current === here ? 0 : current.epoch()),
    close: async () => {
      clearTimeout(timer)
      await moved
      await current.close()
    }
  }
}
