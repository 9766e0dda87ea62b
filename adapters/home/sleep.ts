/**
 * Waiting without a turn of the event loop.
 */

/** Sleeps; nothing else of this thread runs meanwhile. */
export const sleepSync = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
