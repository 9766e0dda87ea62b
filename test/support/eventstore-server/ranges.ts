/** Which events a read or a subscription shows, as a growing list and where in it to begin. */
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js'
import type { EventLog } from './log.ts'
import { streamNameOf, streams } from './messages.ts'
import type { StoredEvent } from './records.ts'

/** The index of the first event at this position or after it. */
export const indexAt = (events: readonly StoredEvent[], position: number): number => {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((events[middle]?.position ?? 0) < position) low = middle + 1
    else high = middle
  }
  return low
}

/** What a read shows: indexes of `events`, from `first` in steps of `step`. */
export interface Range {
  readonly events: readonly StoredEvent[]
  readonly first: number
  readonly step: 1 | -1
  readonly limit: number
  /** Events before this index are truncated. */
  readonly lowest: number
}

/** The revision before which a stream's metadata hides everything. */
export const lowestRevision = (log: EventLog, stream: string): number => {
  const state = log.stream(stream)
  if (state === undefined) return 0
  return Math.max(0, state.truncateBefore, state.events.length - state.maxCount)
}

const isForwards = (options: ReadReq.Options): boolean =>
  options.getReadDirection() === streams.ReadReq.Options.ReadDirection.FORWARDS

const limitOf = (options: ReadReq.Options): number => Number(options.getCount())

/** The range of a read of `$all`: forwards from a position on, backwards from before it. */
export const rangeOfAll = (log: EventLog, options: ReadReq.Options): Range => {
  const all = options.getAll()
  const { events } = log
  const step = isForwards(options) ? 1 : -1
  const position = all?.getPosition()
  const at = position === undefined ? 0 : indexAt(events, Number(position.getCommitPosition()))
  const index = all?.hasEnd() === true ? events.length : at
  return { events, first: step === 1 ? index : index - 1, step, limit: limitOf(options), lowest: 0 }
}

/** The range of a read of one stream; revisions are indexes. */
export const rangeOfStream = (log: EventLog, options: ReadReq.Options): Range => {
  const asked = options.getStream()
  const stream = streamNameOf(asked?.getStreamIdentifier())
  const events = log.growing(stream)
  const lowest = lowestRevision(log, stream)
  const revision = asked?.hasRevision() === true ? Number(asked.getRevision()) : 0
  const index = asked?.hasEnd() === true ? events.length : revision
  const limit = limitOf(options)
  if (isForwards(options)) {
    return { events, first: Math.max(index, lowest), step: 1, limit, lowest }
  }
  return { events, first: Math.min(index, events.length - 1), step: -1, limit, lowest }
}

/** The index after which a subscription begins: positions and revisions it names are not shown again. */
export const startOfSubscription = (log: EventLog, options: ReadReq.Options): number => {
  const all = options.getAll()
  if (all !== undefined) {
    if (all.hasEnd()) return log.events.length
    const position = all.getPosition()
    return position === undefined
      ? 0
      : indexAt(log.events, Number(position.getCommitPosition()) + 1)
  }
  const asked = options.getStream()
  const stream = streamNameOf(asked?.getStreamIdentifier())
  if (asked?.hasEnd() === true) return log.growing(stream).length
  return asked?.hasRevision() === true ? Number(asked.getRevision()) + 1 : 0
}
