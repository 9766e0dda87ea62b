/**
 * What this engine appends itself. Its caller reports that, so followers are told only what others wrote.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StreamId } from '../../../domain/ids.ts'
import {
  comparePlaces,
  type Appended,
  type EventStore,
  type FilePlace,
  type Position,
  type SegmentWriter
} from '../../ports.ts'
import type { Result } from '../../result.ts'

export interface OwnAppends {
  /** Resolves when no append is pending whose lines could be read already. */
  readonly settled: () => Promise<void>
  /** True for a place this engine wrote. */
  readonly has: (place: FilePlace) => boolean
  readonly forget: (before: Position) => void
  /** True once after this engine made a segment for the stream. */
  readonly tookSegment: () => boolean
  readonly close: () => void
}

interface Listener {
  ranges: ReadonlyArray<Pick<Appended, 'from' | 'next'>>
  segments: number
}

/** Wraps a store and a writer: both work as before, and listeners learn what was appended through them. */
export const ownWrites = (store: EventStore, writer: SegmentWriter) => {
  const listeners = new Map<StreamId, Set<Listener>>()
  const pending = new Map<StreamId, Set<Promise<Result<Appended>>>>()

  const append: EventStore['append'] = (streamId, expected, events, known) => async () => {
    const running = store.append(streamId, expected, events, known)()
    const all = pending.get(streamId) ?? new Set()
    pending.set(streamId, all.add(running))
    try {
      const done = await running
      if (E.isRight(done)) note(streamId, done.right)
      return done
    } finally {
      all.delete(running)
      if (all.size === 0) pending.delete(streamId)
    }
  }

  const note = (streamId: StreamId, { from, next }: Appended): void => {
    for (const listener of listeners.get(streamId) ?? [])
      listener.ranges = [...listener.ranges, { from, next }]
  }

  const create: SegmentWriter['create'] = async (segment) => {
    const made = await writer.create(segment)
    if (E.isRight(made))
      for (const listener of listeners.get(segment.streamId) ?? []) listener.segments += 1
    return made
  }

  const listen = (streamId: StreamId): OwnAppends => {
    const listener: Listener = { ranges: [], segments: 0 }
    const all = listeners.get(streamId) ?? new Set()
    listeners.set(streamId, all.add(listener))
    return {
      settled: async () => void (await Promise.allSettled([...(pending.get(streamId) ?? [])])),
      has: (place) =>
        listener.ranges.some(
          ({ from, next }) => comparePlaces(from, place) <= 0 && comparePlaces(place, next) < 0
        ),
      forget: (before) => {
        listener.ranges = listener.ranges.filter(({ next }) => comparePlaces(next, before) > 0)
      },
      tookSegment: () => {
        const took = listener.segments > 0
        listener.segments = 0
        return took
      },
      close: () => {
        all.delete(listener)
        if (all.size === 0 && listeners.get(streamId) === all) listeners.delete(streamId)
      }
    }
  }

  return { store: { ...store, append }, writer: { ...writer, create }, listen }
}
