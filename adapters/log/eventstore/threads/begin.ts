/**
 * A new thread in a store: where its file would lie, and the lines it begins with.
 */
import * as E from 'fp-ts/lib/Either.js'
import { relative, sep } from 'node:path'
import { printEvent } from '../../../../domain/changes/new-event.ts'
import { notPossible, type StoreError } from '../../../../domain/errors.ts'
import type { StreamId } from '../../../../domain/ids.ts'
import type { PlanStep } from '../stream/plan.ts'
import { threadStream } from '../stream/names.ts'
import type { CheckedEvent } from '../../../../replay/change/mutate/new-events.ts'
import { firstOrdinal, millisecondsOf } from '../../jsonl/begin.ts'
import { segmentPath } from '../../jsonl/create.ts'
import { baseIn, lineageFrom, threadOf, type Histories } from './new-lineage.ts'
import type { View } from './places.ts'

export interface BeginParts extends Histories {
  readonly view: View
  readonly nowMs: () => number
}

/** Plans a thread of events that begin with its metadata; its file is named after the time in them. */
export const planBeginning = async (
  { wire, directory, view, nowMs }: BeginParts,
  streamId: StreamId,
  events: ReadonlyArray<CheckedEvent>
): Promise<E.Either<StoreError, ReadonlyArray<PlanStep>>> => {
  if ((directory.stream(threadStream(streamId))?.segments.length ?? 0) > 0)
    return E.left(
      notPossible(
        `thread ${streamId} was deleted, and its history is in the store still`,
        `bring it back with "unroll restore ${streamId}", or begin a thread with another id`
      )
    )
  const payload = events[0]?.event.payload ?? {}
  const atMs = millisecondsOf(payload['timestamp'])
  if (atMs === null)
    return E.left({ _tag: 'InvalidRequest', message: 'the session_meta has no readable timestamp' })
  const first = firstOrdinal(payload)
  const lines = events.map(({ event, line }, i) =>
    Buffer.from(first === null ? line : printEvent(event, first + i))
  )
  const meta = lines[0]?.toString() ?? ''
  const base = baseIn(meta)
  // What it continues may be in a stream that nobody looked at yet.
  if (base !== null) {
    const refreshed = await directory.refresh(threadOf(directory, base.thread_id))
    if (E.isLeft(refreshed)) return refreshed
  }
  const path = segmentPath(view.home, { streamId, segmentId: streamId, atMs })
  const lineage = await lineageFrom({ wire, directory }, streamId, streamId, meta)
  const files = [
    {
      segment: streamId,
      path: relative(view.home, path).replaceAll(sep, '/'),
      modifiedAtMs: nowMs()
    }
  ]
  return E.right([
    { fact: { type: 'unroll-placed', data: { files, lineage } } },
    { segment: streamId, lines }
  ])
}
