/**
 * Events to turn rows (reducer A): which turns a thread has, how they ended and where their bytes are.
 *
 * Each segment of a lineage says in its first line how its lines make turns; a thread begun by an old Codex and
 * continued by a new one has both kinds.
 */
import type { RecordedEvent } from '../events/event.ts'
import { evolveLegacy } from './legacy-turns.ts'
import { evolvePaginated } from './paginated-turns.ts'
import { baseOf, type SessionMeta } from '../events/payloads.ts'
import { countsInLegacy } from '../items/items.ts'
import { OWN_EVENTS, type Profile } from '../profile.ts'
import { richFailure } from '../rich/items.ts'
import {
  finish,
  NO_WRITES,
  type Step,
  type TurnLookup,
  type TurnsState,
  type TurnWrite
} from './turn-state.ts'

/** The first metadata of a segment tells how its lines are to be read. */
const withMode = (state: TurnsState, event: RecordedEvent): Step => {
  const { line, segment } = event
  if (line.type !== 'session_meta' || state.modeSegment === segment) return [state, NO_WRITES]
  const mode = line.payload.history_mode === 'paginated' ? 'paginated' : 'legacy'
  const [next, writes] = mode === state.mode ? [state, NO_WRITES] : finish(state)
  const given = event.inherited === true ? null : line.payload.subagent_history_start_ordinal
  const startOrdinal = given ?? state.startOrdinal
  // Legacy turns are not noted one by one; after them every id must be looked for.
  const greatestId = state.mode === 'legacy' && next.live > 0 ? '\u{10ffff}' : state.greatestId
  const isInherited = event.inherited === true
  const begun: TurnsState = {
    ...{ ...next, mode, modeSegment: segment },
    ...{ isInherited, startOrdinal, greatestId }
  }
  const hides = state.isInherited && !isInherited && hidesItsBase(line.payload)
  return hides ? withoutInherited(begun, writes) : [begun, writes]
}

/** A thread that is attached to another one shows nothing of what was there when it began. */
const hidesItsBase = (meta: SessionMeta): boolean => {
  const { attached_thread, forked_from_id, forked_from_ordinal_exclusive: end } = meta
  if (attached_thread !== true || typeof forked_from_id !== 'string') return false
  return (baseOf(meta)?.end_ordinal_exclusive ?? 0) <= (end ?? Infinity)
}

const withoutInherited = (state: TurnsState, writes: ReadonlyArray<TurnWrite>): Step => {
  const { live } = state
  const own = { live: 0, itemTotal: 0, nextItem: 1, open: null, hidden: [], restoring: null }
  return [{ ...state, ...own, early: [] }, [...writes, { op: 'drop', from: 0, until: live }]]
}

/** A segment whose metadata cannot be read is paginated when its lines are numbered. */
const withGuessedMode = (state: TurnsState, event: RecordedEvent): TurnsState =>
  state.modeSegment === event.segment || event.line.ordinal === undefined
    ? state
    : { ...state, mode: 'paginated' }

/** Old files may hold why a turn failed, though the Codex that wrote them does not show it. */
const withFailure = (state: TurnsState, event: RecordedEvent): TurnsState => {
  const { line } = event
  const { open } = state
  if (open === null || (line.type !== 'ignored' && line.type !== 'event_msg')) return state
  const hiddenError = richFailure(line)
  return hiddenError === null ? state : { ...state, open: { ...open, hiddenError } }
}

const isOwn = ({ line }: RecordedEvent): boolean =>
  line.type === 'event_msg' && OWN_EVENTS.has(line.payload.type)

/** Pure and total: every event yields a state; one that shows nothing yields the same turns. */
export const evolveTurns = (
  state: TurnsState,
  event: RecordedEvent,
  rows: TurnLookup,
  profile: Profile
): Step => {
  const [ready, before] = profile.segments ? withMode(state, event) : [state, NO_WRITES]
  const current = profile.segments ? withGuessedMode(ready, event) : ready
  if (current.mode === 'paginated') {
    const [next, writes] = evolvePaginated(current, event, rows)
    return [next, before.length === 0 ? writes : [...before, ...writes]]
  }
  const [next, writes] = evolveLegacy(withFailure(current, event), event, rows, profile)
  if (event.line.type === 'ignored' || isOwn(event) || !countsInLegacy(event.line))
    return [next, writes]
  const counted = next.index === null ? next : { ...next, index: next.index + 1 }
  return [counted, before.length === 0 ? writes : [...before, ...writes]]
}
