/** Answers to reads, encoded: an event's once when it is written, the others as they are sent. */
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js'
import { identifierOf, streams, uuidMessage } from './messages.ts'
import type { LogPosition, StoredEvent } from './records.ts'

const TICKS_PER_MS = 10_000n

const bytesOf = (message: ReadResp): Buffer => Buffer.from(message.serializeBinary())

/** The answer that shows one event; a tombstone has the largest revision there is. */
export const encoded = (
  event: Omit<StoredEvent, 'frame'> & { readonly isTombstone: boolean }
): Buffer => {
  const position = String(event.position)
  const record = new streams.ReadResp.ReadEvent.RecordedEvent()
  record.setId(uuidMessage(event.id))
  record.setStreamIdentifier(identifierOf(event.stream))
  record.setStreamRevision(event.isTombstone ? '9223372036854775807' : String(event.revision))
  record.setPreparePosition(position)
  record.setCommitPosition(position)
  const properties = record.getMetadataMap()
  properties.set('type', event.type)
  properties.set('created', String(BigInt(event.createdMs) * TICKS_PER_MS))
  properties.set('content-type', event.isJson ? 'application/json' : 'application/octet-stream')
  record.setData(event.data)
  record.setCustomMetadata(event.metadata)
  const shown = new streams.ReadResp.ReadEvent()
  shown.setEvent(record)
  shown.setCommitPosition(position)
  const answer = new streams.ReadResp()
  answer.setEvent(shown)
  return bytesOf(answer)
}

/** The answer that a subscription exists. */
export const confirmation = (subscriptionId: string): Buffer => {
  const confirmed = new streams.ReadResp.SubscriptionConfirmation()
  confirmed.setSubscriptionId(subscriptionId)
  const answer = new streams.ReadResp()
  answer.setConfirmation(confirmed)
  return bytesOf(answer)
}

const unsigned = (position: number): string => String(BigInt.asUintN(64, BigInt(position)))

/** The answer that everything up to a position was looked at. */
export const checkpoint = (position: LogPosition): Buffer => {
  const reached = new streams.ReadResp.Checkpoint()
  reached.setCommitPosition(unsigned(position.commit))
  reached.setPreparePosition(unsigned(position.prepare))
  const answer = new streams.ReadResp()
  answer.setCheckpoint(reached)
  return bytesOf(answer)
}

/** The answer that a stream does not exist. */
export const streamNotFound = (stream: string): Buffer => {
  const missing = new streams.ReadResp.StreamNotFound()
  missing.setStreamIdentifier(identifierOf(stream))
  const answer = new streams.ReadResp()
  answer.setStreamNotFound(missing)
  return bytesOf(answer)
}

/** The answer that a subscription shows new events from here on. */
export const caughtUp = (): Buffer => {
  const answer = new streams.ReadResp()
  answer.setCaughtUp(new streams.ReadResp.CaughtUp())
  return bytesOf(answer)
}

/** The answer that a subscription reads behind the end again. */
export const fellBehind = (): Buffer => {
  const answer = new streams.ReadResp()
  answer.setFellBehind(new streams.ReadResp.FellBehind())
  return bytesOf(answer)
}
