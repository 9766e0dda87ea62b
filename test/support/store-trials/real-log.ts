/**
 * What a real server holds, read with the client package alone. Data that are called JSON print as the bytes they were, because
 * nothing else is stored as JSON.
 */
import { EventStoreDBClient, StreamNotFoundError } from '@eventstore/db-client'
import type { StoredEvent } from '../eventstore-server/records.ts'

/** An event as the checks of trials look at it. */
export type HeldEvent = Pick<StoredEvent, 'stream' | 'revision' | 'type' | 'data' | 'metadata'>

const bytesOf = (value: unknown): Buffer =>
  value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(JSON.stringify(value ?? {}))

/** Every event of some streams, in the order of each stream; a stream that is not there has none. */
export const eventsHeld = async (
  url: string,
  streams: ReadonlyArray<string>
): Promise<ReadonlyArray<HeldEvent>> => {
  const client = EventStoreDBClient.connectionString(url.replace(/^kurrentdb/, 'esdb'))
  const held: Array<HeldEvent> = []
  try {
    for (const stream of streams)
      try {
        for await (const { event } of client.readStream(stream))
          if (event !== undefined)
            held.push({
              stream,
              revision: Number(event.revision),
              type: event.type,
              data: bytesOf(event.data),
              metadata: bytesOf(event.metadata)
            })
      } catch (cause) {
        if (!(cause instanceof StreamNotFoundError)) throw cause
      }
  } finally {
    await client.dispose()
  }
  return held
}
