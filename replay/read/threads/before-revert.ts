/**
 * Threads with the files that a revert left behind.
 */
import type { EventStore, StreamInfo } from '../../ports.ts'

/** A stream as it would be if an older segment of it were its newest. */
export const beforeRevert = (
  store: EventStore,
  now: StreamInfo,
  segmentId: string,
  sizeBytes: number
): StreamInfo => {
  const info = { ...now, earlier: { segmentId, untilBytes: null } }
  // The store looks the segment up by its id, so the lineage has the path of its file.
  const file = store.lineage(info).at(-1)
  const path = (file?.path ?? now.path).replace(/\.zst$/, '')
  return { ...info, path, compressed: file?.compressed ?? false, sizeBytes }
}
