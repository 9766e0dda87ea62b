/**
 * Giving planned calls to the server.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { Call } from '../stream/plan.ts'
import { CALL_BYTES_MAX } from '../stream/sizes.ts'
import type { Wire } from '../wire.ts'

/**
 * What became of calls. `moved`: not all of them are there, because the stream is not where it was planned from, or because
 * the server takes less in one call than was thought; refresh the directory of the stream and plan again.
 */
export type Written = 'written' | 'moved'

/** Servers that said that they take less than usual, or more. */
const limits = new WeakMap<Wire, number>()
/** The answer of a server is in its words; what it counts besides is not much. */
const MARGIN_BYTES = 1024

/** What plans for a server should keep to, in bytes of a call. */
export const callBytesMaxOf = (wire: Wire): number => limits.get(wire) ?? CALL_BYTES_MAX

/** Makes the calls, each when the one before it has succeeded. */
export const writeCalls = async (
  wire: Wire,
  stream: string,
  calls: ReadonlyArray<Call>
): Promise<E.Either<StoreError, Written>> => {
  for (const { expected, events, bytes } of calls) {
    const done = await wire.append(stream, expected, events)
    if (E.isLeft(done)) return done
    if (done.right.kind === 'wrong_revision') return E.right('moved')
    if (done.right.kind === 'appended') continue
    const { bytesMax } = done.right
    limits.set(wire, Math.max(1, Math.min(bytesMax - MARGIN_BYTES, bytes - 1)))
    return E.right('moved')
  }
  return E.right('written')
}

/** Makes the calls of a plan. */
export const writePlan = (
  wire: Wire,
  stream: string,
  { calls }: { readonly calls: ReadonlyArray<Call> }
): Promise<E.Either<StoreError, Written>> => writeCalls(wire, stream, calls)
