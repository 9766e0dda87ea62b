/** How the server says no: statuses with trailers, and the details inside answers of batch append. */
import { Metadata, status as grpcStatus, type ServiceError } from '@grpc/grpc-js'
import anyMessages from 'google-protobuf/google/protobuf/any_pb.js'
import emptyMessages from 'google-protobuf/google/protobuf/empty_pb.js'
import type { Status } from '@eventstore/db-client/generated/status_pb.js'
import { identifierOf, shared, status } from './messages.ts'
import type { Expected } from './records.ts'

/** A status with its trailers, as gRPC sends it. */
export type Refusal = Pick<ServiceError, 'code' | 'details' | 'metadata' | 'name' | 'message'>

const refusal = (
  code: grpcStatus,
  details: string,
  trailers: Readonly<Record<string, string>> = {}
): Refusal => {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value)
  return { code, details, metadata, name: 'Refusal', message: details }
}

/** What a refused call is told, by name. */
export const refusals = {
  unavailable: () => refusal(grpcStatus.UNAVAILABLE, 'Server Is Not Ready'),
  deadline: () => refusal(grpcStatus.DEADLINE_EXCEEDED, 'Deadline Exceeded'),
  timeout: () => refusal(grpcStatus.ABORTED, 'Operation timed out: Commit phase timeout.'),
  tooSlow: () =>
    refusal(
      grpcStatus.ABORTED,
      'Operation timed out: Consumer too slow to handle event while live. Client resubscription required.'
    ),
  cancelled: () => refusal(grpcStatus.CANCELLED, 'The call was cancelled by the server.'),
  internal: () =>
    refusal(
      grpcStatus.INTERNAL,
      'Received RST_STREAM with code 0 (Call ended without gRPC status)'
    ),
  /** What is asked for makes the server fail, a name without letters for instance. */
  handler: () => refusal(grpcStatus.UNKNOWN, 'Exception was thrown by handler.'),
  messageTooLarge: () =>
    refusal(
      grpcStatus.RESOURCE_EXHAUSTED,
      'Received message exceeds the maximum configured message size.'
    ),
  unknown: () => refusal(grpcStatus.UNKNOWN, 'Unexpected OperationResult'),
  unauthenticated: () => refusal(grpcStatus.UNAUTHENTICATED, 'Unauthenticated'),
  accessDenied: () =>
    refusal(grpcStatus.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' }),
  notLeader: (host: string, port: number) =>
    refusal(grpcStatus.NOT_FOUND, 'Leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': host,
      'leader-endpoint-port': String(port)
    }),
  streamDeleted: (stream: string) =>
    refusal(grpcStatus.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
      exception: 'stream-deleted',
      'stream-name': stream
    }),
  maxAppendSize: (bytes: number) =>
    refusal(grpcStatus.INVALID_ARGUMENT, `Maximum Append Size of ${bytes} Exceeded.`, {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': String(bytes)
    }),
  maxAppendEventSize: (id: string, size: number, bytes: number) =>
    refusal(
      grpcStatus.INVALID_ARGUMENT,
      `Event with Id: ${id}, Size: ${size}, exceeds Maximum Append Event Size of ${bytes}.`,
      {
        exception: 'maximum-append-event-size-exceeded',
        'maximum-append-event-size': String(bytes),
        'event-id': id,
        'proposed-append-event-size': String(size)
      }
    ),
  wrongVersion: (stream: string, expected: Expected, current: number) => {
    const asNumber = expectedNumber(expected)
    return refusal(
      grpcStatus.FAILED_PRECONDITION,
      `Delete failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${asNumber}, Actual version: ${current}`,
      {
        exception: 'wrong-expected-version',
        'stream-name': stream,
        'expected-version': String(asNumber),
        'actual-version': String(current)
      }
    )
  },
  invalid: (what: string) => refusal(grpcStatus.INVALID_ARGUMENT, what)
}

const expectedNumber = (expected: Expected): number => {
  if (expected === 'no_stream') return -1
  if (expected === 'any') return -2
  return expected === 'stream_exists' ? -4 : expected
}

const detailed = (code: number, name: string, bytes: Uint8Array): Status => {
  const details = new anyMessages.Any()
  details.pack(bytes, `event_store.client.${name}`)
  const answer = new status.Status()
  answer.setCode(code)
  answer.setMessage(name)
  answer.setDetails(details)
  return answer
}

const wrongVersion = (expected: Expected, current: number): Status => {
  const wrong = new shared.WrongExpectedVersion()
  if (current < 0) wrong.setCurrentNoStream(new emptyMessages.Empty())
  else wrong.setCurrentStreamRevision(String(current))
  if (expected === 'no_stream') wrong.setExpectedNoStream(new emptyMessages.Empty())
  else if (expected === 'any') wrong.setExpectedAny(new emptyMessages.Empty())
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new emptyMessages.Empty())
  else wrong.setExpectedStreamPosition(String(expected))
  return detailed(grpcStatus.ALREADY_EXISTS, 'WrongExpectedVersion', wrong.serializeBinary())
}

const streamDeleted = (stream: string): Status => {
  const deleted = new shared.StreamDeleted()
  deleted.setStreamIdentifier(identifierOf(stream))
  return detailed(grpcStatus.NOT_FOUND, 'StreamDeleted', deleted.serializeBinary())
}

const maxAppendSize = (bytes: number): Status => {
  const exceeded = new shared.MaximumAppendSizeExceeded()
  exceeded.setMaxappendsize(bytes)
  const encoded = exceeded.serializeBinary()
  return detailed(grpcStatus.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', encoded)
}

const plain = (code: number, name: string) => (): Status => detailed(code, name, new Uint8Array())

/** What a refused request of a batch append is told inside its answer, by name. */
export const batchRefusals = {
  wrongVersion,
  streamDeleted,
  maxAppendSize,
  accessDenied: plain(grpcStatus.PERMISSION_DENIED, 'AccessDenied'),
  timeout: plain(grpcStatus.DEADLINE_EXCEEDED, 'Timeout'),
  unknown: plain(grpcStatus.UNKNOWN, 'Unknown')
}
