/**
 * Events to turn rows (reducer A): which turns a thread has, how they ended and where their bytes are.
 *
 * When a turn begins, ends and is hidden the lifecycle decides; here its decisions become rows.
 */
import type { Profile } from '../../log/profile.ts'
import { namedTurn } from '../items/items.ts'
import { richFailure } from '../rich/items.ts'
import { applyLegacy, withBareCall } from './legacy-turns.ts'
import { evolveLifecycle, isCopy, type TurnChange } from './lifecycle.ts'
import { applyPaginated, reopened, withOrdinal } from './paginated-turns.ts'
import { restore, rollBack } from './rolled-back.ts'
import {
  closedTurn,
  NO_WRITES,
  untilNext,
  type TurnStep,
  type TurnEvent,
  type TurnLookup,
  type TurnRow,
  type TurnsState,
  type TurnWrite
} from './turn-state.ts'

/** Old files may hold why a turn failed, though the Codex that wrote them does not show it. */
const withFailure = (state: TurnsState, event: TurnEvent): TurnsState => {
  const { line } = event
  const { open } = state
  if (open === null || (line.type !== 'ignored' && line.type !== 'event_msg')) return state
  const hiddenError = richFailure(line)
  return hiddenError === null ? state : { ...state, open: { ...open, hiddenError } }
}

const close = (
  state: TurnsState,
  { place, isNext }: TurnChange & { readonly op: 'close' },
  event: TurnEvent
): TurnStep => {
  const open = isNext ? untilNext(state.open, event) : state.open
  const next = { ...state, open: null }
  return open === null || place === null
    ? [next, NO_WRITES]
    : [next, [{ op: 'put', index: place, ...closedTurn(open) }]]
}

const withoutInherited = (state: TurnsState): TurnsState => ({
  ...{ ...state, itemTotal: 0, nextItem: 1, open: null },
  ...{ hidden: [], restoring: null, early: [] }
})

/** What one change does to the rows; `before` are the writes of this event so far. */
const apply = (
  state: TurnsState,
  change: TurnChange,
  event: TurnEvent,
  rows: TurnLookup,
  profile: Profile,
  before: ReadonlyArray<TurnWrite>
): TurnStep => {
  switch (change.op) {
    case 'close':
      return close(state, change, event)
    case 'hide':
      return rollBack(state, change, event, rows, before)
    case 'reopen':
      return [state, [{ op: 'close_up', from: change.place, until: change.until }]]
    case 'detach':
      return [withoutInherited(state), [{ op: 'drop', from: 0, until: change.until }]]
    case 'restore': {
      const p = event.line.type === 'event_msg' ? event.line.payload : null
      if (p?.type !== 'unroll_turns_restored') return [state, NO_WRITES]
      return restore(state, p, event, change.isCopy)
    }
    case 'open':
    case 'repeat':
    case 'end':
    case 'item':
    case 'early':
    case 'spill':
      return state.lifecycle.mode === 'paginated'
        ? applyPaginated(state, change, event, rows)
        : applyLegacy(state, change, event, rows, profile)
  }
}

const applyAll = (
  state: TurnsState,
  changes: ReadonlyArray<TurnChange>,
  event: TurnEvent,
  rows: TurnLookup,
  profile: Profile
): TurnStep => {
  const [only] = changes
  if (only === undefined) return [state, NO_WRITES]
  if (changes.length === 1) return apply(state, only, event, rows, profile, NO_WRITES)
  const writes: Array<TurnWrite> = []
  let next = state
  for (const change of changes) {
    const [applied, more] = apply(next, change, event, rows, profile, writes)
    next = applied
    writes.push(...more)
  }
  return [next, writes]
}

/** Something new was said: what was hidden before it cannot come back to its place. */
const forgetHidden = (
  state: TurnsState,
  changes: ReadonlyArray<TurnChange>,
  event: TurnEvent
): TurnsState =>
  changes.some(({ op }) => op === 'open') && !isCopy(state.lifecycle, event)
    ? { ...state, hidden: [] }
    : state

const REVIEW_MARKS: ReadonlySet<string> = new Set([
  'entered_review_mode',
  'exited_review_mode',
  'EnteredReviewMode',
  'ExitedReviewMode'
])

/** The turn of a mark of a review: null for the open one; undefined where the event is no such mark. */
const reviewedTurn = ({ line }: TurnEvent): string | null | undefined => {
  if (line.type !== 'event_msg') return undefined
  const p = line.payload
  if (!REVIEW_MARKS.has(p.type === 'item_completed' ? p.item.type : p.type)) return undefined
  return namedTurn(p) ?? null
}

/** The turn of a mark of a review says that it holds one. */
const withReview = ([state, writes]: TurnStep, event: TurnEvent): TurnStep => {
  const turnId = reviewedTurn(event)
  if (turnId === undefined) return [state, writes]
  const noted = <A extends TurnRow>(row: A): A =>
    row.review === true || (turnId !== null && row.id !== turnId) ? row : { ...row, review: true }
  const open = state.open === null ? null : noted(state.open)
  const early = turnId === null ? state.early : state.early.map(noted)
  return [
    { ...state, open, early },
    turnId === null
      ? writes
      : writes.map((write) => (write.op === 'put' ? { ...write, row: noted(write.row) } : write))
  ]
}

/** Pure and total: every event yields a state; one that shows nothing yields the same turns. */
export const evolveTurns = (
  before: TurnsState,
  event: TurnEvent,
  rows: TurnLookup,
  profile: Profile
): TurnStep => {
  const [lifecycle, changes] = evolveLifecycle(before.lifecycle, event, rows, profile)
  const state = lifecycle === before.lifecycle ? before : { ...before, lifecycle }
  if (lifecycle.mode === 'paginated') {
    const [next, writes] = applyAll(state, changes, event, rows, profile)
    return withReview([withOrdinal(reopened(next, changes, event, rows), event), writes], event)
  }
  const [next, writes] = applyAll(withFailure(state, event), changes, event, rows, profile)
  if (changes.length === 0) return [withBareCall(next, event), writes]
  const kept = next.hidden.length === 0 ? next : forgetHidden(next, changes, event)
  return withReview([kept, writes], event)
}
