/**
 * A node over a store, as small as one can be: a connection, a directory and the store of events.
 */
import * as E from 'fp-ts/lib/Either.js'
import { EVERY_LINE } from '../../../domain/log/needs.ts'
import { connectWire } from '../../../adapters/log/eventstore/connection/connect.ts'
import { directoryOf } from '../../../adapters/log/eventstore/directory/directory.ts'
import { eventStore } from '../../../adapters/log/eventstore/threads/store.ts'
import { memoryIndex } from '../../../adapters/index/memory/index.ts'
import type { NewEvent } from '../../../domain/changes/new-event.ts'
import type { StoreError } from '../../../domain/errors.ts'
import type { DamagedLine, RecordedEvent } from '../../../domain/log/event.ts'
import { streamId } from '../../../domain/ids.ts'
import { DEFAULT_PROFILE } from '../../../domain/log/profile.ts'
import {
  findStream,
  START,
  type Appended,
  type EventStore,
  type ExpectedRevision
} from '../../../replay/ports.ts'
import { refreshed } from '../../../replay/refreshed.ts'

const AT = '2026-05-01T10:00:00.000Z'

export const said = (message: string): NewEvent => ({
  timestamp: AT,
  type: 'event_msg',
  payload: { type: 'user_message', message }
})

/** The first line of a thread. */
export const begins = (id: string): NewEvent => ({
  timestamp: AT,
  type: 'session_meta',
  payload: {
    ...{ id, timestamp: AT, cwd: '/work', originator: 'o', cli_version: '1' },
    ...{ source: 'cli', model_provider: 'mock' }
  }
})

export interface Node {
  readonly store: EventStore
  readonly append: (
    thread: string,
    expected: ExpectedRevision,
    events: ReadonlyArray<NewEvent>
  ) => Promise<E.Either<StoreError, Appended>>
  /** Every line of a thread, as the server has it now. */
  readonly lines: (thread: string) => Promise<ReadonlyArray<RecordedEvent | DamagedLine>>
  readonly close: () => Promise<void>
}

export const openNode = async (url: string): Promise<Node> => {
  const connected = await connectWire(url)
  if (E.isLeft(connected)) throw new Error(JSON.stringify(connected.left))
  const wire = connected.right
  const directory = directoryOf(wire, memoryIndex())
  const home = '/nowhere'
  const store = eventStore({ wire, directory, home, profile: DEFAULT_PROFILE, strict: false })
  return {
    store,
    append: (thread, expected, events) => store.append(streamId(thread), expected, events)(),
    lines: async (thread) => {
      const id = streamId(thread)
      const fresh = await refreshed(store, id)
      if (E.isLeft(fresh)) throw new Error(JSON.stringify(fresh.left))
      const found = findStream(store, id)
      if (E.isLeft(found)) throw new Error(JSON.stringify(found.left))
      const all: Array<RecordedEvent | DamagedLine> = []
      for await (const { lines } of store.read(found.right, START, EVERY_LINE)) all.push(...lines)
      return all
    },
    close: wire.dispose
  }
}
