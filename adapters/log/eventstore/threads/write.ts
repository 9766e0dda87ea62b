/**
 * Giving planned calls to the server.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import type { Directory } from '../directory/directory.ts'
import { EMPTY } from '../stream/directory.ts'
import { CALL_BYTES_MAX } from '../stream/event.ts'
import type { AppendCall } from '../stream/pack.ts'
import { plan, type StreamPlan, type StreamStep } from '../stream/plan.ts'
import type { StreamDirectory, Writer } from '../stream/stored.ts'
import type { Wire } from '../wire.ts'

/**
 * What became of calls. `moved`: not all of them are there, because the stream is not where it was planned from, or because
 * the server takes less in one call than was thought; refresh the directory of the stream and plan again. `stopped`: the signal
 * ended between two of them.
 */
export type CallsResult = 'written' | 'moved' | 'stopped'

/** What servers were found to take in one call, where that is less than usual. */
const limits = new WeakMap<Wire, number>()
/** Of the limit a server names, what is left for the frame of a call. */
const FRAME_BYTES = 1024

/** What is tried after a refusal: what the server named, or half as much where it named nothing that is less. */
const smallerThan = (bytes: number, bytesMax: number | null): number => {
  const named = bytesMax === null ? bytes : bytesMax - FRAME_BYTES
  return Math.max(1, named < bytes ? named : Math.floor(bytes / 2))
}

export const callBytesMaxOf = (wire: Wire): number => limits.get(wire) ?? CALL_BYTES_MAX

export const writeCalls = async (
  wire: Wire,
  stream: string,
  calls: ReadonlyArray<AppendCall>,
  signal?: AbortSignal
): Promise<E.Either<StoreError, CallsResult>> => {
  for (const { expected, events, bytes } of calls) {
    if (signal?.aborted === true) return E.right('stopped')
    const done = await wire.append(stream, expected, events)
    if (E.isLeft(done)) return done
    if (done.right.kind === 'wrong_revision') return E.right('moved')
    if (done.right.kind === 'appended') continue
    const fits = smallerThan(bytes, done.right.bytesMax)
    limits.set(wire, Math.min(callBytesMaxOf(wire), fits))
    return E.right('moved')
  }
  return E.right('written')
}

/** Makes the calls of a plan, and takes in what the stream holds behind them. */
export const writePlan = async (
  { wire, directory }: { readonly wire: Wire; readonly directory: Directory },
  stream: string,
  { calls, directory: behind }: StreamPlan
): Promise<E.Either<StoreError, CallsResult>> => {
  const written = await writeCalls(wire, stream, calls)
  if (E.isLeft(written) || written.right !== 'written') return written
  return E.map((): CallsResult => 'written')(await directory.put(stream, behind))
}

/** Appends steps as one piece behind what is known of a stream: all of it counts or nothing. */
export const appendSteps = async (
  parts: { readonly wire: Wire; readonly directory: Directory },
  stream: string,
  writer: Pick<Writer, 'nonce' | 'atMs'>,
  steps: Iterable<StreamStep>,
  known: StreamDirectory = parts.directory.stream(stream) ?? EMPTY
): Promise<E.Either<StoreError, CallsResult>> => {
  const planned = plan(
    {
      stream,
      directory: known,
      callBytesMax: callBytesMaxOf(parts.wire),
      writer: { source: 'append', home: null, ...writer },
      together: true
    },
    steps
  )
  return E.isLeft(planned) ? planned : writePlan(parts, stream, planned.right)
}
