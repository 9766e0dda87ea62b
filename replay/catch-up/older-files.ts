/**
 * The older files of a thread. The history of a reverted thread goes on in a new file, from a place in an older one; what stands
 * behind that place is history no longer, but it happened. Such files are few, so they are read when somebody asks.
 */
import {
  evolveThread,
  initialThread,
  THREAD_NEEDS,
  type ThreadState
} from '../../domain/thread/thread.ts'
import {
  isDamaged,
  START,
  type Batch,
  type EventStore,
  type Lineage,
  type StreamInfo
} from '../ports.ts'

/**
 * The older files of a thread, newest first, each as a stream by itself; none where all history is in one file. Reverts leave
 * them behind: the thread's history need not lead through all their lines.
 */
export const olderFiles = (
  { segments }: Pick<EventStore, 'segments'>,
  info: StreamInfo
): ReadonlyArray<StreamInfo> =>
  segments(info.streamId)
    .slice(0, -1)
    .reverse()
    .map(({ id }) => ({ ...info, earlier: { segmentId: id, untilBytes: null, alone: true } }))

const firstSaid = async (
  batches: AsyncIterable<Batch<typeof THREAD_NEEDS>>
): Promise<string | null> => {
  let state: ThreadState = { facts: initialThread, lastEventAt: null }
  for await (const { lines } of batches) {
    for (const line of lines) if (!isDamaged(line)) state = evolveThread(state, line)
    if (state.facts.firstUserMessage !== null) return state.facts.firstUserMessage
  }
  return null
}

/**
 * What a reverted thread is called as long as nothing was said in its newest file: what was first said in the file before. Null
 * where the newest one has its own, or where there is no older one.
 */
export const previewBefore = async (
  { store }: { readonly store: EventStore },
  info: StreamInfo,
  { facts }: ThreadState
): Promise<string | null> => {
  if (facts.segment === null || facts.segment.preview !== null) return null
  for (const file of olderFiles(store, info)) {
    const said = await firstSaid(store.read(file, START, THREAD_NEEDS))
    if (said !== null) return said
  }
  return null
}

/** True for a line the thread's history still leads through. */
export const isLive = (lineage: Lineage, path: string, offsetBytes: number): boolean =>
  lineage.some((part) => part.path === path && offsetBytes < (part.until ?? Infinity))
