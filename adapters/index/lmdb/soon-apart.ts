/**
 * An index that is opened here and handed over to a process of its own a moment later.
 */
import type { Index } from '../../../replay/ports.ts'
import { currentIndex } from '../current-index.ts'

/** A server answers its first clients before it starts another process: on a busy machine that takes longer than the answers. */
const LATER_MS = 100

/** Moves an index that was opened here to its own process a moment later; it stays here when none can be started. */
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
    epoch: () => here.epoch() + (current === here ? 0 : current.epoch()),
    close: async () => {
      clearTimeout(timer)
      await moved
      await current.close()
    }
  }
}
