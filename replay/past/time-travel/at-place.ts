/**
 * One thread as it was before an event: its files up to the event.
 */
import * as E from 'fp-ts/lib/Either.js'
import { EVERY_LINE, NO_LINES } from '../../../domain/log/needs.ts'
import type { DamagedLine, RecordedEvent } from '../../../domain/log/event.ts'
import { readBack } from '../context/read-back.ts'
import {
  comparePlaces,
  START,
  type EventStore,
  type Position,
  type StreamInfo
} from '../../ports.ts'
import { beforeRevert } from '../../read/threads/before-revert.ts'
import { impossible, type Result } from '../../result.ts'

type SoughtLine = RecordedEvent | DamagedLine

interface LineSought {
  /** False as long as the line cannot stand before a place. */
  readonly isPassed: (next: Position) => boolean
  readonly isIt: (line: SoughtLine) => boolean
}

export const eventNumber = (revision: number): LineSought => ({
  isPassed: (next) => next.revision > revision,
  isIt: (line) => line.revision >= revision
})

export const eventBehind = (segment: number, offset: number): LineSought => ({
  isPassed: (next) => comparePlaces(next, { segment, offset }) > 0,
  isIt: (line) => comparePlaces(line, { segment, offset }) >= 0
})

/** The first such line, and how many events the stream holds when there is none. */
const lookFor = async (
  store: EventStore,
  info: StreamInfo,
  { isPassed, isIt }: LineSought
): Promise<SoughtLine | { readonly events: number }> => {
  let from = START
  for await (const { next } of store.read(info, START, NO_LINES)) {
    if (isPassed(next)) break
    from = next
  }
  let events = from.revision
  for await (const { lines, next } of store.read(info, from, EVERY_LINE)) {
    const line = lines.find(isIt)
    if (line !== undefined) return line
    events = next.revision
  }
  return { events }
}

/** Time of the newest event before the end of a stream; that of its file when none says one. */
const timeOfEnd = async (store: EventStore, info: StreamInfo, offset: number): Promise<number> => {
  const segment = store.lineage(info).length - 1
  let ms = NaN
  await readBack({ store }, info, { segment, offset }, ({ line }) => {
    ms = Date.parse(line.timestamp)
    return !Number.isNaN(ms)
  })
  return Number.isNaN(ms) ? info.modifiedAtMs : ms
}

/** A thread as it was when its history ended at a place in one of its files. */
export const endedAt = async (
  store: EventStore,
  now: StreamInfo,
  segmentId: string,
  untilBytes: number
): Promise<StreamInfo> => {
  const isNewest = store.lineage(now).at(-1)?.id === segmentId
  const head = isNewest ? now : beforeRevert(store, now, segmentId, untilBytes)
  const cut = { ...head, sizeBytes: untilBytes, earlier: { segmentId, untilBytes } }
  return { ...cut, modifiedAtMs: await timeOfEnd(store, cut, untilBytes) }
}

/**
 * A thread as it was before a line. `StreamNotFound` when nothing of it was there yet, `NotPossible` where the line is in
 * history that another thread wrote.
 */
export const beforeLine = async (
  store: EventStore,
  now: StreamInfo,
  wanted: LineSought
): Promise<Result<{ readonly then: StreamInfo; readonly events: number | null }>> => {
  const line = await lookFor(store, now, wanted)
  if ('events' in line) return E.right({ then: now, events: line.events })
  const lineage = store.lineage(now)
  const here = lineage[line.segment]
  // Before the first line of a file the history ended in the file before.
  const isFirst = here !== undefined && line.offset <= here.from
  const file = isFirst ? lineage[line.segment - 1] : here
  if (file === undefined) return E.left({ _tag: 'StreamNotFound', streamId: now.streamId })
  if (file.inherited)
    return impossible(
      `thread ${now.streamId} was forked later: the events before ${line.revision} are those of another thread`,
      `ask for that thread, or for a revision after ${line.revision}`
    )
  const untilBytes = isFirst ? (file.until ?? 0) : line.offset
  return E.right({ then: await endedAt(store, now, file.id, untilBytes), events: null })
}
