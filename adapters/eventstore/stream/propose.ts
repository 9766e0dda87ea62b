/**
 * Events that are neither facts of a thread nor lines: those of streams of their own.
 */
import type { JsonObject } from '../../../domain/json.ts'
import { eventId } from './event-id.ts'
import type { ProposedEvent } from './stored.ts'

const ENCODER = new TextEncoder()

/** An event with JSON for a revision of a stream; equal ones get equal ids unless their nonces differ. */
export const proposed = (event: {
  readonly stream: string
  readonly revision: number
  readonly type: string
  readonly data: JsonObject
  readonly metadata: JsonObject
  readonly nonce: string
}): ProposedEvent => {
  const { stream, revision, type, nonce } = event
  const [data, metadata] = [JSON.stringify(event.data), JSON.stringify(event.metadata)]
  const id = eventId([stream, revision, type, data, metadata, nonce])
  return { id, type, isJson: true, data: ENCODER.encode(data), metadata: ENCODER.encode(metadata) }
}
