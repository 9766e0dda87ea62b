/** Events as the client has them and as unroll does. */
import type { EventData, RecordedEvent, ResolvedEvent } from '@eventstore/db-client'
import type { JsonObject } from '../../../../domain/json.ts'
import type { ProposedEvent, StoredData, StoredEvent, StorePosition } from '../stream/stored.ts'

/** A number of the server; none of a log that a machine can hold is above 2^53. */
export const numberOf = (value: bigint): number => {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is no exact number`)
  return number
}

const [JSON_TYPE, BYTES_TYPE] = ['application/json', 'application/octet-stream'] as const

/** The bytes, which print as the JSON they are. */
const printable = (bytes: Uint8Array): Uint8Array =>
  Object.defineProperty(Uint8Array.from(bytes), 'toJSON', {
    value: (): unknown => JSON.parse(Buffer.from(bytes).toString('utf8'))
  })

/**
 * JSON whose bytes are ready. The client would print it again and send it as base64, which takes twenty times as long as all
 * else. It reads the content type twice: for the server, then for itself, to see whether there is something to print. Should
 * it ever ask otherwise, it sends the same bytes the slow way, or as bytes that are not called JSON.
 */
const readyJson = ({ id, type, data, metadata }: ProposedEvent): EventData => {
  let asked = 0
  const event = {
    id,
    type,
    get contentType() {
      asked += 1
      return asked === 1 ? JSON_TYPE : BYTES_TYPE
    },
    data: printable(data),
    metadata: Uint8Array.from(metadata)
  }
  return event as unknown as EventData
}

/** An event as the client wants it; made anew for every call. */
export const proposed = (event: ProposedEvent): EventData => {
  if (event.isJson) return readyJson(event)
  const { id, type, data, metadata } = event
  return { id, type, contentType: BYTES_TYPE, data, metadata: Uint8Array.from(metadata) }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array)

/** JSON that could not be read comes as the text it is; JSON that is no object is none of ours. */
const dataOf = (data: unknown): StoredData => {
  if (data instanceof Uint8Array) return { bytes: data }
  if (isObject(data)) return { json: data }
  return { bytes: Buffer.from(typeof data === 'string' ? data : JSON.stringify(data)) }
}

export const positionOf = (at: {
  readonly commit: bigint
  readonly prepare: bigint
}): StorePosition => ({ commit: numberOf(at.commit), prepare: numberOf(at.prepare) })

const NOWHERE = 2n ** 64n - 1n

/** The place of a checkpoint; null for 2^64-1, by which 24.2.0 to 24.10.4 say that they have none. */
export const checkpointOf = (at: {
  readonly commit: bigint
  readonly prepare: bigint
}): StorePosition | null =>
  at.commit === NOWHERE || at.prepare === NOWHERE ? null : positionOf(at)

/** The mark that a stream was deleted for good; its revision is the last there could ever be. */
export const isTombstone = ({ type }: RecordedEvent): boolean => type === '$streamDeleted'

export const stored = (event: RecordedEvent): StoredEvent => ({
  stream: event.streamId,
  revision: numberOf(event.revision),
  id: event.id,
  type: event.type,
  data: dataOf(event.data),
  metadata: isObject(event.metadata) ? event.metadata : {},
  createdAtMs: event.created.getTime(),
  ...(event.position === undefined ? {} : { position: positionOf(event.position) })
})

/** Where an event of the log of all streams stands; servers before 22.6 tell one half of it. */
export const placeOf = ({ event, commitPosition }: ResolvedEvent): StorePosition | null => {
  if (event?.position !== undefined) return positionOf(event.position)
  if (commitPosition === undefined) return null
  return { commit: numberOf(commitPosition), prepare: numberOf(commitPosition) }
}
