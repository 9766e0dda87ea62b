/**
 * Events to turn rows as Codex 0.143–0.169 makes them in paginated threads: every item says which turn it belongs
 * to, and only four events count: a turn begins, ends, is cut short, or an item ended.
 *
 * The newest turn is the open one. An event that names an older turn changes that turn's row. Repeated lines change
 * nothing: a turn begins once, its first end counts, and an item replaces itself in place. Items may come before
 * their turn (those of a review do): it is made by the line that begins or ends it.
 *
 * Unlike Codex's, the numbers of lines (`ordinal`) order nothing: lines stand in the order of their files. A turn stands
 * where the line is that made it; one that a later segment ends stands there, behind those that were made meanwhile.
 *
 * Source: pages of 0.169.0 over its own homes and over rollouts made by hand.
 */
import { completedItem, withTimes } from '../items/completed-items.ts'
import type { EventPayload, RecordedEvent } from '../events/event.ts'
import type { ItemList } from '../items/items.ts'
import type { ItemCompleted, TaskComplete, TaskStarted, TurnAborted } from '../events/payloads.ts'
import type { ThreadItem, TurnStatus } from '../protocol.ts'
import { turnError } from './turn-error.ts'
import {
  extend,
  finish,
  isLarge,
  NO_WRITES,
  openTurn,
  rangeOf,
  untilNext,
  type OpenTurn,
  type Step,
  type TurnLookup,
  type TurnRow,
  type TurnsState
} from './turn-state.ts'

const numbered = (event: RecordedEvent) =>
  event.line.ordinal === undefined ? {} : { ordinal: event.line.ordinal }

/** Makes a turn the open one, behind all others; its early items come along. */
const begin = (id: string, state: TurnsState, event: RecordedEvent): Step => {
  const [closed, writes] = finish({ ...state, open: untilNext(state.open, event) })
  const before = closed.early.find((turn) => turn.id === id)
  const open: OpenTurn =
    before === undefined
      ? { ...newTurn(id, closed, event), ...numbered(event) }
      : { ...before, ranges: extend(before.ranges, event), ...numbered(event) }
  const early = before === undefined ? closed.early : closed.early.filter((turn) => turn !== before)
  const greatestId = id > closed.greatestId ? id : closed.greatestId
  return [{ ...closed, early, open, greatestId }, writes]
}

const newTurn = (id: string, state: TurnsState, event: RecordedEvent): OpenTurn => ({
  ...openTurn(id, true, null, state.nextItem, event),
  mode: 'paginated'
})

const unbegun = (turn: OpenTurn): OpenTurn => ({ ...turn, isUnbegun: true })

/** More turns than this that nobody began are kept as rows right away. */
const EARLY_MAX = 64

/** An item of a turn that was not begun yet. */
const pushEarly = (state: TurnsState, p: ItemCompleted, event: RecordedEvent): Step => {
  const known = state.early.find((turn) => turn.id === p.turn_id)
  const turn = known ?? { ...unbegun(newTurn(p.turn_id, state, event)), ...numbered(event) }
  const early = [...state.early.filter((one) => one !== known), pushed(turn, p, event)]
  const [oldest] = early
  if (early.length <= EARLY_MAX || oldest === undefined) return [{ ...state, early }, NO_WRITES]
  const late = { ...oldest, ...numbered(event) }
  const [closed, writes] = finish({ ...state, early: early.slice(1), open: late })
  return [{ ...closed, open: state.open, lastOrdinal: null }, writes]
}

/** The row of a turn that is no longer open, and its place. */
const rowOf = (
  turnId: string,
  { greatestId }: TurnsState,
  rows: TurnLookup
): readonly [number, TurnRow] | null => {
  if (turnId > greatestId) return null
  const index = rows.firstIndexOf(turnId)
  const row = index === null ? null : rows.row(index)
  return index === null || row === null ? null : [index, row]
}

const started = (
  state: TurnsState,
  p: TaskStarted,
  event: RecordedEvent,
  rows: TurnLookup
): Step => {
  const facts = {
    startedAt: p.started_at ?? null,
    ...(typeof p.root_turn_id === 'string' ? { rootTurnId: p.root_turn_id } : {})
  }
  const current = state.open
  if (current !== null && current.id === p.turn_id)
    return [{ ...state, open: { ...facts, ...current } }, NO_WRITES]
  if (rowOf(p.turn_id, state, rows) !== null) return [state, NO_WRITES]
  const [next, writes] = begin(p.turn_id, state, event)
  if (next.open === null) return [next, writes]
  const { isUnbegun: _, ...begun } = next.open
  return [{ ...next, open: { ...begun, ...facts } }, writes]
}

