/** Calls back after a time, unless it is cancelled; holds no process. */
export type After = (durationMs: number, then: () => void) => () => void

/** The clock of the system. */
export const systemAfter: After = (durationMs, then) => {
  const timer = setTimeout(then, durationMs).unref()
  return () => clearTimeout(timer)
}
