/**
 * A new thread: its first file appears whole under its name, or not at all.
 */
import * as E from 'fp-ts/lib/Either.js'
import { closeSync } from 'node:fs'
import type { StoreError } from '../../../domain/errors.ts'
import type { StreamId } from '../../../domain/ids.ts'
import { isJsonObject } from '../../../domain/json.ts'
import { printEvent } from '../../../domain/changes/new-event.ts'
import { saysNumbered, type CheckedEvent } from '../../../replay/change/mutate/new-events.ts'
import type { Appended } from '../../../replay/ports.ts'
import { createSegment } from './create.ts'
import type { Discovery } from './discover.ts'
import { refuseLinks } from '../../home/plain-file.ts'
import { openHead } from './head.ts'
import { dayOf } from './place.ts'
import { findTail, type TailReader } from './tail.ts'

export interface StreamBeginner extends TailReader {
  readonly home: string
  readonly places: Discovery
}

const YEARS = /^[12]\d{3}-/
/** A time as Codex also writes it: UTC with dashes. */
const DASHES = /^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)$/

/** Milliseconds of a metadata time; null when it is none that a file can be named after. */
const millisecondsOf = (timestamp: unknown): number | null => {
  if (typeof timestamp !== 'string' || !YEARS.test(timestamp)) return null
  const ms = Date.parse(timestamp.replace(DASHES, '$1:$2:$3Z'))
  return Number.isNaN(ms) ? null : ms
}

/** Number of a new segment's first line: it goes on from the history that it continues. */
const firstOrdinal = (payload: Readonly<Record<string, unknown>>): number | null => {
  if (!saysNumbered(payload)) return null
  const base = payload['history_base']
  const end = isJsonObject(base) ? base['end_ordinal_exclusive'] : 0
  return typeof end === 'number' ? end : 0
}

/** The lines of a new thread whose events begin with its metadata, and the time in them that its file is named after. */
export const firstLines = (
  events: ReadonlyArray<CheckedEvent>
): E.Either<StoreError, { readonly atMs: number; readonly lines: ReadonlyArray<string> }> => {
  const payload = events[0]?.event.payload ?? {}
  const atMs = millisecondsOf(payload['timestamp'])
  if (atMs === null)
    return E.left({ _tag: 'InvalidRequest', message: 'the session_meta has no readable timestamp' })
  const first = firstOrdinal(payload)
  const lines = events.map(({ event, line }, i) =>
    first === null ? line : printEvent(event, first + i)
  )
  return E.right({ atMs, lines })
}

/** Makes a thread of events that begin with its metadata; its file is named after the time in them. */
export const beginStream = async (
  parts: StreamBeginner,
  streamId: StreamId,
  events: ReadonlyArray<CheckedEvent>
): Promise<E.Either<StoreError, Appended>> => {
  const written = firstLines(events)
  if (E.isLeft(written)) return written
  const { atMs, lines } = written.right
  const { home, places } = parts
  refuseLinks(home, dayOf(home, atMs))
  const path = await createSegment(home, places, { streamId, segmentId: streamId, atMs, lines })
  const info = places.find(streamId)
  if (info === null) throw Object.assign(new Error('it vanished'), { code: 'ENOENT', path })
  const head = openHead(home, info.path)
  try {
    const { next } = await findTail(info, places.lineage(info), head.file, [], parts)
    const from = { revision: next.revision - events.length, segment: next.segment, offset: 0 }
    return E.right({ streamId, from, next, path: info.path })
  } finally {
    closeSync(head.file)
  }
}
