/**
 * Events to turn rows (reducer A): which turns a thread has, how they ended and where their bytes are.
 *
 * Live turns form a stack: a row's key is its place in it, so a rollback of n drops the top n rows and paging is
 * arithmetic. The state is a few numbers plus the open turn, whatever the thread's length; the open turn becomes
 * a row when it closes, and readers show it on top of the rows until then.
 *
 * An implicit turn is named after the index of the event that opens it, counted over the events that survive
 * the era's filter. A reader that skips lines cannot know that index, so a fold that was told not to count
 * (`index: null`) asks for every event instead of guessing.
 *
 * Source: thread history of Codex 0.130 and 0.142, checked against both binaries on random rollouts.
 */
import type { RecordedEvent } from './event.ts'
import { itemChange, namedTurn, type ItemChange } from './items.ts'
import type { Profile } from './profile.ts'
import type { ThreadItem, TurnStatus, UserContent } from './protocol.ts'

/** Bytes `from` (inclusive) to `until` (exclusive) of one segment. */
export interface ByteRange {
  readonly segment: number
  readonly from: number
  readonly until: number
}

/** One turn, as the index keeps it. */
export interface TurnRow {
  readonly id: string
  readonly status: TurnStatus
  readonly startedAt: number | null
  readonly completedAt: number | null
  readonly durationMs: number | null
  /** Number the first numbered item of this turn takes. */
  readonly firstItem: number
  readonly itemCount: number
  /** Ids of the items that carry their own; a later event may replace one of them. */
  readonly ownIds: ReadonlyArray<string>
  /** Where the turn's events stand. */
  readonly ranges: ReadonlyArray<ByteRange>
  /** Single lines after the turn closed that still belong to it. */
  readonly late: ReadonlyArray<ByteRange>
}

/** First user message and last agent message; null when they are too large to keep or must be folded. */
export type TurnSummary = ReadonlyArray<ThreadItem> | null

/** The turn that may still receive events. */
export interface OpenTurn extends TurnRow {
  /** False when the summary must be folded from the log. */
  readonly keepsSummary: boolean
  readonly explicit: boolean
  readonly sawCompaction: boolean
  readonly nextItem: number
  readonly endsWithReasoning: boolean
  readonly firstUser: ThreadItem | null
  readonly lastAgent: ThreadItem | null
}

/** State of the fold. */
export interface TurnsState {
  /** Number of rows; the open turn is not one of them. */
  readonly live: number
  /** Items in all rows and the open turn. */
  readonly itemTotal: number
  /** Number the next numbered item takes. */
  readonly nextItem: number
  /** Events counted so far, or null when the reader skips lines. */
  readonly index: number | null
  /** True when the index was needed but unknown: fold again from the start with every event. */
  readonly needsEveryEvent: boolean
  readonly open: OpenTurn | null
}

/** The state before the first event; `counts` tells whether every event will be delivered. */
export const initialTurns = (counts: boolean): TurnsState => ({
  live: 0,
  itemTotal: 0,
  nextItem: 1,
  index: counts ? 0 : null,
  needsEveryEvent: false,
  open: null
})

/** The rows as they stand before an event. */
export interface TurnLookup {
  readonly row: (index: number) => TurnRow | null
  /** Index of the oldest row with this id. */
  readonly firstIndexOf: (turnId: string) => number | null
}

/** A change to the rows. */
export type TurnWrite =
  | {
      readonly op: 'put'
      readonly index: number
      readonly row: TurnRow
      /** Absent: the summary stays as it is. */
      readonly summary?: TurnSummary
    }
  /** Drops rows `from` (inclusive) to `until` (exclusive). */
  | { readonly op: 'drop'; readonly from: number; readonly until: number }

type Step = readonly [TurnsState, ReadonlyArray<TurnWrite>]
const NO_WRITES: ReadonlyArray<TurnWrite> = []

/** Summaries above this many characters are not kept in the row but folded from the log. */
export const SUMMARY_CHARACTERS_MAX = 16_384

const rangeOf = ({ segment, offset, bytes }: RecordedEvent): ByteRange => ({
  segment,
  from: offset,
  until: offset + bytes
})

const extend = (
  ranges: ReadonlyArray<ByteRange>,
  { segment, offset, bytes }: RecordedEvent
): ReadonlyArray<ByteRange> => {
  const last = ranges[ranges.length - 1]
  const until = offset + bytes
  if (last?.segment !== segment) return [...ranges, { segment, from: offset, until }]
  const longer = { segment, from: last.from, until }
  return ranges.length === 1 ? [longer] : [...ranges.slice(0, -1), longer]
}

const openTurn = (
  id: string,
  explicit: boolean,
  startedAt: number | null,
  nextItem: number,
  event: RecordedEvent
): OpenTurn => ({
  id,
  status: explicit ? 'inProgress' : 'completed',
  startedAt,
  completedAt: null,
  durationMs: null,
  firstItem: nextItem,
  itemCount: 0,
  ownIds: [],
  ranges: [rangeOf(event)],
  late: [],
  explicit,
  sawCompaction: false,
  nextItem,
  endsWithReasoning: false,
  firstUser: null,
  lastAgent: null,
  keepsSummary: true
})

