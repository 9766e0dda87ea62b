/**
 * What every store checks before it appends: that the events will be read back as events, and that the stream holds
 * what the caller expects.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import { toRolloutLine } from '../../../domain/log/event.ts'
import { isJsonObject, type JsonObject } from '../../../domain/json.ts'
import { printEvent, type NewEvent } from '../../../domain/changes/new-event.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import { upcast } from '../../../migrations/upcast.ts'
import type { ExpectedRevision } from '../../ports.ts'
import { invalidRequest, type Result } from '../../result.ts'

/** An event as it will be read back, and its line without a number. */
export interface CheckedEvent {
  readonly event: NewEvent
  readonly line: string
}

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** True for a time in UTC with milliseconds, the only form Codex writes. */
export const isTimestamp = (value: unknown): boolean => {
  if (typeof value !== 'string' || !TIMESTAMP.test(value)) return false
  const ms = Date.parse(value)
  return !Number.isNaN(ms) && new Date(ms).toISOString() === value
}

const UNREADABLE = {
  not_an_event: 'it needs `type`, a string, and `payload`, an object',
  invalid_payload: 'its payload is not one of its type'
} as const

/**
 * Checks an event by reading its line as the era does; the answer holds a copy, so that later changes to the event are
 * not written. A `Left` is the reason in words.
 */
export const checkEvent = (event: NewEvent, profile: Profile): E.Either<string, CheckedEvent> => {
  if (!isTimestamp(event.timestamp))
    return E.left('its timestamp is not UTC with milliseconds, as in 2026-01-31T09:00:00.000Z')
  let line: string
  try {
    line = printEvent(event, null)
  } catch (cause) {
    return E.left(`it is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  const copy = JSON.parse(line) as JsonObject
  if (!isJsonObject(copy['payload'])) return E.left(UNREADABLE.not_an_event)
  const read = toRolloutLine(upcast(copy), profile)
  if (typeof read === 'string')
    return E.left(UNREADABLE[read as keyof typeof UNREADABLE] ?? `it would be damage: ${read}`)
  return E.right({ event: copy as unknown as NewEvent, line })
}

/** Checks what one append brings: at least one event, each of which can be read back. */
export const checkEvents = (
  events: ReadonlyArray<NewEvent>,
  profile: Profile
): Result<ReadonlyArray<CheckedEvent>> => {
  if (events.length === 0) return invalidRequest('there is no event to append')
  const checked: Array<CheckedEvent> = []
  for (const [i, event] of events.entries()) {
    const one = checkEvent(event, profile)
    if (E.isLeft(one)) return invalidRequest(`event ${i + 1} of ${events.length}: ${one.left}`)
    checked.push(one.right)
  }
  return E.right(checked)
}

/** Why a stream at a revision is not what was expected; null when it is. */
const revisionConflict = (
  streamId: string,
  expected: ExpectedRevision,
  actual: number | null
): StoreError | null => {
  const fits =
    expected === 'any' ||
    (expected === 'no_stream' && actual === null) ||
    (expected === 'stream_exists' && actual !== null) ||
    expected === actual
  return fits ? null : { _tag: 'WrongExpectedRevision', streamId, expected, actual }
}

/** True when the metadata in a payload says that the lines of its segment are numbered. */
export const saysNumbered = (payload: unknown): boolean =>
  (payload as { readonly history_mode?: unknown } | null)?.history_mode === 'paginated'

/** Why events cannot begin a stream; null when they can. */
const beginningProblem = (
  streamId: string,
  events: ReadonlyArray<CheckedEvent>
): StoreError | null => {
  const first = events[0]?.event
  if (first?.type !== 'session_meta')
    return { _tag: 'InvalidRequest', message: 'a new thread begins with session_meta' }
  const id = first.payload['id']
  return typeof id === 'string' && id.toLowerCase() === streamId
    ? null
    : { _tag: 'InvalidRequest', message: `the session_meta is not that of thread ${streamId}` }
}

/**
 * Why events cannot be appended to a stream at a revision (null: there is none); null when they can. A stream without
 * events begins with its metadata; without `no_stream` its id was probably mistyped.
 */
export const appendProblem = (
  streamId: string,
  expected: ExpectedRevision,
  actual: number | null,
  events: ReadonlyArray<CheckedEvent>
): StoreError | null => {
  const conflict = revisionConflict(streamId, expected, actual)
  if (conflict !== null || (actual !== null && actual > 0)) return conflict
  const isMeta = events[0]?.event.type === 'session_meta'
  return actual === null && expected === 'any' && !isMeta
    ? { _tag: 'StreamNotFound', streamId }
    : beginningProblem(streamId, events)
}
