/**
 * Which threads a store has.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import { threadOfStream, threadStream } from '../../../domain/stream/names.ts'
import type { Wire } from '../wire.ts'
import { failureOf } from './failures.ts'

/** Threads of every stream, in the order in which they came; looks through the whole log of the store. */
export const storeThreads = async (
  wire: Wire,
  signal: AbortSignal
): Promise<E.Either<StoreError, ReadonlyArray<string>>> => {
  const threads = new Set<string>()
  const enough = new AbortController()
  const until = AbortSignal.any([signal, enough.signal])
  try {
    for await (const told of wire.subscribe([threadStream('')], 'start', until)) {
      if (told.kind === 'caught_up') break
      const thread = told.kind === 'event' ? threadOfStream(told.event.stream) : null
      if (thread !== null) threads.add(thread)
    }
    return E.right([...threads])
  } catch (cause) {
    return E.left(failureOf(cause, ''))
  } finally {
    enough.abort()
  }
}
