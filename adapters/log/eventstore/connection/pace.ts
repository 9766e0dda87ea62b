/**
 * How often and how long something is tried: timers, backoff with jitter, and a deadline over all attempts.
 */

export interface RetryPace {
  /** A clock that only goes forward, in milliseconds. */
  readonly nowMs: () => number
  /** At least 0 and below 1. */
  readonly random: () => number
  /** Calls back once after that time, unless the answer is called before. */
  readonly after: (durationMs: number, then: () => void) => () => void
}

export const realPace: RetryPace = {
  nowMs: () => performance.now(),
  random: Math.random,
  // The timers of a process that was kept waiting come before what lies in its sockets, which may be what is waited for.
  after: (durationMs, then) => {
    let turn: NodeJS.Immediate | undefined
    const timer = setTimeout(() => (turn = setImmediate(then)), durationMs)
    return () => {
      clearTimeout(timer)
      clearImmediate(turn)
    }
  }
}

const FIRST_MS = 50
const LONGEST_MS = 5_000

/** How long to wait before attempt `attempt` is repeated, the first being 0: twice as long each time, up to 5 s, and up to half of it less. */
export const backoffMs = (attempt: number, random: () => number): number =>
  Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 20)) * (1 - random() / 2)

/** Waits; `false` when `signal` ended it before. */
export const pause = (pace: RetryPace, durationMs: number, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve(false)
    const stop = (): void => {
      cancel()
      resolve(false)
    }
    const cancel = pace.after(durationMs, () => {
      signal.removeEventListener('abort', stop)
      resolve(true)
    })
    signal.addEventListener('abort', stop, { once: true })
  })

/** What a promise came to, unless it took too long or was ended; then nobody hears of what it comes to. */
export const LATE = Symbol('late')
export const ENDED = Symbol('ended')

/** Waits for a promise, but not longer than that many milliseconds nor past the end of `signal`. */
export const within = <A>(
  pace: RetryPace,
  promise: Promise<A>,
  durationMs: number,
  signal: AbortSignal
): Promise<A | typeof LATE | typeof ENDED> =>
  new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      cancel()
      signal.removeEventListener('abort', stop)
      then()
    }
    const stop = (): void => settle(() => resolve(ENDED))
    const cancel =
      durationMs === Infinity
        ? () => undefined
        : pace.after(durationMs, () => settle(() => resolve(LATE)))
    promise.then(
      (value) => settle(() => resolve(value)),
      (cause: Error) => settle(() => reject(cause))
    )
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
