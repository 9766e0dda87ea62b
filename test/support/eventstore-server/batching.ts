/** The append of one call for many writes: each has a correlation id and ends with its final request. */
import type { ServerDuplexStream } from '@grpc/grpc-js'
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js'
import type { Status } from '@eventstore/db-client/generated/status_pb.js'
import type { UUID } from '@eventstore/db-client/generated/shared_pb.js'
import emptyMessages from 'google-protobuf/google/protobuf/empty_pb.js'
import { countedBytes, expectedOf, proposedOf } from './appending.ts'
import type { Fault } from './faults.ts'
import { identifierOf, shared, streamNameOf, streams, uuidOf } from './messages.ts'
import { refusedBy, statusOfFault, type Node } from './node.ts'
import type { Expected, ProposedEvent } from './records.ts'
import { batchRefusals } from './statuses.ts'
import { append, type Written } from './writing.ts'

type Call = ServerDuplexStream<BatchAppendReq, BatchAppendResp>

interface Pending {
  readonly correlation: UUID
  readonly stream: string
  readonly expected: Expected
  readonly events: ProposedEvent[]
  size: number
}

const begun = (correlation: UUID, options: BatchAppendReq.Options): Pending => ({
  correlation,
  stream: streamNameOf(options.getStreamIdentifier()),
  expected: expectedOf({
    hasNoStream: () => options.hasNoStream(),
    hasAny: () => options.hasAny(),
    hasStreamExists: () => options.hasStreamExists(),
    getRevision: () => options.getStreamPosition()
  }),
  events: [],
  size: 0
})

const answerTo = (pending: Pending): BatchAppendResp => {
  const answer = new streams.BatchAppendResp()
  answer.setCorrelationId(pending.correlation)
  answer.setStreamIdentifier(identifierOf(pending.stream))
  return answer
}

const success = (pending: Pending, revision: number, position: number): BatchAppendResp => {
  const done = new streams.BatchAppendResp.Success()
  if (revision < 0) done.setNoStream(new emptyMessages.Empty())
  else done.setCurrentRevision(String(revision))
  const at = new shared.AllStreamPosition()
  at.setCommitPosition(String(position))
  at.setPreparePosition(String(position))
  done.setPosition(at)
  const answer = answerTo(pending)
  answer.setSuccess(done)
  return answer
}

const refused = (pending: Pending, why: Status): BatchAppendResp => {
  const answer = answerTo(pending)
  answer.setError(why)
  return answer
}

const told = (pending: Pending, written: Written): BatchAppendResp => {
  if (written.kind === 'done') return success(pending, written.revision, written.position)
  if (written.kind === 'deleted') {
    return refused(pending, batchRefusals.streamDeleted(pending.stream))
  }
  return refused(pending, batchRefusals.wrongVersion(pending.expected, written.current))
}

/** What a fault says inside an answer; none when it ends the whole call or stays silent. */
const answerOfFault = (node: Node, pending: Pending, fault: Fault): BatchAppendResp | undefined => {
  switch (fault.with) {
    case 'deadline':
    case 'timeout':
      return refused(pending, batchRefusals.timeout())
    case 'access_denied':
      return refused(pending, batchRefusals.accessDenied())
    case 'unknown':
      return refused(pending, batchRefusals.unknown())
    case 'wrong_version': {
      const current = node.log.lastRevision(pending.stream)
      return refused(pending, batchRefusals.wrongVersion(pending.expected, current))
    }
    default:
      return undefined
  }
}

const finish = async (node: Node, call: Call, pending: Pending): Promise<void> => {
  const fault = await node.faults.arrival('append', pending.stream)
  if (fault === undefined || fault.when === 'after') {
    const written = append(node.log, pending.stream, pending.expected, pending.events)
    if (fault === undefined) return void call.write(told(pending, written))
  }
  const answer = answerOfFault(node, pending, fault)
  if (answer !== undefined) return void call.write(answer)
  const status = statusOfFault(node, fault.with)
  if (status !== undefined) call.emit('error', status)
}

export const batchAppendHandler =
  (node: Node) =>
  (call: Call): void => {
    const pending = new Map<string, Pending>()
    let queue = Promise.resolve()
    let isOver = false
    const denied = refusedBy(node, call.metadata)
    if (denied !== undefined) return void call.emit('error', denied)

    const take = async (request: BatchAppendReq): Promise<void> => {
      const correlation = request.getCorrelationId()
      if (correlation === undefined) return
      const key = uuidOf(correlation)
      const options = request.getOptions()
      if (options !== undefined) pending.set(key, begun(correlation, options))
      const write = pending.get(key)
      if (write === undefined) return
      for (const message of request.getProposedMessagesList()) {
        const event = proposedOf(message)
        write.size += countedBytes(node, event)
        write.events.push(event)
      }
      if (write.size > node.behaviours.maxAppendSizeBytes) {
        pending.delete(key)
        call.write(refused(write, batchRefusals.maxAppendSize(node.behaviours.maxAppendSizeBytes)))
        return
      }
      if (!request.getIsFinal()) return
      pending.delete(key)
      await finish(node, call, write)
    }
    call.on('data', (request: BatchAppendReq) => {
      queue = queue.then(() => (isOver ? undefined : take(request)))
    })
    call.on('end', () => void queue.then(() => call.end()))
    const over = (): void => void (isOver = true)
    call.on('error', over)
    call.on('cancelled', over)
  }
