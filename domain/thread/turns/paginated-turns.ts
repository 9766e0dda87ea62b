/**
 * Rows of turns as Codex 0.143–0.169 makes them in paginated threads, from what the lifecycle decided: every item says
 * which turn it belongs to, and only four events count: a turn begins, ends, is cut short, or an item ended.
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
import type { ItemList } from '../items/item-list.ts'
import { isItemOf, type EventOf } from '../../log/needs.ts'
import type { TaskComplete, TurnAborted } from '../../log/payloads.ts'
import type { ThreadItem, TurnStatus } from '../../protocol.ts'
import type { TurnChange } from './lifecycle.ts'
import { turnError } from './turn-error.ts'
import {
  closedTurn,
  extend,
  isLarge,
  NO_WRITES,
  openTurn,
  rangeOf,
  type OpenTurn,
  type TurnStep,
  type TurnEvent,
  type TURN_NEEDS,
  type TurnLookup,
  type TurnRow,
  type TurnsState
} from './turn-state.ts'

type TurnPayload = EventOf<typeof TURN_NEEDS>
type ItemEnded = Extract<TurnPayload, { readonly type: 'item_completed' }>

const numbered = (event: TurnEvent) =>
  event.line.ordinal === undefined ? {} : { ordinal: event.line.ordinal }

const newTurn = (id: string, state: TurnsState, event: TurnEvent): OpenTurn => ({
  ...openTurn(id, true, null, state.nextItem, event),
  mode: 'paginated'
})

const unbegun = (turn: OpenTurn): OpenTurn => ({ ...turn, isUnbegun: true })

const factsOf = (p: TurnPayload) =>
  p.type === 'task_started'
    ? {
        startedAt: p.started_at ?? null,
        ...(typeof p.root_turn_id === 'string' ? { rootTurnId: p.root_turn_id } : {})
      }
    : null

/** A turn begins, by its beginning or by its end; its early items come along. */
const begin = (state: TurnsState, id: string, p: TurnPayload, event: TurnEvent): TurnsState => {
  const before = state.early.find((turn) => turn.id === id)
  const open: OpenTurn =
    before === undefined
      ? { ...newTurn(id, state, event), ...numbered(event) }
      : { ...before, ranges: extend(before.ranges, event), ...numbered(event) }
  const early = before === undefined ? state.early : state.early.filter((turn) => turn !== before)
  const facts = factsOf(p)
  if (facts === null) return { ...state, early, open: unbegun(open) }
  const { isUnbegun: _, ...begun } = open
  return { ...state, early, open: { ...begun, ...facts } }
}

/** An item of a turn that was not begun yet. */
const pushEarly = (state: TurnsState, p: ItemEnded, event: TurnEvent): TurnsState => {
  const known = state.early.find((turn) => turn.id === p.turn_id)
  const turn = known ?? { ...unbegun(newTurn(p.turn_id, state, event)), ...numbered(event) }
  const early = [...state.early.filter((one) => one !== known), pushed(turn, p, event)]
  return { ...state, early }
}

/** The oldest early turn becomes a row, out of order. */
const spill = (state: TurnsState, place: number, event: TurnEvent): TurnStep => {
  const [oldest, ...early] = state.early
  if (oldest === undefined) return [state, NO_WRITES]
  const closed = closedTurn({ ...oldest, ...numbered(event) })
  return [{ ...state, early, lastOrdinal: null }, [{ op: 'put', index: place, ...closed }]]
}

/** A turn that ends in a later segment has its place there. */
const endsLater = ({ ranges }: TurnRow, { segment }: TurnEvent): boolean =>
  ranges[ranges.length - 1]?.segment !== segment

/** Its place there, and what made it before. */
const moved = ({ ordinal, startedAt }: TurnRow, event: TurnEvent): Partial<TurnRow> => ({
  ...numbered(event),
  ...(ordinal === undefined ? {} : { made: { ordinal, startedAt } })
})

