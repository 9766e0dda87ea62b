/** Which events a read or a subscription shows, as a growing list and where in it to begin. */
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js'
import type { EventLog } from './log.ts'
import { streamNameOf, streams } from './messages.ts'
import type { LogPosition, StoredEvent } from './records.ts'

export const HEAD: LogPosition = { commit: -1, prepare: -1 }

export const positionOf = ({ position }: StoredEvent): LogPosition => ({
  commit: position,
  prepare: position
})

/** Whether `one` is after `other`; the second number decides between equal first ones. */
export const isAfter = (one: LogPosition, other: LogPosition): boolean =>
  one.commit > other.commit || (one.commit === other.commit && one.prepare > other.prepare)

const firstIndex = (
  events: readonly StoredEvent[],
  isReached: (position: LogPosition) => boolean
): number => {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const event = events[middle]
    if (event !== undefined && isReached(positionOf(event))) high = middle
    else low = middle + 1
  }
  return low
}

/** The index of the first event at this position or after it. */
export const indexFrom = (events: readonly StoredEvent[], from: LogPosition): number =>
  firstIndex(events, (position) => !isAfter(from, position))

/** The index of the first event after this position. */
export const indexAfter = (events: readonly StoredEvent[], after: LogPosition): number =>
  firstIndex(events, (position) => isAfter(position, after))

const askedPosition = (position: ReadReq.Options.Position): LogPosition => ({
  commit: Number(position.getCommitPosition()),
  prepare: Number(position.getPreparePosition())
})

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
  const at = position === undefined ? 0 : indexFrom(events, askedPosition(position))
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

/** The position after which a subscription to `$all` shows events. */
export const startInAll = (log: EventLog, options: ReadReq.Options): LogPosition => {
  const all = options.getAll()
  const last = log.events.at(-1)
  if (all?.hasEnd() === true) return last === undefined ? HEAD : positionOf(last)
  const position = all?.getPosition()
  return position === undefined ? HEAD : askedPosition(position)
}

/** The revision a subscription to a stream shows first. */
export const startInStream = (log: EventLog, options: ReadReq.Options): number => {
  const asked = options.getStream()
  const stream = streamNameOf(asked?.getStreamIdentifier())
  if (asked?.hasEnd() === true) return log.growing(stream).length
  const next = asked?.hasRevision() === true ? Number(asked.getRevision()) + 1 : 0
  return Math.max(next, lowestRevision(log, stream))
}
