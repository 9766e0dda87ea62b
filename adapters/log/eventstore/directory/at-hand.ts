/**
 * Events that came by while the log was followed. Whoever folds a thread right behind finds them here and asks the server for
 * nothing: one read of the log instead of some of each stream.
 */
import type { StoredEvent } from '../stream/stored.ts'
import type { Wire } from '../wire.ts'

export interface EventsAtHand {
  /** Keeps an event; the streams that were kept first give way when they are too many. */
  readonly keep: (event: StoredEvent) => void
  readonly forget: (stream: string) => void
  readonly clear: () => void
  /** About what they take in memory. */
  readonly size: () => number
  /** Reads as a wire does: what is here from here, and the rest of the server. */
  readonly read: Wire['read']
}

interface KeptStream {
  /** Revision of the first one; the others follow without a gap. */
  readonly first: number
  readonly events: Array<StoredEvent>
  size: number
}

const SIZE_MAX = 32 * 1024 * 1024
/** Of an event without its data: metadata, names and numbers. */
const EVENT_SIZE = 1024

export const sizeOfEvent = ({ metadata, data }: StoredEvent): number =>
  EVENT_SIZE +
  (typeof metadata['bytes'] === 'number' && data.bytes === undefined
    ? metadata['bytes']
    : (data.bytes?.length ?? EVENT_SIZE))

export const eventsAtHand = (wire: Pick<Wire, 'read'>, sizeMax = SIZE_MAX): EventsAtHand => {
  const streams = new Map<string, KeptStream>()
  let size = 0
  const forget = (stream: string): void => {
    size -= streams.get(stream)?.size ?? 0
    streams.delete(stream)
  }
  const placeFor = ({ stream, revision }: StoredEvent): KeptStream | null => {
    const kept = streams.get(stream)
    const next = kept === undefined ? -1 : kept.first + kept.events.length
    if (kept !== undefined && revision === next) return kept
    // It came by before.
    if (kept !== undefined && revision >= kept.first && revision < next) return null
    forget(stream)
    const made: KeptStream = { first: revision, events: [], size: 0 }
    streams.set(stream, made)
    return made
  }
  return {
    keep: (event) => {
      const kept = placeFor(event)
      if (kept === null) return
      const added = sizeOfEvent(event)
      kept.events.push(event)
      kept.size += added
      size += added
      for (const [stream] of streams) {
        if (size <= sizeMax) break
        forget(stream)
      }
    },
    forget,
    clear: () => {
      streams.clear()
      size = 0
    },
    size: () => size,
    async *read(stream, fromRevision, limit = Infinity) {
      const kept = streams.get(stream)
      const here = fromRevision - (kept?.first ?? 0)
      const some = kept === undefined || here < 0 ? [] : kept.events.slice(here, here + limit)
      yield* some
      if (some.length < limit)
        yield* wire.read(stream, fromRevision + some.length, limit - some.length)
    }
  }
}
