/**
 * Rows of turns as Codex up to 0.142 makes them (and later versions for threads begun then), from what the lifecycle
 * decided: items belong to the turn that is open, and may open one themselves.
 *
 * What came later, in threads that are still written this way:
 *  - 0.143: lines that say nothing here count too.
 *  - 0.144: a review's marks name its turn, which they may open: it is over from the start, has no beginning, and
 *    the reviewer's own turn, begun next to it, is never ended.
 *  - 0.146: a turn that ended with an error failed, whatever it was before.
 *  - 0.156: an MCP call names its turn.
 *  - 0.169: a turn that was cut short is over, as one that completed, and under another name only a turn without one
 *    is cut short.
 *
 * An implicit turn is named after the index of the event that opens it, counted over the events that survive
 * the era's filter. A reader that skips lines cannot know that index, so a fold that was told not to count
 * asks for every event instead of guessing.
 *
 * Source: thread history of Codex 0.130 and 0.142, checked against both binaries on random rollouts; later rules
 * against homes of 0.143–0.169 and against 0.169.0 on rollouts made by hand.
 */
import { numberedItem } from '../items/item-list.ts'
import { itemSketch, type ItemSketch } from '../items/items.ts'
import type { TaskComplete } from '../../log/payloads.ts'
import type { Profile } from '../../log/profile.ts'
import type { TurnChange } from './lifecycle.ts'
import { turnError } from './turn-error.ts'
import {
  extend,
  isLarge,
  NO_WRITES,
  NUMBERED_ID,
  openTurn,
  rangeOf,
  type OpenTurn,
  type TurnStep,
  type TurnEvent,
  type TurnLookup,
  type TurnRow,
  type TurnsState
} from './turn-state.ts'

/** Applies a change to the open turn's sketch: counts, ids and the summary, never the whole list. */
const sketch = (open: OpenTurn, change: ItemSketch, event: TurnEvent): OpenTurn => {
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
      const item = numberedItem(change, open.nextItem)
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

const pushItem = (state: TurnsState, change: ItemSketch, event: TurnEvent): TurnsState => {
  if (state.open === null) return state
  const open = sketch(state.open, change, event)
  const itemTotal = state.itemTotal + open.itemCount - state.open.itemCount
  return { ...state, open, itemTotal, nextItem: open.nextItem }
}

/** A line that arrives after its turn closed: the row remembers where it stands. */
const pushLate = (
  state: TurnsState,
  index: number,
  change: ItemSketch,
  event: TurnEvent,
  rows: TurnLookup
): TurnStep => {
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

type Ending = Pick<TaskComplete, 'completed_at' | 'duration_ms' | 'error'>

const ended = <R extends TurnRow>(
  row: R,
  how: 'completed' | 'interrupted',
  e: Ending,
  profile: Profile
): R => {
  const error = profile.members169 ? turnError(e.error) : null
  const failed = how === 'completed' && error !== null
  const stays = how === 'completed' && (row.status === 'interrupted' || row.status === 'failed')
  return {
    ...row,
    status: failed ? 'failed' : stays ? row.status : how,
    completedAt: e.completed_at ?? null,
    durationMs: e.duration_ms ?? null,
    ...(error === null ? {} : { error })
  }
}

const end = (
  state: TurnsState,
  place: number | null,
  event: TurnEvent,
  rows: TurnLookup,
  profile: Profile
): TurnStep => {
  const payload = event.line.type === 'event_msg' ? event.line.payload : null
  if (payload?.type !== 'task_complete' && payload?.type !== 'turn_aborted')
    return [state, NO_WRITES]
  const how = payload.type === 'task_complete' ? 'completed' : 'interrupted'
  if (place !== null) {
    const row = rows.row(place)
    if (row === null) return [state, NO_WRITES]
    return [state, [{ op: 'put', index: place, row: ended(row, how, payload, profile) }]]
  }
  const { open } = state
  if (open === null) return [state, NO_WRITES]
  const over = ended(open, how, payload, profile)
  return [{ ...state, open: { ...over, ranges: extend(open.ranges, event) } }, NO_WRITES]
}

const begin = (
  state: TurnsState,
  { id, explicit }: TurnChange & { readonly op: 'open' },
  event: TurnEvent,
  profile: Profile
): TurnsState => {
  const { line } = event
  if (id === null) return { ...state, needsEveryEvent: true }
  const begins = line.type === 'event_msg' && line.payload.type === 'task_started'
  if (!begins) return { ...state, open: openTurn(id, explicit, null, state.nextItem, event) }
  const { started_at, root_turn_id } = line.payload
  const open = openTurn(id, explicit, started_at ?? null, state.nextItem, event)
  return profile.members169 && typeof root_turn_id === 'string'
    ? { ...state, open: { ...open, rootTurnId: root_turn_id } }
    : { ...state, open }
}

const item = (
  state: TurnsState,
  place: number | null,
  event: TurnEvent,
  rows: TurnLookup,
  profile: Profile
): TurnStep => {
  const { open } = state
  if (event.line.type === 'compacted') {
    if (open === null) return [state, NO_WRITES]
    return [{ ...state, open: { ...open, ranges: extend(open.ranges, event) } }, NO_WRITES]
  }
  const change = itemSketch(event.line, profile)
  if (change === null) return [state, NO_WRITES]
  return place === null
    ? [pushItem(state, change, event), NO_WRITES]
    : pushLate(state, place, change, event, rows)
}

/** Calls of models make no turn, but where nothing else tells what belongs to a turn they belong to the open one. */
export const withBareCall = (state: TurnsState, event: TurnEvent): TurnsState =>
  state.open === null || event.line.bare !== true
    ? state
    : { ...state, open: { ...state.open, ranges: extend(state.open.ranges, event) } }

/** One change of a legacy thread. */
export const applyLegacy = (
  state: TurnsState,
  change: TurnChange,
  event: TurnEvent,
  rows: TurnLookup,
  profile: Profile
): TurnStep => {
  switch (change.op) {
    case 'open':
      return [begin(state, change, event, profile), NO_WRITES]
    case 'end':
      return end(state, change.place, event, rows, profile)
    case 'item':
      return item(state, change.place, event, rows, profile)
    default:
      return [state, NO_WRITES]
  }
}
