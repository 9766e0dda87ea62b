/**
 * What a thread that was reverted is known by: as long as nothing was said in its newest file, what was first said in
 * the file before. Its history may not lead through that file any longer.
 */
import { evolveThread, initialThread, THREAD_NEEDS, type ThreadState } from '../../domain/thread.ts'
import { isDamaged, type Batch, type EventStore, type StreamInfo } from '../ports.ts'

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

/** The preview from an older file; null where the newest one has its own, or where there is no older one. */
export const previewBefore = async (
  { store }: { readonly store: EventStore },
  { streamId }: StreamInfo,
  { facts }: ThreadState
): Promise<string | null> => {
  if (facts.segment === null || facts.segment.preview !== null) return null
  for (const file of store.olderFiles(streamId, THREAD_NEEDS)) {
    const said = await firstSaid(file.batches)
    if (said !== null) return said
  }
  return null
}