/** A turn as the index keeps it once it is closed. */
export interface ClosedTurn {
  readonly row: TurnRow
  readonly summary: TurnSummary
}

/** What an open turn would become, or null while it would not be kept. */
export const closedTurn = (open: OpenTurn | null): ClosedTurn | null => {
  if (open === null || (!open.explicit && open.itemCount === 0 && !open.sawCompaction)) return null
  const { id, status, startedAt, completedAt, durationMs } = open
  const { firstItem, itemCount, ownIds, ranges, late } = open
  const kept = [open.firstUser, open.lastAgent].filter((item) => item !== null)
  return {
    row: {
      id,
      status,
      startedAt,
      completedAt,
      durationMs,
      firstItem,
      itemCount,
      ownIds,
      ranges,
      late
    },
    summary: open.keepsSummary ? kept : null
  }
}

const finish = (state: TurnsState): Step => {
  const closed = closedTurn(state.open)
  if (closed === null) return [{ ...state, open: null }, NO_WRITES]
  return [
    { ...state, live: state.live + 1, open: null },
    [{ op: 'put', index: state.live, ...closed }]
  ]
}

const ensureTurn = (state: TurnsState, event: RecordedEvent): TurnsState => {
  if (state.open !== null) return state
  if (state.index === null) return { ...state, needsEveryEvent: true }
  const open = openTurn(`rollout-${state.index}`, false, null, state.nextItem, event)
  return { ...state, open }
}

const NUMBERED_ID = /^item-\d+$/

const contentCharacters = (part: UserContent): number => {
  if (part.type === 'text') return part.text.length + part.text_elements.length * 64
  return part.type === 'image' ? part.url.length : part.path.length
}

const isLarge = (item: ThreadItem): boolean => {
  if (item.type === 'agentMessage') return item.text.length > SUMMARY_CHARACTERS_MAX
  if (item.type !== 'userMessage') return false
  return (
    item.content.reduce((sum, part) => sum + contentCharacters(part), 0) > SUMMARY_CHARACTERS_MAX
  )
}

/** Applies a change to the open turn's sketch: counts, ids and the summary, never the whole list. */
const sketch = (open: OpenTurn, change: ItemChange, event: RecordedEvent): OpenTurn => {
  const ranges = extend(open.ranges, event)
  switch (change.op) {
    case 'reason':
      if (open.endsWithReasoning) return { ...open, ranges }
      return {
        ...open,
        ranges,
        itemCount: open.itemCount + 1,
        nextItem: open.nextItem + 1,
        endsWithReasoning: true
      }
    case 'number': {
      const item: ThreadItem = { ...change.item, id: `item-${open.nextItem}` }
      const large = isLarge(item)
      return {
        ...open,
        ranges,
        itemCount: open.itemCount + 1,
        nextItem: open.nextItem + 1,
        endsWithReasoning: false,
        keepsSummary: open.keepsSummary && !large,
        firstUser:
          item.type === 'userMessage' && open.firstUser === null && !large ? item : open.firstUser,
        lastAgent: item.type === 'agentMessage' ? (large ? null : item) : open.lastAgent
      }
    }
    case 'append':
    case 'upsert': {
      const { id } = change.item
      const numbered = NUMBERED_ID.test(id)
      const place = numbered ? Number(id.slice(5)) : -1
      const replaces =
        change.op === 'upsert' &&
        (open.ownIds.includes(id) || (place >= open.firstItem && place < open.nextItem))
      const next = { ...open, ranges, keepsSummary: open.keepsSummary && !numbered }
      if (replaces) return next
      return {
        ...next,
        itemCount: open.itemCount + 1,
        ownIds: [...open.ownIds, id],
        endsWithReasoning: false
      }
    }
  }
}

const pushItem = (state: TurnsState, change: ItemChange, event: RecordedEvent): TurnsState => {
  if (state.open === null) return state
  const open = sketch(state.open, change, event)
  const itemTotal = state.itemTotal + open.itemCount - state.open.itemCount
  return { ...state, open, itemTotal, nextItem: open.nextItem }
}

/** A line that arrives after its turn closed: the row remembers where it stands. */
const pushLate = (
  state: TurnsState,
  index: number,
  change: ItemChange,
  event: RecordedEvent,
  rows: TurnLookup
): Step => {
  const row = rows.row(index)
  if (row === null || change.op !== 'upsert') return [state, NO_WRITES]
  const replaces = row.ownIds.includes(change.item.id)
  const next: TurnRow = {
    ...row,
    late: [...row.late, rangeOf(event)],
    itemCount: row.itemCount + (replaces ? 0 : 1),
    ownIds: replaces ? row.ownIds : [...row.ownIds, change.item.id]
  }
  const itemTotal = state.itemTotal + next.itemCount - row.itemCount
  const renamed = NUMBERED_ID.test(change.item.id) ? { summary: null } : {}
  return [{ ...state, itemTotal }, [{ op: 'put', index, row: next, ...renamed }]]
}

