/**
 * What a stream holds, asked of the server itself: two reads for most streams, and no memory of earlier times.
 */
import { opening } from '../stream/opening.ts'
import type { StoredEvent, StreamDirectory } from '../stream/stored.ts'
import type { Wire } from '../wire.ts'

/** The event of a stream at a revision, or its last one; undefined where there is none. */
export const eventAt = async (
  wire: Wire,
  stream: string,
  revision: number | 'end'
): Promise<StoredEvent | undefined> => {
  const from = revision === 'end' ? undefined : revision
  for await (const event of wire.readBackwards(stream, 1, from)) return event
  return undefined
}

/** The first event that the server has of a stream. */
export const firstEvent = async (wire: Wire, stream: string): Promise<StoredEvent | undefined> => {
  for await (const event of wire.read(stream, 0, 1)) return event
  return undefined
}

/** Null when there is no such stream; `last` spares reading its last event. Throws `StoreError` when the server cannot be asked. */
export const readDirectory = async (
  wire: Wire,
  stream: string,
  last?: StoredEvent
): Promise<StreamDirectory | null> => {
  const steps = opening()
  for (let step = steps.next(), isFirst = true; ; isFirst = false) {
    if (step.done === true) return step.value
    const event = isFirst && last !== undefined ? last : await eventAt(wire, stream, step.value)
    step = steps.next(event)
  }
}
