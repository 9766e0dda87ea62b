/** Reads of a stream or of `$all`, both directions. */
import type { ServerWritableStream } from '@grpc/grpc-js'
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js'
import * as frames from './frames.ts'
import { streamNameOf } from './messages.ts'
import { refusedBy, statusOfFault, type Node } from './node.ts'
import { rangeOfAll, rangeOfStream, type Range } from './ranges.ts'
import { sinkOf, type Sink } from './sink.ts'
import { refusals } from './statuses.ts'
import { subscribe } from './subscribing.ts'

/** Shows at most `limit` events of a range; the answer is whether the client is still there. */
const show = async (sink: Sink, range: Range, limit: number): Promise<boolean> => {
  let index = range.first
  for (let shown = 0; shown < limit && index >= range.lowest; shown += 1, index += range.step) {
    const event = range.events[index]
    if (event === undefined) break
    if (!sink.write(event.frame)) await sink.ready()
    if (sink.isGone()) return false
  }
  return true
}

const readStream = async (
  node: Node,
  sink: Sink,
  stream: string,
  options: ReadReq.Options
): Promise<void> => {
  const fault = await node.faults.arrival('readStream', stream)
  const state = node.log.stream(stream)
  if (fault === undefined && state?.tombstoned === true) {
    return sink.end(refusals.streamDeleted(stream))
  }
  const isMissing = state === undefined || state.events.length === 0 || state.softDeleted
  if (fault === undefined && isMissing) {
    sink.write(frames.streamNotFound(stream))
    return sink.end()
  }
  const range = rangeOfStream(node.log, options)
  if (!(await show(sink, range, fault === undefined ? range.limit : (fault.events ?? 0)))) return
  if (fault === undefined) return sink.end()
  const status = statusOfFault(node, fault.with)
  if (status !== undefined) sink.end(status)
}

const readAll = async (node: Node, sink: Sink, options: ReadReq.Options): Promise<void> => {
  const fault = await node.faults.arrival('readAll', '$all')
  const range = rangeOfAll(node.log, options)
  if (!(await show(sink, range, fault === undefined ? range.limit : (fault.events ?? 0)))) return
  if (fault === undefined) return sink.end()
  const status = statusOfFault(node, fault.with)
  if (status !== undefined) sink.end(status)
}

/** Answers `Read`, which also opens subscriptions. */
export const readHandler =
  (node: Node) =>
  (call: ServerWritableStream<ReadReq, Buffer>): void => {
    const sink = sinkOf(call)
    const options = call.request.getOptions()
    if (options === undefined) return sink.end(refusals.invalid('no options'))
    const refused = refusedBy(node, call.metadata)
    if (refused !== undefined) return sink.end(refused)
    const stream = streamNameOf(options.getStream()?.getStreamIdentifier())
    if (options.hasSubscription()) void subscribe(node, sink, stream, options)
    else if (options.hasAll()) void readAll(node, sink, options)
    else void readStream(node, sink, stream, options)
  }
