/**
 * The lineage of a segment that is about to be made, from the reference in its first line.
 */
import type { HistoryBase } from '../../domain/events/payloads.ts'
import { streamId, type StreamId } from '../../domain/ids.ts'
import { readLine } from '../../domain/stream/line.ts'
import type { StoredLineage } from '../../domain/stream/stored.ts'
import type { Directory } from './directory.ts'

/** The thread that a segment was written for. */
export const threadOf = (directory: Directory, segment: string): StreamId =>
  directory.threadOf(segment) ?? streamId(segment)

/** Where the history of a line's segment begins, as the line says; null where it says nothing. */
export const baseIn = (line: string): HistoryBase | null =>
  readLine(new TextEncoder().encode(line)).begins?.base ?? null

/**
 * What comes before a base, as the store has it already: every lineage through a segment is the same up to it, because a
 * reference always ends behind the beginning of the segment it names.
 */
const before = (
  directory: Directory,
  thread: StreamId,
  segment: string,
  seen: ReadonlySet<string>
): ReadonlyArray<StoredLineage> | null => {
  const known = directory.get(thread)
  if (known === null) return null
  const at = known.lineage.findIndex((one) => one.segment === segment)
  if (at !== -1) return known.lineage.slice(0, at)
  const found = known.segments.find((one) => one.segment === segment)
  return found === undefined ? null : upTo(directory, found.base, new Set([...seen, segment]))
}

/** The history that ends at a base; null when its segment is not in the store. */
const upTo = (
  directory: Directory,
  base: HistoryBase | null,
  seen: ReadonlySet<string>
): ReadonlyArray<StoredLineage> | null => {
  if (base === null) return []
  const segment = base.thread_id
  const thread = threadOf(directory, segment)
  const older = seen.has(segment) ? null : before(directory, thread, segment, seen)
  if (older === null) return null
  const gap = directory.get(thread)?.lineage.find((one) => one.segment === segment)?.gap ?? null
  return [...older, { thread, segment, from: 0, until: base.end_byte_offset, gap }]
}

/** The lineage of a segment with a first line. */
export const lineageFrom = (
  directory: Directory,
  thread: StreamId,
  segment: string,
  firstLine: string
): ReadonlyArray<StoredLineage> => {
  const older = upTo(directory, baseIn(firstLine), new Set([segment]))
  const gap = older === null ? 'base_missing' : null
  return [...(older ?? []), { thread, segment, from: 0, until: null, gap }]
}
