/**
 * A server of one stream, as small as it can be: exact revisions, ids that make a repeated call harmless, a limit of bytes.
 * Written from what a real server does, not from the code that plans calls.
 */
import { createHash } from 'node:crypto'
import type { AppendCall } from '../../adapters/log/eventstore/stream/pack.ts'
import type { Planning } from '../../adapters/log/eventstore/stream/plan.ts'
import type { StoredEvent, StreamDirectory } from '../../adapters/log/eventstore/stream/stored.ts'

/** SHA-256, computed apart from the planner. */
export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

export const STREAM = 'thread-0195b2d8-7c4c-7000-8000-000000000001'

/** A plan of a copy of a home, unless told otherwise. */
export const planningOf = (
  directory: StreamDirectory,
  others: Partial<Planning> = {}
): Planning => ({
  stream: STREAM,
  directory,
  writer: { source: 'push', home: 'home-1', nonce: '' },
  together: false,
  ...others
})

/** Bytes of a call as the server counts them: data, metadata, and types in UTF-16. */
const bytesOf = ({ events }: AppendCall): number =>
  events.reduce(
    (sum, { data, metadata, type }) =>
      sum + data.length + metadata.length + Buffer.byteLength(type, 'utf16le'),
    0
  )

/** The outcome of a call. */
export type Answer = 'appended' | 'repeated' | 'wrong_revision' | 'too_large'

export const streamServer = (appendBytesMax = 1024 * 1024) => {
  const events: Array<StoredEvent> = []
  const append = (call: AppendCall): Answer => {
    if (bytesOf(call) > appendBytesMax) return 'too_large'
    const from = call.expected === 'no_stream' ? 0 : call.expected + 1
    if (from < events.length)
      return call.events.every(({ id }, i) => events[from + i]?.id === id)
        ? 'repeated'
        : 'wrong_revision'
    if (from > events.length) return 'wrong_revision'
    for (const { id, type, isJson, data, metadata } of call.events)
      events.push({
        stream: STREAM,
        revision: events.length,
        id,
        type,
        data: isJson ? { json: JSON.parse(Buffer.from(data).toString('utf8')) } : { bytes: data },
        metadata: JSON.parse(Buffer.from(metadata).toString('utf8')),
        createdAtMs: events.length
      })
    return 'appended'
  }
  return { events: events as ReadonlyArray<StoredEvent>, append }
}
