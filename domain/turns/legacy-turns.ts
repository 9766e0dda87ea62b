/**
 * Events to turn rows as Codex up to 0.142 makes them (and later versions for threads begun then): items belong to
 * the turn that is open, and may open one themselves.
 *
 * What came later, in threads that are still written this way:
 *  - 0.143: lines that say nothing here count too (`COUNTED`).
 *  - 0.144: a review's marks name its turn, which they may open: it is over from the start, has no beginning, and
 *    the reviewer's own turn, begun next to it, is never ended.
 *  - 0.146: a turn that ended with an error failed, whatever it was before.
 *  - 0.156: an MCP call names its turn.
 *  - 0.169: a turn that was cut short is over, as one that completed, and under another name only a turn without one
 *    is cut short.
 *
 * An implicit turn is named after the index of the event that opens it, counted over the events that survive
 * the era's filter. A reader that skips lines cannot know that index, so a fold that was told not to count
 * (`index: null`) asks for every event instead of guessing.
 *
 * Source: thread history of Codex 0.130 and 0.142, checked against both binaries on random rollouts; later rules
 * against homes of 0.143–0.169 and against 0.169.0 on rollouts made by hand.
 */
import type { RecordedEvent, RolloutLine } from '../events/event.ts'
import { itemChange, namedTurn, numberedItem, type ItemChange } from '../items/items.ts'
import type { TaskComplete } from '../events/payloads.ts'
import type { Profile } from '../profile.ts'
import { forgetHidden, restore, rollBack } from './rolled-back.ts'
import { turnError } from './turn-error.ts'
import {
  extend,
  finish,
  isLarge,
  NO_WRITES,
  NUMBERED_ID,
  openTurn,
  rangeOf,
  untilNext,
  type OpenTurn,
  type Step,
  type TurnLookup,
  type TurnRow,
  type TurnsState
} from './turn-state.ts'

const ensureTurn = (state: TurnsState, event: RecordedEvent): TurnsState => {
  if (state.open !== null) return state
  if (state.index === null) return { ...state, needsEveryEvent: true }
  const open = openTurn(`rollout-${state.index}`, false, null, state.nextItem, event)
  return { ...state, open }
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

/** Name of a turn that nobody named. */
const COUNTED_ID = /^rollout-\d+$/

const endTurn = (
  state: TurnsState,
  id: string | null,
  how: 'completed' | 'interrupted',
  e: Ending,
  event: RecordedEvent,
  rows: TurnLookup,
  profile: Profile
): Step => {
  const { open } = state
  if (id !== null && open?.id !== id) {
    const index = rows.firstIndexOf(id)
    const row = index === null ? null : rows.row(index)
    if (index !== null && row !== null)
      return [state, [{ op: 'put', index, row: ended(row, how, e, profile) }]]
  }
  if (open === null) return [state, NO_WRITES]
  const isAborted169 = how === 'interrupted' && profile.members169
  if (isAborted169 && id !== null && open.id !== id && !COUNTED_ID.test(open.id))
    return [state, NO_WRITES]
  const closing = { ...ended(open, how, e, profile), ranges: extend(open.ranges, event) }
  const next = { ...state, open: closing }
  return how === 'completed' || isAborted169 ? finish(next) : [next, NO_WRITES]
}

/** Closes an implicit turn before a user message, unless a compaction opened it and nothing else is in it. */
const beforeUserMessage = (state: TurnsState): Step => {
  const { open } = state
  const keeps = open === null || open.explicit || (open.sawCompaction && open.itemCount === 0)
  return keeps ? [state, NO_WRITES] : finish(state)
}

/** A review mark of a turn nobody began opens it. */
const openNamed = (
  state: TurnsState,
  id: string,
  change: ItemChange,
  event: RecordedEvent
): Step => {
  const [closed, writes] = finish({ ...state, open: untilNext(state.open, event) })
  const open = openTurn(id, false, null, closed.nextItem, event)
  return [pushItem({ ...closed, open }, change, event), writes]
}

const opensTurn = (type: string | undefined): boolean =>
  type === 'entered_review_mode' || type === 'exited_review_mode'

const isAskedInBare = (change: ItemChange, { line }: RecordedEvent): boolean =>
  line.bare === true && change.op === 'number' && change.item.type === 'userMessage'

/** Calls of models make no turn, but where nothing else tells what belongs to a turn they belong to the open one. */
const withBareCall = (state: TurnsState, event: RecordedEvent): TurnsState =>
  state.open === null || event.line.bare !== true
    ? state
    : { ...state, open: { ...state.open, ranges: extend(state.open.ranges, event) } }

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
    if (index !== null) return pushLate(state, index, change, event, rows)
    return opensTurn(payload?.type) ? openNamed(state, named, change, event) : [state, NO_WRITES]
  }
  const isAsked = payload?.type === 'user_message' || isAskedInBare(change, event)
  const [ready, writes] = isAsked ? beforeUserMessage(state) : [state, NO_WRITES]
  return [pushItem(ensureTurn(ready, event), change, event), writes]
}

/** Lines of 0.143 and later that show nothing and yet count. */
const COUNTED: ReadonlySet<string> = new Set([
  'world_state',
  'security_risk_score',
  'inter_agent_communication_metadata'
])

/** True for a line of no known kind that takes an index all the same. */
export const countsSilently = (line: RolloutLine, profile: Profile): boolean =>
  line.type === 'ignored' && profile.segments && COUNTED.has(line.kind)

const counted = (state: TurnsState, { line }: RecordedEvent, profile: Profile): TurnsState =>
  state.index !== null && countsSilently(line, profile)
    ? { ...state, index: state.index + 1 }
    : state

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
        const [closed, writes] = finish({ ...state, open: untilNext(state.open, event) })
        const turn = openTurn(p.turn_id, true, p.started_at ?? null, closed.nextItem, event)
        const open =
          profile.members169 && typeof p.root_turn_id === 'string'
            ? { ...turn, rootTurnId: p.root_turn_id }
            : turn
        return [{ ...closed, open }, writes]
      }
      case 'task_complete':
        return endTurn(state, p.turn_id, 'completed', p, event, rows, profile)
      case 'turn_aborted':
        return endTurn(state, p.turn_id ?? null, 'interrupted', p, event, rows, profile)
      case 'thread_rolled_back':
        return rollBack(state, p.num_turns, event, rows)
      case 'unroll_turns_restored':
        return restore(state, p, event)
      default:
    }
  }
  const change = itemChange(line, profile, '', 'legacy')
  if (change === null) return [withBareCall(counted(state, event, profile), event), NO_WRITES]
  return showItem(state, change, event, rows)
}

/** One event of a legacy thread. */
export const evolveLegacy = (
  state: TurnsState,
  event: RecordedEvent,
  rows: TurnLookup,
  profile: Profile
): Step => {
  const [next, writes] = evolve(state, event, rows, profile)
  return [state.hidden.length === 0 ? next : forgetHidden(state, next, event), writes]
}
