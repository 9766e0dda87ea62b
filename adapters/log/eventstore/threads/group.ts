/**
 * What one write will hold: of all requests that wait, those that expect what the stream then is, one behind the other.
 */
import { printEvent } from '../../../../domain/changes/new-event.ts'
import type { StoreError } from '../../../../domain/errors.ts'
import type { StreamId } from '../../../../domain/ids.ts'
import { appendProblem } from '../../../../replay/change/mutate/new-events.ts'
import type { Appended } from '../../../../replay/ports.ts'
import type { AppendRequest } from '../../jsonl/request.ts'
import { segmentBytes } from '../stream/directory.ts'
import type { StoredEnd } from './tail.ts'

/** Requests of a group, and the lines of those that will be written. */
export interface Group {
  readonly lines: ReadonlyArray<Uint8Array>
  readonly accepted: ReadonlyArray<{ readonly request: AppendRequest; readonly answer: Appended }>
  readonly refused: ReadonlyArray<{ readonly request: AppendRequest; readonly why: StoreError }>
}

export const planGroup = (
  streamId: StreamId,
  end: StoredEnd,
  requests: ReadonlyArray<AppendRequest>
): Group => {
  const lines: Array<Uint8Array> = end.open === null ? [] : [end.open]
  const accepted: Array<Group['accepted'][number]> = []
  const refused: Array<Group['refused'][number]> = []
  const { path } = end.place
  const { segment } = end.next
  let { ordinal } = end
  let { revision } = end.next
  let offset = segmentBytes(end.place.segment) + (end.open === null ? 0 : 1)
  for (const request of requests) {
    const { expected, events } = request
    const why = appendProblem(streamId, expected, revision, events)
    if (why !== null) {
      refused.push({ request, why })
      continue
    }
    if (accepted.length === 0) revision += end.torn
    const from = { revision, segment, offset }
    for (const { line, event } of events) {
      const bytes = Buffer.from(ordinal === null ? line : printEvent(event, ordinal++))
      lines.push(bytes)
      offset += bytes.length + 1
    }
    revision += events.length
    const next = { revision, segment, offset }
    accepted.push({ request, answer: { streamId, from, next, path } })
  }
  return { lines, accepted, refused }
}
