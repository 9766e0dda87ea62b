/**
 * The lineage of a segment that is about to be made, from the reference in its first line.
 */
import type { HistoryBase } from '../../../../domain/log/payloads.ts'
import { streamId, type StreamId } from '../../../../domain/ids.ts'
import { factMetadata } from '../stream/event-kind.ts'
import { readLine } from '../stream/line.ts'
import { threadStream } from '../stream/names.ts'
import type { StoredLineage, StoredSegment } from '../stream/stored.ts'
import type { Directory } from '../directory/directory.ts'
import type { Wire } from '../wire.ts'

export interface Histories {
  readonly wire: Wire
  readonly directory: Directory
}

type StoredHistory = ReadonlyArray<StoredLineage>

export const threadOf = (directory: Directory, segment: string): StreamId =>
  directory.threadOf(segment) ?? streamId(segment)

/** Where the history of a line's segment begins, as the line says; null where it says nothing. */
export const baseIn = (line: string): HistoryBase | null =>
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
