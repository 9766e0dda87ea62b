/**
 * The metrics of one connection: clients, requests and notifications. A method that the table does not have counts as
 * `unknown`, so that no client can make up labels.
 */
import type { LabelsOf } from '../../../replay/metrics.ts'
import { stopwatch, type Telemetry } from '../../../replay/telemetry.ts'
import { CODE } from '../wire/errors.ts'

export type RequestOutcome = LabelsOf<'rpc.request.duration'>['outcome']

const CODES: ReadonlySet<number> = new Set(Object.values(CODE))

/** The outcome of a request that was answered with an error. */
export const failedWith = ({ code }: { readonly code: number }): RequestOutcome =>
  CODES.has(code) ? (String(code) as RequestOutcome) : 'other'

interface ConnectionMetrics {
  /** A request was accepted; the returned function ends it. */
  readonly taken: (method: string) => (outcome: RequestOutcome) => void
  readonly refused: () => void
  /** A notification is sent, or dropped; answers which. */
  readonly notified: (isSent: boolean) => boolean
  readonly left: () => void
}

export const connectionMetrics = (
  telemetry: Telemetry,
  methods: ReadonlyMap<string, unknown>
): ConnectionMetrics => {
  let isOpen = true
  telemetry.count('rpc.connections.opened', {})
  telemetry.count('rpc.connections.open', {}, 1)
  return {
    taken: (method) => {
      const stop = stopwatch(telemetry, 'rpc.request.duration')
      telemetry.count('rpc.requests.in_flight', {}, 1)
      return (outcome) => {
        stop({ method: methods.has(method) ? method : 'unknown', outcome })
        telemetry.count('rpc.requests.in_flight', {}, -1)
      }
    },
    refused: () => telemetry.count('rpc.requests.refused', {}),
    notified: (isSent) => {
      telemetry.count('rpc.notifications', { outcome: isSent ? 'sent' : 'dropped' })
      return isSent
    },
    left: () => {
      if (isOpen) telemetry.count('rpc.connections.open', {}, -1)
      isOpen = false
    }
  }
}
