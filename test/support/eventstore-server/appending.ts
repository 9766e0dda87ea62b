/** The append of one call per write: a client sends the options, then event after event. */
import type { sendUnaryData, ServerReadableStream } from '@grpc/grpc-js'
import type { AppendReq, AppendResp } from '@eventstore/db-client/generated/streams_pb.js'
import { shared, streamNameOf, streams, uuidOf } from './messages.ts'
import { refusedBy, statusOfFault, type Node } from './node.ts'
import type { Expected, ProposedEvent } from './records.ts'
import { refusals } from './statuses.ts'
import { append, type Written } from './writing.ts'

interface Proposed {
  readonly getId: AppendReq.ProposedMessage['getId']
  readonly getMetadataMap: AppendReq.ProposedMessage['getMetadataMap']
  readonly getData_asU8: () => Uint8Array
  readonly getCustomMetadata_asU8: () => Uint8Array
}

/** An event as a request proposes it. */
export const proposedOf = (message: Proposed): ProposedEvent => {
  const properties = message.getMetadataMap()
  return {
    id: uuidOf(message.getId()),
    type: properties.get('type') ?? '',
    isJson: properties.get('content-type') === 'application/json',
    data: Buffer.from(message.getData_asU8()),
    metadata: Buffer.from(message.getCustomMetadata_asU8())
  }
}

/** The bytes the server counts for an event against the size of an append. */
export const countedBytes = ({ behaviours }: Node, event: ProposedEvent): number =>
  behaviours.counts === 'data'
    ? event.data.length
    : event.data.length + event.metadata.length + 2 * event.type.length

/** The expected revision of a request's options, which all have these members. */
export const expectedOf = (options: {
  readonly hasNoStream: () => boolean
  readonly hasAny: () => boolean
  readonly hasStreamExists: () => boolean
  readonly getRevision: () => string
}): Expected => {
  if (options.hasNoStream()) return 'no_stream'
  if (options.hasAny()) return 'any'
  return options.hasStreamExists() ? 'stream_exists' : Number(options.getRevision())
}

const success = (revision: number, position: number): AppendResp => {
  const done = new streams.AppendResp.Success()
  if (revision < 0) done.setNoStream(new shared.Empty())
  else done.setCurrentRevision(String(revision))
  const at = new streams.AppendResp.Position()
  at.setCommitPosition(String(position))
  at.setPreparePosition(String(position))
  done.setPosition(at)
  const answer = new streams.AppendResp()
  answer.setSuccess(done)
  return answer
}

const wrongVersion = (expected: Expected, current: number): AppendResp => {
  const wrong = new streams.AppendResp.WrongExpectedVersion()
  if (current < 0) wrong.setCurrentNoStream(new shared.Empty())
  else wrong.setCurrentRevision(String(current))
  if (expected === 'no_stream') wrong.setExpectedNoStream(new shared.Empty())
  else if (expected === 'any') wrong.setExpectedAny(new shared.Empty())
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new shared.Empty())
  else wrong.setExpectedRevision(String(expected))
  const answer = new streams.AppendResp()
  answer.setWrongExpectedVersion(wrong)
  return answer
}

const MESSAGE_FRAME_BYTES = 100

export const appendHandler =
  (node: Node) =>
  (call: ServerReadableStream<AppendReq, AppendResp>, answer: sendUnaryData<AppendResp>): void => {
    const events: ProposedEvent[] = []
    let stream = ''
    let expected: Expected = 'any'
    let size = 0
    let isAnswered = false
    const say: sendUnaryData<AppendResp> = (...said) => {
      if (isAnswered) return
      isAnswered = true
      answer(...said)
    }
    const tell = (written: Written): void => {
      if (written.kind === 'deleted') return say(refusals.streamDeleted(stream))
      if (written.kind === 'wrong-version')
        return say(null, wrongVersion(expected, written.current))
      say(null, success(written.revision, written.position))
    }
    const finish = async (): Promise<void> => {
      const refused = refusedBy(node, call.metadata)
      if (refused !== undefined) return say(refused)
      if (stream === '' || events.some(({ type }) => type === '')) return say(refusals.handler())
      const fault = await node.faults.arrival('append', stream)
      if (fault?.with === 'wrong_version') {
        return tell({ kind: 'wrong-version', current: node.log.lastRevision(stream) })
      }
      const refusal = fault === undefined ? undefined : statusOfFault(node, fault.with)
      if (fault === undefined || fault.when === 'after') {
        const written = append(node.log, stream, expected, events)
        if (fault === undefined) return tell(written)
      }
      if (refusal !== undefined) say(refusal)
    }
    call.on('data', (request: AppendReq) => {
      const options = request.getOptions()
      if (options !== undefined) {
        stream = streamNameOf(options.getStreamIdentifier())
        expected = expectedOf(options)
      }
      const message = request.getProposedMessage()
      if (message === undefined) return
      const event = proposedOf(message)
      const bytes = countedBytes(node, event)
      const { maxMessageBytes, maxAppendEventSizeBytes, maxAppendSizeBytes } = node.behaviours
      size += bytes
      // Beside data and metadata a message has an id and names.
      if (event.data.length + event.metadata.length + MESSAGE_FRAME_BYTES > maxMessageBytes)
        say(refusals.messageTooLarge())
      else if (bytes > maxAppendEventSizeBytes)
        say(refusals.maxAppendEventSize(event.id, bytes, maxAppendEventSizeBytes))
      else if (size > maxAppendSizeBytes) say(refusals.maxAppendSize(maxAppendSizeBytes))
      else events.push(event)
    })
    // A client that leaves in the middle has sent nothing; that it left is known shortly after its last message.
    call.on('cancelled', () => (isAnswered = true))
    call.on('end', () => setImmediate(() => !isAnswered && !call.cancelled && void finish()))
  }
