/**
 * Calls of `append` on their way to one write: checked, taken together, and planned one behind the other.
 */
import * as E from 'fp-ts/lib/Either.js'
import { printEvent, type NewEvent } from '../../../domain/changes/new-event.ts'
import type { StoreError } from '../../../domain/errors.ts'
import { isUuid, type StreamId } from '../../../domain/ids.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import {
  appendProblem,
  checkEvents,
  type CheckedEvent
} from '../../../replay/change/mutate/new-events.ts'
import type { Appended, ExpectedRevision, KnownPlace, Position } from '../../../replay/ports.ts'
import { LINE_BYTES_MAX } from './lines.ts'
import type { Tail } from './tail.ts'

/** A call of `append` that waits for its answer. */
export interface AppendRequest {
  readonly expected: ExpectedRevision
  readonly events: ReadonlyArray<CheckedEvent>
  readonly answer: (answer: E.Either<StoreError, Appended>) => void
  /** For defects; expected failures are answers. */
  readonly reject: (defect: unknown) => void
}

const GROUP_MAX = 1024

/** Answers requests with a failure; a defect rejects them. */
export const failAll = (
  requests: ReadonlyArray<AppendRequest>,
  failureOf: () => StoreError
): void => {
  try {
    const failure = E.left(failureOf())
    for (const request of requests) request.answer(failure)
  } catch (defect) {
    for (const request of requests) request.reject(defect)
  }
}

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

/** A call for a rollout, with what its caller knows of the stream. */
export interface RolloutAppend extends AppendRequest {
  readonly known: KnownPlace | undefined
}

/** A call that will be written, and where. */
export interface PlannedAppend {
  readonly request: RolloutAppend
  /** Where its lines begin and end in the bytes of the write. */
  readonly start: number
  readonly end: number
  readonly from: Position
  readonly next: Position
}

export interface WritePlan {
  readonly bytes: Buffer
  readonly accepted: ReadonlyArray<PlannedAppend>
  /** Requests that expected another revision. */
  readonly refused: ReadonlyArray<{ readonly request: RolloutAppend; readonly why: StoreError }>
  /** The end of the stream behind it. */
  readonly next: Position
  readonly ordinal: number | null
}

const NEWLINE = Buffer.from('\n')

export const planGroup = (
  streamId: StreamId,
  tail: Tail,
  group: ReadonlyArray<RolloutAppend>
): WritePlan => {
  const accepted: Array<PlannedAppend> = []
  const refused: Array<WritePlan['refused'][number]> = []
  const pieces: Array<Buffer> = tail.closed ? [] : [NEWLINE]
  const segment = tail.lineage.length - 1
  let length = tail.closed ? 0 : 1
  let { ordinal } = tail
  let { revision } = tail.next
  const print = ({ line, event }: CheckedEvent): string =>
    `${ordinal === null ? line : printEvent(event, ordinal++)}\n`
  for (const request of group) {
    const { expected, events } = request
    const why = appendProblem(streamId, expected, revision, events)
    if (why !== null) {
      refused.push({ request, why })
      continue
    }
    if (accepted.length === 0) revision += tail.torn
    const bytes = Buffer.from(events.map(print).join(''))
    const from = { revision, segment, offset: tail.sizeBytes + length }
    const start = length
    length += bytes.length
    revision += events.length
    const next = { revision, segment, offset: tail.sizeBytes + length }
    accepted.push({ request, start, end: length, from, next })
    pieces.push(bytes)
  }
  const [only] = pieces
  return {
    bytes: pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces),
    accepted,
    refused,
    next: { revision, segment, offset: tail.sizeBytes + length },
    ordinal
  }
}
