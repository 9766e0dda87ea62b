/**
 * Where a named `unroll tail` is: in the same files, under the same rules, as a reader of a store has.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import type { FollowedPlace } from '../../../../replay/engine.ts'
import {
  checkpointPath,
  readCheckpointOf,
  writeCheckpoint
} from '../../../log/eventstore/readers/checkpoint.ts'
import { locked } from '../../../log/eventstore/readers/readers.ts'

interface SavedPlaces {
  readonly savedAtMs: number
  readonly threads: Readonly<Record<string, FollowedPlace>>
}

export interface TailPlaces {
  /** Null before the first save. */
  readonly savedAtMs: number | null
  readonly of: (threadId: string) => FollowedPlace | undefined
  readonly set: (threadId: string, place: FollowedPlace) => void
  /** On disk when it answers. */
  readonly save: (nowMs: number) => E.Either<StoreError, void>
  readonly close: () => Promise<void>
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

const isPlace = (value: unknown): boolean => {
  if (!isObject(value) || !isObject(value['next']) || !Array.isArray(value['segments']))
    return false
  const { revision, segment, offset } = value['next']
  const guard = value['guard']
  const isGuard =
    isObject(guard) &&
    [guard['offset'], guard['bytes'], guard['checksum']].every(Number.isSafeInteger) &&
    typeof guard['terminated'] === 'boolean'
  return (
    [revision, segment, offset].every(isCount) &&
    value['segments'].every((name) => typeof name === 'string') &&
    (guard === null || isGuard)
  )
}

const isSaved = (value: unknown): value is SavedPlaces =>
  isObject(value) &&
  isCount(value['savedAtMs']) &&
  isObject(value['threads']) &&
  Object.values(value['threads']).every(isPlace)

/** Places that are kept for this run only. */
export const passingPlaces = (): TailPlaces => {
  const places = new Map<string, FollowedPlace>()
  return {
    savedAtMs: null,
    of: (threadId) => places.get(threadId),
    set: (threadId, place) => void places.set(threadId, place),
    save: () => E.right(undefined),
    close: async () => undefined
  }
}

/** The places of a name, beside the index; one process at a time. */
export const namedPlaces = (directory: string, name: string): E.Either<StoreError, TailPlaces> => {
  const path = checkpointPath(directory, name)
  const lock = locked(path, `the checkpoint ${name}`)
  if (E.isLeft(lock)) return lock
  const known = readCheckpointOf(path, isSaved)
  if (E.isLeft(known)) {
    void lock.right()
    return known
  }
  const places = new Map(Object.entries(known.right?.threads ?? {}))
  let isNew = false
  return E.right({
    savedAtMs: known.right?.savedAtMs ?? null,
    of: (threadId) => places.get(threadId),
    set: (threadId, place) => {
      const old = places.get(threadId)
      if (JSON.stringify(old) === JSON.stringify(place)) return
      places.set(threadId, place)
      isNew = true
    },
    save: (nowMs) => {
      if (!isNew) return E.right(undefined)
      isNew = false
      return writeCheckpoint(path, { savedAtMs: nowMs, threads: Object.fromEntries(places) })
    },
    close: lock.right
  })
}
