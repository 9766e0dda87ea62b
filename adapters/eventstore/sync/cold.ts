/**
 * What a stream holds, asked of the server itself: two reads for most streams, and no memory of earlier times.
 */
import { opening } from '../stream/opening.ts'
import type { StoredEvent, StreamDirectory } from '../stream/stored.ts'
import type { Wire } from '../wire.ts'

const all = async (events: AsyncIterable<StoredEvent>): Promise<ReadonlyArray<StoredEvent>> => {
  const read: Array<StoredEvent> = []
  for await (const event of events) read.push(event)
  return read
}

/** Null when there is no such stream. Throws `StoreError` when the server cannot be asked. */
export const openStream = async (wire: Wire, stream: string): Promise<StreamDirectory | null> => {
  const asking = opening()
  for (let step = asking.next(); ;) {
    if (step.done === true) return step.value
    const wanted = step.value
    const events =
      wanted.backwards === 'end'
        ? wire.readBackwards(stream, 1)
        : wire.readBackwards(stream, 1, wanted.backwards)
    step = asking.next(await all(events))
  }
}
