/**
 * Where the payloads of a process go. It never throws and never retries: what cannot be written or posted is counted, and
 * mentioned once.
 */
import { destinationOf } from '../../../domain/ledgers/analytics/destination.ts'
import type { RequestPayload } from '../../../domain/ledgers/analytics/envelope.ts'
import { noTelemetry, type Telemetry } from '../../../replay/telemetry.ts'
import { appendPayload, touchCapture } from './capture-file.ts'

/** Posts a payload; unroll has none of its own. */
export type Post = (payload: RequestPayload) => Promise<void>

/** Where the events of a process go. */
export interface AnalyticsOutlet {
  /** Path of a capture file; when it is not empty nothing is ever posted. */
  readonly capturePath?: string
  readonly post?: Post
}

/** Takes payloads one after the other. */
export interface Sender {
  readonly send: (payload: RequestPayload) => Promise<void>
  /** Resolves when the capture file was made, or could not be. */
  readonly opened: Promise<void>
}

const reasonOf = (cause: unknown): string =>
  cause instanceof Error ? cause.message : String(cause)

/** A sender for an outlet; null when it names no destination. A capture file is made at once. */
export const openSender = (
  { capturePath, post }: AnalyticsOutlet,
  log: (line: string) => void = () => undefined,
  telemetry: Telemetry = noTelemetry
): Sender | null => {
  const destination = destinationOf(capturePath, post !== undefined)
  let isFailing = false
  const failed = (what: string, cause: unknown): void => {
    if (!isFailing) log(`analytics events cannot be ${what}: ${reasonOf(cause)}`)
    isFailing = true
  }
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
      telemetry.count('analytics.payloads', { outcome: 'sent' })
    } catch (cause) {
      telemetry.count('analytics.payloads', { outcome: 'failed' })
      failed(what, cause)
    }
  }
  if (destination.kind === 'capture') {
    const { path } = destination
    const opened = touchCapture(path).catch((cause: unknown) => failed('captured', cause))
    return {
      opened,
      send: async (payload) => {
        await opened
        await attempt('captured', () => appendPayload(path, payload))
      }
    }
  }
  if (destination.kind === 'none' || post === undefined) return null
  return {
    opened: Promise.resolve(),
    send: (payload) => attempt('posted', () => post(payload))
  }
}
