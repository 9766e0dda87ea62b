/**
 * Which threads of a store a command means.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import { isUuid } from '../../domain/ids.ts'
import { threadStream } from '../../domain/stream/names.ts'
import { chosen } from '../eventstore/sync/choose.ts'
import { openStream } from '../eventstore/sync/cold.ts'
import { failureOf } from '../eventstore/sync/failures.ts'
import { eachInFlight } from '../eventstore/sync/in-flight.ts'
import { storeThreads } from '../eventstore/sync/listing.ts'
import type { Wire } from '../eventstore/wire.ts'

const THREADS_IN_FLIGHT = 12

const namesOf = async (
  wire: Wire,
  threads: ReadonlyArray<string>
): Promise<ReadonlyMap<string, string>> => {
  const names = new Map<string, string>()
  await eachInFlight(threads, THREADS_IN_FLIGHT, async (thread) => {
    const name = (await openStream(wire, threadStream(thread)))?.name
    if (name) names.set(thread, name.name)
  })
  return names
}

/**
 * Threads that words name, of the store and of `others`; all of them without words. Whole ids are not looked for, so that they
 * cost nothing; a word that begins no id is looked for among the names.
 */
export const threadsMeant = async (
  wire: Wire,
  words: ReadonlyArray<string>,
  others: ReadonlyArray<string>,
  signal: AbortSignal
): Promise<E.Either<StoreError, ReadonlyArray<string>>> => {
  const ids = words.map((word) => word.toLowerCase())
  if (words.length > 0 && ids.every(isUuid)) return E.right([...new Set(ids)])
  const stored = await storeThreads(wire, signal)
  if (E.isLeft(stored)) return stored
  const all = [...new Set([...stored.right, ...others])]
  const isName = ids.some((id) => !all.some((thread) => thread.startsWith(id)))
  try {
    const names = isName ? await namesOf(wire, stored.right) : new Map<string, string>()
    return chosen(words, all, (thread) => names.get(thread) ?? null)
  } catch (cause) {
    return E.left(failureOf(cause, ''))
  }
}
