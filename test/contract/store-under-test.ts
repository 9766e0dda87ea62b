/**
 * What the contracts of the ports of an event store are run against, and how they look at it.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StreamId } from '../../domain/ids.ts'
import { findStream, type EventStore, type StreamInfo } from '../../replay/ports.ts'
import { refreshed } from '../../replay/refreshed.ts'
import { right } from '../support/engines.ts'

export interface StoreUnderTest {
  readonly store: EventStore
  /** Nobody has a stream of this id yet. */
  readonly id: StreamId
  /** Puts any lines behind the stream without asking the store. */
  readonly append: (lines: ReadonlyArray<object>) => void | Promise<void>
  readonly dispose: () => void | Promise<void>
}

export type MakeStore = () => StoreUnderTest | Promise<StoreUnderTest>

/** Runs a test over a new store; one that is elsewhere is refreshed after what others do to it. */
export const using = async (
  make: MakeStore,
  use: (under: StoreUnderTest) => Promise<void>
): Promise<void> => {
  const under = await make()
  const { store, id } = under
  const append: StoreUnderTest['append'] = async (lines) => {
    await under.append(lines)
    await right(() => refreshed(store, id))
  }
  try {
    await use({ ...under, append })
  } finally {
    await under.dispose()
  }
}

/** A line that says its number. */
export const line = (n: number) => ({
  timestamp: '2026-05-01T10:00:00.000Z',
  type: 'event_msg',
  payload: { type: 'user_message', message: `message ${n}` }
})

/** Lines that say their number. */
export const numbered = (from: number, until: number) =>
  Array.from({ length: until - from }, (_, i) => line(from + i))

/** A stream that must be there. */
export const infoOf = (store: EventStore, id: StreamId): StreamInfo => {
  const found = findStream(store, id)
  if (E.isLeft(found)) throw new Error('the stream is not there')
  return found.right
}
