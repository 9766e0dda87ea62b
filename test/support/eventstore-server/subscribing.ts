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
import {
  HEAD,
  indexAfter,
  indexFrom,
  isAfter,
  positionOf,
  startInAll,
  startInStream
} from './ranges.ts'
import type { LogPosition, StoredEvent } from './records.ts'
import type { Sink } from './sink.ts'
import { refusals } from './statuses.ts'

const PAGE_EVENTS = 32

interface Subscription {
  readonly node: Node
  readonly sink: Sink
  readonly stream: string | undefined
  readonly source: readonly StoredEvent[]
  readonly filter: Filter
  readonly fault: Fault | undefined
  /** The next event to look at. */
  next: number
  /** The last event or checkpoint that was sent; only what is after it is shown. */
  sent: LogPosition
  checkpointed: LogPosition
  shown: number
  considered: number
  hasWaited: boolean
}

const put = async (at: Subscription, frame: Buffer): Promise<void> => {
  if (at.sink.write(frame)) return
  at.hasWaited = true
  await at.sink.ready()
}

const putCheckpoint = async (at: Subscription): Promise<void> => {
  if (at.filter.checkpointInterval === Infinity || !isAfter(at.sent, at.checkpointed)) return
  at.checkpointed = at.sent
  await put(at, frames.checkpoint(at.sent))
}

/** The checkpoint at the end of catching up, as the node is told to make it. */
const putEndCheckpoint = async (at: Subscription, pageStart: LogPosition): Promise<void> => {
  const { endCheckpoint } = at.node.behaviours
  if (at.filter.checkpointInterval === Infinity || endCheckpoint === 'none') return
  if (endCheckpoint === 'page' && isAfter(pageStart, at.sent)) at.sent = pageStart
  if (endCheckpoint === 'shown' && !isAfter(at.sent, HEAD))
    return put(at, frames.checkpoint(at.sent))
  await putCheckpoint(at)
}

/** Ends the subscription when its fault says that it has shown enough. */
const hitsFault = (at: Subscription): boolean => {
  if (at.fault === undefined || at.shown < (at.fault.events ?? 0)) return false
  const status = statusOfFault(at.node, at.fault.with)
  if (status !== undefined) at.sink.end(status)
  return true
}

/** Looks at one event and shows it when the filter does; whether the filter does. */
const look = async (at: Subscription): Promise<boolean> => {
  const event = at.source[at.next]
  at.next += 1
  at.considered += 1
  if (event === undefined || !at.filter.shows(event)) return false
  if (!isAfter(positionOf(event), at.sent)) return true
  at.shown += 1
  at.sent = positionOf(event)
  await put(at, event.frame)
  return true
}

/** Where the page after what was looked at begins: at a record, and before its event. */
const nextPage = (at: Subscription): LogPosition => ({
  commit: at.source[at.next]?.position ?? at.node.log.endPosition(),
  prepare: 0
})

/** Looks at one page; whether it reached the end, or nothing when the subscription is over. */
const page = async (at: Subscription): Promise<boolean | undefined> => {
  let matched = 0
  for (let inPage = 0; inPage < at.filter.window && matched < PAGE_EVENTS; inPage += 1) {
    if (at.sink.isGone() || hitsFault(at)) return undefined
    if (at.next >= at.source.length) return true
    if (await look(at)) matched += 1
  }
  return false
}

/** Shows what is there, page by page; a checkpoint is where its page began or what it showed last. */
const catchUp = async (at: Subscription): Promise<void> => {
  at.considered = 0
  for (let start = at.sent; ; start = nextPage(at)) {
    const isEnd = await page(at)
    if (isEnd === undefined) return
    if (isEnd) {
      at.considered = 0
      return putEndCheckpoint(at, start)
    }
    if (at.considered < at.filter.checkpointInterval) continue
    at.considered %= at.filter.checkpointInterval
    if (isAfter(start, at.sent)) at.sent = start
    await putCheckpoint(at)
  }
}

const isTombstoned = (at: Subscription): boolean =>
  at.stream !== undefined && at.node.log.stream(at.stream)?.tombstoned === true

/** Shows what comes until the subscription is gone (`false`) or too far behind (`true`). */
const live = async (at: Subscription): Promise<boolean> => {
  const { missingStreamCaughtUp } = at.node.behaviours
  if (missingStreamCaughtUp || at.stream === undefined || at.source.length > 0)
    await put(at, frames.caughtUp())
  let wake = (): void => undefined
  const stop = at.node.log.watch(() => wake())
  at.sink.whenGone(() => wake())
  at.hasWaited = false
  try {
    for (;;) {
      if (at.sink.isGone() || hitsFault(at)) return false
      if (at.next < at.source.length) {
        if (at.hasWaited && at.source.length - at.next > at.node.behaviours.liveBuffer) return true
        await look(at)
        if (at.considered < at.filter.checkpointInterval) continue
        at.considered = 0
        const last = at.source[at.next - 1]
        if (last !== undefined && isAfter(positionOf(last), at.sent)) at.sent = positionOf(last)
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
    if (at.node.behaviours.slowConsumer === 'dropped') return at.sink.end(refusals.tooSlow())
    await put(at, frames.fellBehind())
    await putCheckpoint(at)
    await catchUp(at)
  }
}

/**
 * Catching up begins with the event that was named, as a page does: it counts but is not shown again. A node may pass over the
 * first one there is instead.
 */
const firstLookedAt = (
  { behaviours }: Node,
  isAll: boolean,
  source: readonly StoredEvent[],
  sent: LogPosition,
  first: number
): number => {
  if (!isAll || first >= source.length) return first
  const at = indexFrom(source, sent)
  return behaviours.resumeSkips && isAfter(sent, HEAD) ? at + 1 : at
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
  const isAll = stream === undefined
  const source = isAll ? log.events : log.growing(stream)
  const sent = isAll ? startInAll(log, options) : HEAD
  const first = isAll ? indexAfter(source, sent) : startInStream(log, options)
  const subscription: Subscription = {
    node,
    sink,
    stream,
    source,
    filter: filterOf(options),
    fault,
    next: firstLookedAt(node, isAll, source, sent, first),
    sent,
    checkpointed: HEAD,
    shown: 0,
    considered: 0,
    hasWaited: false
  }
  if (hitsFault(subscription)) return
  await put(subscription, frames.confirmation(randomUUID()))
  if (isTombstoned(subscription)) return sink.end(refusals.streamDeleted(name))
  await run(subscription)
}
