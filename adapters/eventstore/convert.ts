/** Events as the client has them and as unroll does. */
import type { EventData, RecordedEvent, ResolvedEvent } from '@eventstore/db-client'
import type { JsonObject } from '../../domain/json.ts'
import type {
  ProposedEvent,
  StoredData,
  StoredEvent,
  StorePosition
} from '../../domain/stream/stored.ts'

/** A number of the server; none of a log that a machine can hold is above 2^53. */
export const numberOf = (value: bigint): number => {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is no exact number`)
  return number
}

/** An event as the client wants it. */
export const proposed = ({ id, type, data, metadata }: ProposedEvent): EventData =>
  data.json === undefined
    ? { id, type, contentType: 'application/octet-stream', data: data.bytes, metadata }
    : { id, type, contentType: 'application/json', data: data.json, metadata }

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

/** A position of the client. */
export const positionOf = (at: {
  readonly commit: bigint
  readonly prepare: bigint
}): StorePosition => ({ commit: numberOf(at.commit), prepare: numberOf(at.prepare) })

/** The mark that a stream was deleted for good; its revision is the last there could ever be. */
export const isTombstone = ({ type }: RecordedEvent): boolean => type === '$streamDeleted'

/** An event as unroll has it. */
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
