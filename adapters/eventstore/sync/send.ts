/**
 * Giving a server the calls of a plan, one behind the other.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { Call } from '../stream/plan.ts'
import { CALL_BYTES_MAX } from '../stream/sizes.ts'
import type { Wire } from '../wire.ts'

/** What the server was found to take in one call; every thread of a push learns from the first refusal. */
export interface Limits {
  callBytesMax: number
}

/** Nothing is known of the server yet. */
export const newLimits = (): Limits => ({ callBytesMax: CALL_BYTES_MAX })

/** What became of calls: `again` when the stream is not as it was, or the server takes less than was thought. */
export type Sent = 'written' | 'again' | 'stopped'

/** Of the limit of a server, what is left for the frame of a call. */
const FRAME_BYTES = 1024

/** A server that takes less in one call is not worked with. */
const SERVER_BYTES_MIN = 16 * 1024

/** Sends calls until one is not taken. */
export const sendCalls = async (
  wire: Wire,
  stream: string,
  calls: ReadonlyArray<Call>,
  limits: Limits,
  signal: AbortSignal
): Promise<E.Either<StoreError, Sent>> => {
  for (const { expected, events, bytes } of calls) {
    if (signal.aborted) return E.right('stopped')
    const came = await wire.append(stream, expected, events)
    if (E.isLeft(came)) return came
    if (came.right.kind === 'wrong_revision') return E.right('again')
    if (came.right.kind === 'too_large') {
      const { bytesMax } = came.right
      if (bytes <= bytesMax || bytesMax < SERVER_BYTES_MIN)
        return E.left({
          _tag: 'StoreRefused',
          where: wire.name,
          reason: `it does not take a call of ${bytes} bytes; its limit is ${bytesMax}`,
          next: 'raise MaxAppendSize of the server'
        })
      limits.callBytesMax = Math.min(limits.callBytesMax, bytesMax - FRAME_BYTES)
      return E.right('again')
    }
  }
  return E.right('written')
}
