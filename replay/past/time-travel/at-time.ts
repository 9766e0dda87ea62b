/**
 * Streams as they were at a time: the newest segment that had been begun by then, up to its first later line.
 */
import { endFinder, type EndAt } from '../../../domain/thread/time-travel/end-at.ts'
import type { EventStore, StreamInfo } from '../../ports.ts'
import { beforeRevert } from '../../read/threads/before-revert.ts'
import type { Then } from './store-at.ts'

/** Where the newest file of a stream ended at a time. */
const endAt = async (store: EventStore, info: StreamInfo, timeMs: number): Promise<EndAt> => {
  const lineage = store.lineage(info)
  const last = lineage.length - 1
  const from = lineage[last]?.from ?? 0
  const finder = endFinder(timeMs, from)
  const range = { segment: last, from, until: Infinity }
  for await (const piece of store.readBytes(info, range)) if (finder.take(piece)) break
  return finder.end()
}

/** What a stream was at a time, in one of its segments; null when that had not been begun. */
const inSegment = async (
  store: EventStore,
  info: StreamInfo,
  timeMs: number
): Promise<StreamInfo | null> => {
  const { untilBytes, lastMs } = await endAt(store, info, timeMs)
  const isYounger = info.earlier !== undefined || info.modifiedAtMs > timeMs
  const modifiedAtMs = isYounger ? (lastMs ?? timeMs) : info.modifiedAtMs
  if (untilBytes === null) return { ...info, modifiedAtMs }
  if (lastMs === null) return null
  const segmentId = info.earlier?.segmentId ?? store.lineage(info).at(-1)?.id ?? info.streamId
  const earlier = { segmentId, untilBytes }
  return { ...info, sizeBytes: untilBytes, modifiedAtMs: lastMs, earlier }
}

/** Streams at a time. The length of a compressed file is unknown: its size stays that of the file. */
export const atTime =
  (store: EventStore, timeMs: number): Then =>
  async (now) => {
    const newest = await inSegment(store, now, timeMs)
    if (newest !== null) return newest
    for (const { id, end } of store.segments(now.streamId).slice(0, -1).reverse()) {
      const info = beforeRevert(store, now, id, end.offset)
      const then = await inSegment(store, info, timeMs)
      if (then !== null) return then
    }
    return null
  }
