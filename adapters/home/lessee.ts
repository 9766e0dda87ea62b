/**
 * The clocks and the identity of this process, for leases.
 */
import { randomBytes } from 'node:crypto'
import type { Lessee } from '../../replay/ports.ts'
import { fateOf, thisProcess } from './process-identity.ts'

export const every: Lessee['every'] = (ms, run) => {
  const timer = setInterval(run, ms).unref()
  return () => clearInterval(timer)
}

export const systemLessee = (): Lessee => ({
  self: thisProcess(),
  newToken: () => randomBytes(8).toString('hex'),
  nowMs: () => Date.now(),
  steadyMs: () => performance.now(),
  fateOf,
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  every
})