/** A turn that ends in a later segment has its place there. */
const endsLater = ({ ranges }: TurnRow, { segment }: RecordedEvent): boolean =>
  ranges[ranges.length - 1]?.segment !== segment

/** Its place there, and what made it before. */
const moved = ({ ordinal, startedAt }: TurnRow, event: RecordedEvent): Partial<TurnRow> => ({
  ...numbered(event),
  ...(ordinal === undefined ? {} : { made: { ordinal, startedAt } })
})

const withEnd = <R extends TurnRow>(
  row: R,
  p: TaskComplete | TurnAborted,
  status: TurnStatus,
  event: RecordedEvent
): R => {
  const error = turnError(p.error)
  return {
    ...row,
    ...(endsLater(row, event) ? moved(row, event) : {}),
    ...(event.line.ordinal === undefined ? {} : { endOrdinal: event.line.ordinal }),
    status: status === 'completed' && error !== null ? 'failed' : status,
    startedAt: p.started_at ?? null,
    completedAt: p.completed_at ?? null,
    durationMs: p.duration_ms ?? null,
    ...(error === null ? {} : { error }),
    ...(row.rootTurnId === undefined && typeof p.root_turn_id === 'string'
      ? { rootTurnId: p.root_turn_id }
      : {})
  }
}

/** More rows than this do not close up: who writes so many turns that never end is not Codex. */
const CLOSE_UP_MAX = 1024

/** Makes the turn of a row the open one, behind all others. */
const reopened = (state: TurnsState, index: number, row: TurnRow, event: RecordedEvent): Step => {
  const [closed, writes] = finish({ ...state, live: state.live - 1 })
  const open: OpenTurn = {
    ...newTurn(row.id, state, event),
    ...row,
    ranges: extend(row.ranges, event),
    keepsSummary: false
  }
  return [{ ...closed, open }, [{ op: 'close_up', from: index, until: state.live }, ...writes]]
}

const ended = (
  state: TurnsState,
  p: TaskComplete | TurnAborted,
  status: TurnStatus,
  event: RecordedEvent,
  rows: TurnLookup
): Step => {
  const id = p.turn_id
  if (typeof id !== 'string') return [state, NO_WRITES]
  const { open } = state
  if (open !== null && open.id === id) {
    if (open.status !== 'inProgress') return [state, NO_WRITES]
    const ended = { ...withEnd(open, p, status, event), ranges: extend(open.ranges, event) }
    // A fork of a running thread cuts its turn short where it had no answer yet.
    const isCut = status === 'interrupted' && ended.ordinal !== open.ordinal
    const over = isCut ? { ...ended, lastAgent: null } : ended
    return [{ ...state, open: over }, NO_WRITES]
  }
  const found = rowOf(id, state, rows)
  if (found === null) {
    const [next, writes] = begin(id, state, event)
    if (next.open === null) return [next, writes]
    return [{ ...next, open: unbegun(withEnd(next.open, p, status, event)) }, writes]
  }
  const [index, row] = found
  if (row.status !== 'inProgress') return [state, NO_WRITES]
  const over = withEnd(row, p, status, event)
  if (!endsLater(row, event)) return [state, [{ op: 'put', index, row: over, summary: null }]]
  if (state.live - index <= CLOSE_UP_MAX) return reopened(state, index, over, event)
  // A turn among others that gets its place here stands out of order.
  const out = { ...state, lastOrdinal: null }
  return [out, [{ op: 'put', index, row: over, summary: null }]]
}

/** The last final answer, else the last message that is no commentary. */
export const lastAnswer = (before: ThreadItem | null, item: ThreadItem): ThreadItem | null => {
  if (item.type !== 'agentMessage') return before
  if (before?.id === item.id || item.phase === 'final_answer') return item
  const isFinal = before?.type === 'agentMessage' && before.phase === 'final_answer'
  return item.phase === null && !isFinal ? item : before
}

