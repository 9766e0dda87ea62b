/**
 * This process as one that may work on a home, and how it judges others that do.
 */
import { randomBytes } from 'node:crypto'
import type { Lessee } from '../../replay/ports.ts'
import { fateOf, thisProcess } from '../process-identity.ts'

export const every: Lessee['every'] = (ms, run) => {
  const timer = setInterval(run, ms).unref()
  return () => clearInterval(timer)
}

/** What leases are acquired with in this process. */
export const systemLessee = (): Lessee => ({
  self: thisProcess(),
  newToken: () => randomBytes(8).toString('hex'),
  nowMs: () => Date.now(),
  steadyMs: () => performance.now(),
  fateOf,
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  every
})
