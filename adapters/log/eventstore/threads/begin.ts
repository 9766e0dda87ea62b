/**
 * A new segment in a store, and a new thread: where the file would lie, the lines it begins with, and the lineage that follows
 * from the reference in the first one.
 */
import * as E from 'fp-ts/lib/Either.js'
import { relative, sep } from 'node:path'
import { notPossible, type StoreError } from '../../../../domain/errors.ts'
import { streamId, type StreamId } from '../../../../domain/ids.ts'
import type { HistoryBase } from '../../../../domain/log/payloads.ts'
import type { Directory } from '../directory/directory.ts'
import { factMetadata } from '../stream/event-kind.ts'
import { readLine } from '../stream/line.ts'
import type { StreamStep } from '../stream/plan.ts'
import type { StoredLineage, StoredSegment } from '../stream/stored.ts'
import type { Wire } from '../wire.ts'
import { threadStream } from '../stream/names.ts'
import type { CheckedEvent } from '../../../../replay/change/mutate/new-events.ts'
import { firstLines } from '../../jsonl/begin.ts'
import { segmentPath } from '../../jsonl/create.ts'
import type { View } from './places.ts'

export interface Histories {
  readonly wire: Wire
  readonly directory: Directory
}

type StoredHistory = ReadonlyArray<StoredLineage>

export const threadOf = (directory: Directory, segment: string): StreamId =>
  directory.threadOf(segment) ?? streamId(segment)

/** Where the history of a line's segment begins, as the line says; null where it says nothing. */
const baseIn = (line: string): HistoryBase | null =>
  readLine(new TextEncoder().encode(line)).begins?.base ?? null

/** A lineage up to and with a segment; null when it does not lead through it. */
const upToSegment = (lineage: StoredHistory, segment: string): StoredHistory | null => {
  const at = lineage.findIndex((one) => one.segment === segment)
  return at === -1 ? null : lineage.slice(0, at + 1)
}

/** The lineage of a thread when a segment of it was new. */
const whenNew = async (
  { wire }: Histories,
  thread: StreamId,
  { runs, segment }: StoredSegment
): Promise<StoredHistory | null> => {
  const first = runs[0]?.revision ?? 0
  for await (const event of wire.read(threadStream(thread), first - 1, 1))
    return upToSegment(factMetadata(event)?.directory.lineage ?? [], segment)
  return null
}

/**
 * The history that ends in a segment, as the store has it already: every lineage through a segment is the same up to it,
 * because a reference ends behind the beginning of what it names. Null when the segment is not in the store.
 */
const historyOf = async (
  histories: Histories,
  segment: string,
  seen: ReadonlySet<string>
): Promise<StoredHistory | null> => {
  const thread = threadOf(histories.directory, segment)
  const known = histories.directory.get(thread)
  const found = known?.segments.find((one) => one.segment === segment)
  if (known === null || found === undefined || seen.has(segment)) return null
  const recorded = upToSegment(known.lineage, segment) ?? (await whenNew(histories, thread, found))
  if (recorded !== null) return recorded
  const older = await endingAt(histories, found.base, new Set([...seen, segment]))
  const gap = older === null ? 'base_missing' : null
  return [...(older ?? []), { thread, segment, from: 0, until: null, gap }]
}

/** The history that ends at a base; null when its segment is not in the store. */
const endingAt = async (
  histories: Histories,
  base: HistoryBase | null,
  seen: ReadonlySet<string>
): Promise<StoredHistory | null> => {
  if (base === null) return []
  const history = await historyOf(histories, base.thread_id, seen)
  return (
    history?.map((one) =>
      one.segment === base.thread_id ? { ...one, until: base.end_byte_offset } : one
    ) ?? null
  )
}

export const lineageFrom = async (
  histories: Histories,
  thread: StreamId,
  segment: string,
  firstLine: string
): Promise<StoredHistory> => {
  const older = await endingAt(histories, baseIn(firstLine), new Set([segment]))
  const gap = older === null ? 'base_missing' : null
  return [...(older ?? []), { thread, segment, from: 0, until: null, gap }]
}

interface BeginParts extends Histories {
  readonly view: View
  readonly nowMs: () => number
}

/** Plans a thread of events that begin with its metadata; its file is named after the time in them. */
export const planBeginning = async (
  { wire, directory, view, nowMs }: BeginParts,
  id: StreamId,
  events: ReadonlyArray<CheckedEvent>
): Promise<E.Either<StoreError, ReadonlyArray<StreamStep>>> => {
  if ((directory.stream(threadStream(id))?.segments.length ?? 0) > 0)
    return E.left(
      notPossible(
        `thread ${id} was deleted, and its history is in the store still`,
        `bring it back with "unroll restore ${id}", or begin a thread with another id`
      )
    )
  const written = firstLines(events)
  if (E.isLeft(written)) return written
  const { atMs } = written.right
  const [meta = ''] = written.right.lines
  const base = baseIn(meta)
  // What it continues may be in a stream that nobody looked at yet.
  if (base !== null) {
    const refreshed = await directory.refresh(threadOf(directory, base.thread_id))
    if (E.isLeft(refreshed)) return refreshed
  }
  const path = segmentPath(view.home, { streamId: id, segmentId: id, atMs })
  const lineage = await lineageFrom({ wire, directory }, id, id, meta)
  const files = [
    {
      segment: id,
      path: relative(view.home, path).replaceAll(sep, '/'),
      modifiedAtMs: nowMs()
    }
  ]
  return E.right([
    { fact: { type: 'unroll-placed', data: { files, lineage } } },
    { segment: id, lines: written.right.lines.map((line) => Buffer.from(line)) }
  ])
}
