/**
 * The gate of one connection: it counts running requests, and once it is closed no more begin. Those that run are finished.
 */

export interface Gate {
  readonly isOpen: () => boolean
  /** Requests that entered and have not left. */
  readonly count: () => number
  /** Counts one more, until `leave`. */
  readonly enter: () => void
  readonly leave: () => void
  /** Resolves when fewer than `limit` are in. */
  readonly below: (limit: number) => Promise<void>
  /** Nothing begins from now on; does not wait. */
  readonly close: () => void
}

interface Waiter {
  readonly limit: number
  readonly wake: () => void
}

export const createGate = (): Gate => {
  let open = true
  let count = 0
  let waiters: ReadonlyArray<Waiter> = []
  return {
    isOpen: () => open,
    count: () => count,
    enter: () => void (count += 1),
    leave: () => {
      count -= 1
      const awake = waiters.filter(({ limit }) => count < limit)
      waiters = waiters.filter(({ limit }) => count >= limit)
      for (const { wake } of awake) wake()
    },
    below: (limit) =>
      count < limit
        ? Promise.resolve()
        : new Promise((wake) => (waiters = [...waiters, { limit, wake }])),
    close: () => void (open = false)
  }
}
