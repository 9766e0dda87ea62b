/**
 * Events to append: their ids, their digests and their sizes as the server counts them.
 */
import { hash } from 'node:crypto'
import type { JsonObject } from '../../../../domain/json.ts'
import type { ProposedEvent } from './stored.ts'

/** Bytes of a call unless the server takes less: a little below the 1 MiB that servers take when nobody set another limit. */
export const CALL_BYTES_MAX = 1024 * 1024 - 16 * 1024

/** A line of this many bytes or more is not held in memory, nor read as JSON; as long as one may be in a file. */
export const STORED_LINE_BYTES_MAX = 256 * 1024 * 1024

const TYPE_UNIT_BYTES = 2

/** Bytes of an event as the server counts them: data, metadata, and its type in UTF-16. */
export const eventBytes = ({
  type,
  data,
  metadata
}: Pick<ProposedEvent, 'type' | 'data' | 'metadata'>): number =>
  data.length + metadata.length + TYPE_UNIT_BYTES * type.length

/** In lower-case hexadecimal. */
export const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex')

/** Namespace of all ids, 756e726f-6c6c-2d73-746f-72652d696473, as the text that its bytes are. */
const NAMESPACE = 'unroll-store-ids'

/**
 * The id of whatever the parts name together, a UUID of version 5: whoever writes the same event to the same place gives it
 * the same id, and the server takes the second write for a repetition of the first.
 */
export const eventId = (parts: ReadonlyArray<string | number>): string => {
  const hex = hash('sha1', NAMESPACE + parts.join('\n'), 'hex')
  const variant = '89ab'[Number.parseInt(hex[16] ?? '', 16) % 4]
  const [first, second, third] = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(13, 16)]
  return `${first}-${second}-5${third}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const ENCODER = new TextEncoder()

/** An event that is neither a fact of a thread nor a line; equal ones get equal ids unless their nonces differ. */
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
