/**
 * A moment in which nothing else is to be done.
 */

/** Resolves in such a moment, or when it was waited for so long; browsers that do not tell are given a fifth of a second. */
export const idle = (waitMs: number): Promise<void> =>
  new Promise((resolve) => {
    if (typeof requestIdleCallback === 'function')
      requestIdleCallback(() => resolve(), { timeout: waitMs })
    else setTimeout(resolve, 200)
  })
