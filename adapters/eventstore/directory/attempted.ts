/**
 * What reading throws, as data again.
 */
import * as E from 'fp-ts/lib/Either.js'
import { ERROR_KIND, type StoreError } from '../../../domain/errors.ts'

/** True for a `StoreError` that was thrown where no `Either` can be answered. */
const isStoreError = (cause: unknown): cause is StoreError =>
  cause instanceof Error && String((cause as { _tag?: unknown })._tag) in ERROR_KIND

/** Runs what reads from a server; what the server cannot answer is `Left`, anything else is thrown on. */
export const attempted = async <A>(
  run: () => Promise<E.Either<StoreError, A>>
): Promise<E.Either<StoreError, A>> => {
  try {
    return await run()
  } catch (cause) {
    if (isStoreError(cause)) return E.left(cause)
    throw cause
  }
}
