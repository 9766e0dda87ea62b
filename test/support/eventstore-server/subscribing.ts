/**
 * Subscriptions: first what is there, then what comes. A subscription reads the log at the pace of its
 * client and keeps nothing of its own, so a slow client costs no memory; one that is too far behind while
 * it is live falls behind (and catches up again) or is dropped, as the node is told.
 */
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js'
import { randomUUID } from 'node:crypto'
import type { Fault } from './faults.ts'
import { filterOf, type Filter } from './filters.ts'
import * as frames from './frames.ts'
import { statusOfFault, type Node } from './node.ts'
import { lowestRevision, startOfSubscription } from './ranges.ts'
import type { StoredEvent } from './records.ts'
import type { Sink } from './sink.ts'
import { refusals } from './statuses.ts'

interface Subscription {
  readonly node: Node
  readonly sink: Sink
  readonly stream: string | undefined
  readonly source: readonly StoredEvent[]
  readonly filter: Filter
  readonly fault: Fault | undefined
  /** The next event to look at. */
  next: number
  shown: number
  considered: number
  checkpointed: number
  hasWaited: boolean
}

const put = async (at: Subscription, frame: Buffer): Promise<void> => {
  if (at.sink.write(frame)) return
  at.hasWaited = true
  await at.sink.ready()
}

const positionBefore = (at: Subscription): number => at.source[at.next - 1]?.position ?? 0

const putCheckpoint = async (at: Subscription): Promise<void> => {
  const position = positionBefore(at)
  if (at.filter.checkpointInterval === Infinity || position <= at.checkpointed) return
  at.checkpointed = position
  await put(at, frames.checkpoint(position))
}

/** Ends the subscription when its fault says that it has shown enough. */
const hitsFault = (at: Subscription): boolean => {
  if (at.fault === undefined || at.shown < (at.fault.events ?? 0)) return false
  const status = statusOfFault(at.node, at.fault.with)
  if (status !== undefined) at.sink.end(status)
  return true
}

/** Looks at one event and shows it when the filter does; whether it was shown. */
const look = async (at: Subscription): Promise<boolean> => {
  const event = at.source[at.next]
  at.next += 1
  at.considered += 1
  if (event === undefined || !at.filter.shows(event)) return false
  at.shown += 1
  await put(at, event.frame)
  return true
}

const catchUp = async (at: Subscription): Promise<void> => {
  const { window, checkpointInterval } = at.filter
  let inPage = 0
  let matched = 0
  while (at.next < at.source.length) {
    if (at.sink.isGone() || hitsFault(at)) return
    inPage += 1
    if (await look(at)) matched += 1
    if (inPage < window && matched < 32) continue
    inPage = 0
    matched = 0
    if (at.considered < checkpointInterval) continue
    at.considered %= checkpointInterval
    await putCheckpoint(at)
  }
  at.considered = 0
  await putCheckpoint(at)
}

const isTombstoned = (at: Subscription): boolean =>
  at.stream !== undefined && at.node.log.stream(at.stream)?.tombstoned === true

/** Shows what comes until the subscription is gone (`false`) or too far behind (`true`). */
const live = async (at: Subscription): Promise<boolean> => {
  await put(at, frames.caughtUp())
  let wake = (): void => undefined
  const stop = at.node.log.watch(() => wake())
  at.sink.whenGone(() => wake())
  at.hasWaited = false
  try {
    for (;;) {
      if (at.sink.isGone() || hitsFault(at)) return false
      if (at.next < at.source.length) {
        if (at.hasWaited && at.source.length - at.next > at.node.liveBuffer) return true
        await look(at)
        if (at.considered < at.filter.checkpointInterval) continue
        at.considered = 0
        await putCheckpoint(at)
      } else if (isTombstoned(at)) {
        at.sink.end(refusals.streamDeleted(at.stream ?? ''))
      } else {
        at.hasWaited = false
        await new Promise<void>((resolve) => (wake = resolve))
      }
    }
  } finally {
    stop()
  }
}

const run = async (at: Subscription): Promise<void> => {
  if (at.next < at.source.length) await catchUp(at)
  while (!at.sink.isGone() && !hitsFault(at) && (await live(at))) {
    if (at.node.slowConsumer === 'dropped') return at.sink.end(refusals.cancelled())
    await put(at, frames.fellBehind())
    await putCheckpoint(at)
    await catchUp(at)
  }
}

/** Opens a subscription to one stream, or to `$all` when the options say so. */
export const subscribe = async (
  node: Node,
  sink: Sink,
  name: string,
  options: ReadReq.Options
): Promise<void> => {
  const stream = options.hasAll() ? undefined : name
  const drop = sink.end
  node.subscriptions.add(drop)
  sink.whenGone(() => node.subscriptions.delete(drop))
  const fault = await node.faults.arrival('subscribe', stream ?? '$all')
  const { log } = node
  const next = startOfSubscription(log, options)
  const subscription: Subscription = {
    node,
    sink,
    stream,
    source: stream === undefined ? log.events : log.growing(stream),
    filter: filterOf(options),
    fault,
    next: stream === undefined ? next : Math.max(next, lowestRevision(log, stream)),
    shown: 0,
    considered: 0,
    checkpointed: 0,
    hasWaited: false
  }
  if (hitsFault(subscription)) return
  await put(subscription, frames.confirmation(randomUUID()))
  if (isTombstoned(subscription)) return sink.end(refusals.streamDeleted(name))
  await run(subscription)
}