/**
 * The summary of a closed turn from its items, by the same rules: only what came before its end, and no answer while it
 * had none.
 */
export const paginatedSummary = (
  { items, ordinals }: ItemList,
  { status, endOrdinal = Infinity }: TurnRow
): ReadonlyArray<ThreadItem> => {
  const isOver = status !== 'inProgress'
  const inTime = items.filter((item) => !isOver || (ordinals.get(item.id) ?? -1) < endOrdinal)
  const user = inTime.find((item) => item.type === 'userMessage') ?? null
  const agent = isOver ? inTime.reduce(lastAnswer, null) : null
  return inTime.filter(({ id }) => id === user?.id || id === agent?.id)
}

/** What a message adds to the summary of the open turn. */
const withMessage = (open: OpenTurn, p: ItemCompleted): OpenTurn => {
  const item = completedItem(p.item)
  if (item === null) return open
  const shown = withTimes(item, p)
  const isOver = open.status !== 'inProgress'
  const replaces = open.firstUser?.id === item.id || open.lastAgent?.id === item.id
  if (isOver && !replaces) return open
  if (isLarge(shown)) return { ...open, keepsSummary: false }
  return {
    ...open,
    // An answer that came before the message stays before it; the items tell.
    keepsSummary:
      open.keepsSummary &&
      (shown.type !== 'userMessage' || open.firstUser !== null || open.lastAgent === null),
    firstUser:
      shown.type === 'userMessage' && (open.firstUser === null || replaces)
        ? shown
        : open.firstUser,
    lastAgent: lastAnswer(open.lastAgent, shown)
  }
}

const isMessage = ({ item }: ItemCompleted): boolean =>
  item.type === 'UserMessage' || item.type === 'AgentMessage'

const pushed = (open: OpenTurn, p: ItemCompleted, event: RecordedEvent): OpenTurn => ({
  ...(isMessage(p) ? withMessage(open, p) : open),
  ranges: extend(open.ranges, event)
})

const pushRow = (
  state: TurnsState,
  [index, row]: readonly [number, TurnRow],
  p: ItemCompleted,
  event: RecordedEvent
): Step => {
  const write = {
    op: 'put',
    index,
    row: { ...row, late: [...row.late, rangeOf(event)] }
  } as const
  // A message may replace one of the summary: then it is folded from the log.
  const changesSummary = row.status === 'inProgress' || isMessage(p)
  return [state, [changesSummary ? { ...write, summary: null } : write]]
}

/** An item of a turn that is not the open one. */
const completed = (
  state: TurnsState,
  p: ItemCompleted,
  event: RecordedEvent,
  rows: TurnLookup
): Step => {
  const found = rowOf(p.turn_id, state, rows)
  return found === null ? pushEarly(state, p, event) : pushRow(state, found, p, event)
}

const step = (
  state: TurnsState,
  p: EventPayload,
  event: RecordedEvent,
  rows: TurnLookup
): Step | null => {
  switch (p.type) {
    case 'task_started':
      return started(state, p, event, rows)
    case 'task_complete':
      return ended(state, p, 'completed', event, rows)
    case 'turn_aborted':
      return ended(state, p, 'interrupted', event, rows)
    case 'item_completed':
      return completed(state, p, event, rows)
    default:
      return null
  }
}

/** The newest number of a line as long as they grow. */
const grown = (last: number | null, ordinal: number | undefined): number | null =>
  last !== null && ordinal !== undefined && ordinal > last ? ordinal : null

/** One event of a paginated thread. */
export const evolvePaginated = (
  state: TurnsState,
  event: RecordedEvent,
  rows: TurnLookup
): Step => {
  if (event.line.type !== 'event_msg') return [state, NO_WRITES]
  const { ordinal, payload } = event.line
  if ((ordinal ?? Infinity) < state.startOrdinal) return [state, NO_WRITES]
  const { open } = state
  if (payload.type === 'item_completed' && open?.id === payload.turn_id) {
    const lastOrdinal = grown(state.lastOrdinal, ordinal)
    return [{ ...state, open: pushed(open, payload, event), lastOrdinal }, NO_WRITES]
  }
  const done = step(state, payload, event, rows)
  if (done === null) return [state, NO_WRITES]
  const [next, writes] = done
  return [{ ...next, lastOrdinal: grown(next.lastOrdinal, ordinal) }, writes]
}
