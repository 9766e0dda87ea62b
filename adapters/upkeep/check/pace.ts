/**
 * Giving way: other work of the process runs every few milliseconds, and an aborted check ends soon.
 */

/** Work of at most this length is done in one piece. */
const TURN_MS = 10

export interface CheckPace {
  readonly isDue: () => boolean
  /** Lets other work run; throws the reason when the check was aborted. */
  readonly giveWay: () => Promise<void>
}

export const startPace = (signal?: AbortSignal): CheckPace => {
  let began = performance.now()
  return {
    isDue: () => performance.now() - began > TURN_MS,
    giveWay: async () => {
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
      began = performance.now()
    }
  }
}