const withEnd = <R extends TurnRow>(
  row: R,
  p: TaskComplete | TurnAborted,
  status: TurnStatus,
  event: TurnEvent
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

const statusOf = ({ type }: TurnPayload): TurnStatus =>
  type === 'task_complete' ? 'completed' : 'interrupted'

/** The state in which a turn of a row that ends in a later segment is the open one, behind all others. */
export const reopened = (
  state: TurnsState,
  changes: ReadonlyArray<TurnChange>,
  event: TurnEvent,
  rows: TurnLookup
): TurnsState => {
  const change = changes.find((one) => one.op === 'reopen')
  const row = change?.op === 'reopen' ? rows.row(change.place) : null
  const p = event.line.type === 'event_msg' ? event.line.payload : null
  if (row === null || (p?.type !== 'task_complete' && p?.type !== 'turn_aborted')) return state
  const open = {
    ...newTurn(row.id, state, event),
    ...withEnd(row, p, statusOf(p), event),
    ranges: extend(row.ranges, event),
    keepsSummary: false
  }
  return { ...state, open }
}

const end = (
  state: TurnsState,
  place: number | null,
  p: (TaskComplete | TurnAborted) & TurnPayload,
  event: TurnEvent,
  rows: TurnLookup
): TurnStep => {
  const status = statusOf(p)
  if (place !== null) {
    const row = rows.row(place)
    if (row === null) return [state, NO_WRITES]
    const over = withEnd(row, p, status, event)
    // A turn that moves here from among the others leaves the order.
    const next = endsLater(row, event) ? { ...state, lastOrdinal: null } : state
    return [next, [{ op: 'put', index: place, row: over, summary: null }]]
  }
  const { open } = state
  if (open === null) return [state, NO_WRITES]
  const ended = { ...withEnd(open, p, status, event), ranges: extend(open.ranges, event) }
  // A fork of a running thread cuts its turn short where it had no answer yet.
  const isCut = status === 'interrupted' && ended.ordinal !== open.ordinal
  return [{ ...state, open: isCut ? { ...ended, lastAgent: null } : ended }, NO_WRITES]
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
const withMessage = (open: OpenTurn, p: MessageEnded): OpenTurn => {
  const item = completedItem(p.item)
  if (item === null) return open
  const shown = withTimes(item, p)
  const isOver = open.status !== 'inProgress'
  const replaces = open.firstUser?.id === item.id || open.lastAgent?.id === item.id
  if (isOver && !replaces) return open
  if (isLarge(shown)) return { ...open, keepsSummary: false }
  return {
    ...open,
    // An answer that came before the message stays before it; only the items know the order.
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

const MESSAGES = ['UserMessage', 'AgentMessage'] as const
type MessageEnded = Extract<
  ItemEnded,
  { readonly item: { readonly type: (typeof MESSAGES)[number] } }
>

const isMessage = (p: ItemEnded): p is MessageEnded => isItemOf(p, MESSAGES)

const pushed = (open: OpenTurn, p: ItemEnded, event: TurnEvent): OpenTurn => ({
  ...(isMessage(p) ? withMessage(open, p) : open),
  ranges: extend(open.ranges, event)
})

const pushRow = (
  state: TurnsState,
  index: number,
  p: ItemEnded,
  event: TurnEvent,
  rows: TurnLookup
): TurnStep => {
  const row = rows.row(index)
  if (row === null) return [state, NO_WRITES]
  const write = {
    op: 'put',
    index,
    row: { ...row, late: [...row.late, rangeOf(event)] }
  } as const
  // A message may replace one of the summary: then it is folded from the log.
  const changesSummary = row.status === 'inProgress' || isMessage(p)
  return [state, [changesSummary ? { ...write, summary: null } : write]]
}

const applyItem = (
  state: TurnsState,
  change: TurnChange,
  p: ItemEnded,
  event: TurnEvent,
  rows: TurnLookup
): TurnStep => {
  switch (change.op) {
    case 'item':
      if (change.place !== null) return pushRow(state, change.place, p, event, rows)
      if (state.open === null) return [state, NO_WRITES]
      return [{ ...state, open: pushed(state.open, p, event) }, NO_WRITES]
    case 'early':
      return [pushEarly(state, p, event), NO_WRITES]
    case 'spill':
      return spill(state, change.place, event)
    default:
      return [state, NO_WRITES]
  }
}

/** One change of a paginated thread. */
export const applyPaginated = (
  state: TurnsState,
  change: TurnChange,
  event: TurnEvent,
  rows: TurnLookup
): TurnStep => {
  if (event.line.type !== 'event_msg') return [state, NO_WRITES]
  const p = event.line.payload
  if (p.type === 'item_completed') return applyItem(state, change, p, event, rows)
  if (change.op === 'open' && change.id !== null)
    return [begin(state, change.id, p, event), NO_WRITES]
  if (change.op === 'repeat' && state.open !== null)
    return [{ ...state, open: { ...factsOf(p), ...state.open } }, NO_WRITES]
  if (p.type !== 'task_complete' && p.type !== 'turn_aborted') return [state, NO_WRITES]
  if (change.op === 'end') return end(state, change.place, p, event, rows)
  return [state, NO_WRITES]
}

const PLACED: ReadonlySet<string> = new Set([
  'task_started',
  'task_complete',
  'turn_aborted',
  'item_completed'
])

/** Notes whether the numbers of the lines that make turns grow. */
export const withOrdinal = (state: TurnsState, { line }: TurnEvent): TurnsState => {
  if (line.type !== 'event_msg' || !PLACED.has(line.payload.type)) return state
  const { ordinal } = line
  if ((ordinal ?? Infinity) < state.lifecycle.startOrdinal) return state
  const lastOrdinal = grown(state.lastOrdinal, ordinal)
  return lastOrdinal === state.lastOrdinal ? state : { ...state, lastOrdinal }
}

/** The newest number of a line as long as they grow. */
const grown = (last: number | null, ordinal: number | undefined): number | null =>
  last !== null && ordinal !== undefined && ordinal > last ? ordinal : null