interface Ending {
  readonly completed_at?: number | null | undefined
  readonly duration_ms?: number | null | undefined
}

const ended = <R extends TurnRow>(row: R, how: 'completed' | 'interrupted', e: Ending): R => {
  const stays = how === 'completed' && (row.status === 'interrupted' || row.status === 'failed')
  return {
    ...row,
    status: stays ? row.status : how,
    completedAt: e.completed_at ?? null,
    durationMs: e.duration_ms ?? null
  }
}

const endTurn = (
  state: TurnsState,
  id: string | null,
  how: 'completed' | 'interrupted',
  e: Ending,
  event: RecordedEvent,
  rows: TurnLookup
): Step => {
  const { open } = state
  if (id !== null && open?.id !== id) {
    const index = rows.firstIndexOf(id)
    const row = index === null ? null : rows.row(index)
    if (index !== null && row !== null)
      return [state, [{ op: 'put', index, row: ended(row, how, e) }]]
  }
  if (open === null) return [state, NO_WRITES]
  const closing = { ...ended(open, how, e), ranges: extend(open.ranges, event) }
  const next = { ...state, open: closing }
  return how === 'completed' ? finish(next) : [next, NO_WRITES]
}

const rollBack = (state: TurnsState, turns: number, rows: TurnLookup): Step => {
  const [closed, writes] = finish(state)
  const live = Math.max(0, closed.live - turns)
  const closing = writes[0]?.op === 'put' ? writes[0].row : null
  let dropped = 0
  for (let index = live; index < closed.live; index++) {
    dropped +=
      (index === state.live && closing !== null ? closing : rows.row(index))?.itemCount ?? 0
  }
  const itemTotal = state.itemTotal - dropped
  const next = { ...closed, live, itemTotal, nextItem: itemTotal + 1 }
  return [
    next,
    live === closed.live ? writes : [...writes, { op: 'drop', from: live, until: closed.live }]
  ]
}

/** Closes an implicit turn before a user message, unless a compaction opened it and nothing else is in it. */
const beforeUserMessage = (state: TurnsState): Step => {
  const { open } = state
  const keeps = open === null || open.explicit || (open.sawCompaction && open.itemCount === 0)
  return keeps ? [state, NO_WRITES] : finish(state)
}

const showItem = (
  state: TurnsState,
  change: ItemChange,
  event: RecordedEvent,
  rows: TurnLookup
): Step => {
  const payload = event.line.type === 'event_msg' ? event.line.payload : null
  const named = payload === null ? undefined : namedTurn(payload)
  if (named !== undefined && state.open?.id !== named) {
    const index = rows.firstIndexOf(named)
    return index === null ? [state, NO_WRITES] : pushLate(state, index, change, event, rows)
  }
  const [ready, writes] =
    payload?.type === 'user_message' ? beforeUserMessage(state) : [state, NO_WRITES]
  return [pushItem(ensureTurn(ready, event), change, event), writes]
}

const evolve = (
  state: TurnsState,
  event: RecordedEvent,
  rows: TurnLookup,
  profile: Profile
): Step => {
  const { line } = event
  if (line.type === 'compacted') {
    const ready = ensureTurn(state, event)
    if (ready.open === null) return [ready, NO_WRITES]
    const ranges = extend(ready.open.ranges, event)
    return [{ ...ready, open: { ...ready.open, sawCompaction: true, ranges } }, NO_WRITES]
  }
  if (line.type === 'event_msg') {
    const p = line.payload
    switch (p.type) {
      case 'task_started': {
        const [closed, writes] = finish(state)
        const open = openTurn(p.turn_id, true, p.started_at ?? null, closed.nextItem, event)
        return [{ ...closed, open }, writes]
      }
      case 'task_complete':
        return endTurn(state, p.turn_id, 'completed', p, event, rows)
      case 'turn_aborted':
        return endTurn(state, p.turn_id ?? null, 'interrupted', p, event, rows)
      case 'thread_rolled_back':
        return rollBack(state, p.num_turns, rows)
      default:
    }
  }
  const change = itemChange(line, profile, '')
  return change === null ? [state, NO_WRITES] : showItem(state, change, event, rows)
}

/** Pure and total: every event yields a state; one that shows nothing yields the same turns. */
export const evolveTurns = (
  state: TurnsState,
  event: RecordedEvent,
  rows: TurnLookup,
  profile: Profile
): Step => {
  if (event.line.type === 'ignored') return [state, NO_WRITES]
  const [next, writes] = evolve(state, event, rows, profile)
  return [next.index === null ? next : { ...next, index: next.index + 1 }, writes]
}
