/**
 * Calls of `append` that wait for their answers, whatever the events are written to.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { NewEvent } from '../../domain/changes/new-event.ts'
import type { StoreError } from '../../domain/errors.ts'
import { isUuid } from '../../domain/ids.ts'
import type { Profile } from '../../domain/profile.ts'
import { checkEvents, type CheckedEvent } from '../../replay/mutate/new-events.ts'
import type { Appended, ExpectedRevision } from '../../replay/ports.ts'
import { LINE_BYTES_MAX } from './lines.ts'

/** A call of `append` that waits for its answer. */
export interface AppendRequest {
  readonly expected: ExpectedRevision
  readonly events: ReadonlyArray<CheckedEvent>
  readonly answer: (answer: E.Either<StoreError, Appended>) => void
  /** For defects; expected failures are answers. */
  readonly reject: (defect: unknown) => void
}

const GROUP_MAX = 1024

/** Takes the requests from a queue that are written together: up to that many bytes of the first ones. */
export const takeGroup = <R extends AppendRequest>(
  queue: Array<R>,
  bytesMax: number
): ReadonlyArray<R> => {
  let bytes = 0
  let count = 0
  while (count < queue.length && count < GROUP_MAX && bytes < bytesMax)
    for (const { line } of queue[count++]?.events ?? []) bytes += line.length
  return queue.splice(0, count)
}

/** Room for the number of a line. */
const NUMBER_BYTES = 32
const BYTES_MAX = LINE_BYTES_MAX - NUMBER_BYTES

const isTooLong = ({ line }: CheckedEvent): boolean =>
  line.length * 3 >= BYTES_MAX && Buffer.byteLength(line) >= BYTES_MAX

const invalid = (message: string): E.Either<StoreError, never> =>
  E.left({ _tag: 'InvalidRequest', message })

/** Checks what is asked before it waits: the id, that every event will be read back, and that none is too long for a line. */
export const checkRequest = (
  streamId: string,
  events: ReadonlyArray<NewEvent>,
  profile: Profile
): E.Either<StoreError, ReadonlyArray<CheckedEvent>> => {
  if (!isUuid(streamId)) return invalid(`"${streamId}" is not the id of a thread`)
  const checked = checkEvents(events, profile)
  return E.isRight(checked) && checked.right.some(isTooLong)
    ? invalid(`an event is longer than ${LINE_BYTES_MAX} bytes`)
    : checked
}
