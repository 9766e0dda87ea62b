/** Soft deletes and tombstones. */
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js'
import type {
  DeleteReq,
  DeleteResp,
  TombstoneReq,
  TombstoneResp
} from '@eventstore/db-client/generated/streams_pb.js'
import { expectedOf } from './appending.ts'
import { streamNameOf, streams } from './messages.ts'
import { refusedBy, statusOfFault, type Node } from './node.ts'
import { refusals, type Refusal } from './statuses.ts'
import { remove } from './writing.ts'

type Options = DeleteReq.Options | TombstoneReq.Options

/** Deletes; the answer is the position, or why not, or nothing when a fault keeps silent. */
const removed = async (
  node: Node,
  how: 'soft' | 'tombstone',
  call: ServerUnaryCall<DeleteReq | TombstoneReq, unknown>
): Promise<{ readonly position: number } | { readonly refusal: Refusal | undefined }> => {
  const options: Options | undefined = call.request.getOptions()
  if (options === undefined) return { refusal: refusals.invalid('no options') }
  const refused = refusedBy(node, call.metadata)
  if (refused !== undefined) return { refusal: refused }
  const stream = streamNameOf(options.getStreamIdentifier())
  const expected = expectedOf(options)
  const fault = await node.faults.arrival(how === 'soft' ? 'delete' : 'tombstone', stream)
  if (fault !== undefined && fault.when !== 'after') {
    return { refusal: statusOfFault(node, fault.with) }
  }
  const written = remove(node.log, stream, expected, how)
  if (fault !== undefined) return { refusal: statusOfFault(node, fault.with) }
  if (written.kind === 'deleted') return { refusal: refusals.streamDeleted(stream) }
  if (written.kind === 'wrong-version') {
    return { refusal: refusals.wrongVersion(stream, expected, written.current) }
  }
  return { position: written.position }
}

export const deleteHandler =
  (node: Node) =>
  async (
    call: ServerUnaryCall<DeleteReq, DeleteResp>,
    answer: sendUnaryData<DeleteResp>
  ): Promise<void> => {
    const done = await removed(node, 'soft', call)
    if (!('position' in done)) return void (done.refusal !== undefined && answer(done.refusal))
    const position = new streams.DeleteResp.Position()
    position.setCommitPosition(String(done.position))
    position.setPreparePosition(String(done.position))
    const response = new streams.DeleteResp()
    response.setPosition(position)
    answer(null, response)
  }

export const tombstoneHandler =
  (node: Node) =>
  async (
    call: ServerUnaryCall<TombstoneReq, TombstoneResp>,
    answer: sendUnaryData<TombstoneResp>
  ): Promise<void> => {
    const done = await removed(node, 'tombstone', call)
    if (!('position' in done)) return void (done.refusal !== undefined && answer(done.refusal))
    const position = new streams.TombstoneResp.Position()
    position.setCommitPosition(String(done.position))
    position.setPreparePosition(String(done.position))
    const response = new streams.TombstoneResp()
    response.setPosition(position)
    answer(null, response)
  }
