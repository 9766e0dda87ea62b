/**
 * Rollbacks of legacy threads, and taking one back.
 *
 * A rollback drops the newest turns. What it hid can be brought back as long as nothing was said since: the state
 * remembers where the hidden lines stand and how ids were counted before them.
 */
import type { RecordedEvent } from '../events/event.ts'
import type { TurnsRestored } from '../events/payloads.ts'
import {
  finish,
  rangeOf,
  type HiddenTurns,
  type Step,
  type TurnLookup,
  type TurnRow,
  type TurnsState
} from './turn-state.ts'

/** Rollbacks beyond this many in a row are forgotten, oldest first. */
const HIDDEN_MAX = 64

/** Name of a turn that nobody began, after the place of its first line. */
export const IMPLICIT_ID = /^rollout-(\d+)$/

const implicitOf = (rows: ReadonlyArray<TurnRow>): HiddenTurns['implicit'] => {
  for (const { id, ranges } of rows) {
    const index = IMPLICIT_ID.exec(id)?.[1]
    const first = ranges[0]
    if (index !== undefined && first !== undefined)
      return { index: Number(index), offset: first.from }
  }
  return null
}

const hiddenBy = (
  live: number,
  rows: ReadonlyArray<TurnRow>,
  event: RecordedEvent
): HiddenTurns | null => {
  const first = rows[0]
  const from = first?.ranges[0]
  return first === undefined || from === undefined
    ? null
    : {
        live,
        turns: rows.length,
        from: { segment: from.segment, offset: from.from },
        at: rangeOf(event),
        revision: event.revision,
        nextItem: first.firstItem,
        implicit: implicitOf(rows)
      }
}

/** Copies have the times they had. What is newer than the mark came after a process was killed while it copied. */
const isCopy = ({ restoring }: TurnsState, { revision, line }: RecordedEvent): boolean =>
  restoring !== null && revision <= restoring.until && line.timestamp <= restoring.at

/** A copy of a rollback is known already: by the rollback it is a copy of. */
const withHidden = (
  state: TurnsState,
  hidden: HiddenTurns,
  event: RecordedEvent
): ReadonlyArray<HiddenTurns> =>
  isCopy(state, event) ? state.hidden : [...state.hidden, hidden].slice(-HIDDEN_MAX)

/** A rollback of a thread without turns hides nothing, and taking it back brings nothing back. */
const hiddenNothing = (state: TurnsState, event: RecordedEvent): Pick<TurnsState, 'hidden'> => {
  const { live, itemTotal } = state
  const at = rangeOf(event)
  const from = { segment: at.segment, offset: at.from }
  const { revision } = event
  const none = { live, turns: 0, from, at, revision, nextItem: itemTotal + 1, implicit: null }
  return { hidden: withHidden(state, none, event) }
}

/** Drops the newest turns, the open one among them. */
export const rollBack = (
  state: TurnsState,
  turns: number,
  event: RecordedEvent,
  rows: TurnLookup
): Step => {
  const [closed, writes] = finish(state)
  const live = Math.max(0, closed.live - turns)
  if (live === closed.live) {
    const nothing = { ...hiddenNothing(closed, event), nextItem: state.itemTotal + 1 }
    return [{ ...closed, ...nothing }, writes]
  }
  const closing = writes[0]?.op === 'put' ? writes[0].row : null
  const dropped: Array<TurnRow> = []
  for (let index = live; index < closed.live; index++) {
    const row = index === state.live && closing !== null ? closing : rows.row(index)
    if (row !== null) dropped.push(row)
  }
  const itemTotal = dropped.reduce((total, row) => total - row.itemCount, state.itemTotal)
  const hidden = hiddenBy(live, dropped, event)
  const next = {
    ...closed,
    live,
    itemTotal,
    nextItem: itemTotal + 1,
    hidden: hidden === null ? closed.hidden : withHidden(closed, hidden, event)
  }
  return [next, [...writes, { op: 'drop', from: live, until: closed.live }]]
}

/** Copies of what the last rollback hid follow: counted ids go on from where they were. */
export const restore = (state: TurnsState, restored: TurnsRestored, event: RecordedEvent): Step => {
  const [closed, writes] = finish(state)
  const { index } = restored
  const next = {
    ...closed,
    nextItem: restored.next_item,
    index: closed.index === null ? null : (index ?? closed.index)
  }
  // The rollback that it took back is a copy as well.
  if (isCopy(state, event)) return [next, writes]
  const { segment, until: offset } = rangeOf(event)
  const restoring = {
    revision: event.revision,
    at: event.line.timestamp,
    until: event.revision + restored.lines,
    from: { segment, offset },
    hidden: state.hidden.at(-1) ?? null
  }
  return [{ ...next, hidden: state.hidden.slice(0, -1), restoring }, writes]
}

/** Something new was said: what was hidden before it cannot come back to its place. */
export const forgetHidden = (
  state: TurnsState,
  next: TurnsState,
  event: RecordedEvent
): TurnsState => {
  const began = next.open?.ranges[0]
  if (began === undefined || began.from === state.open?.ranges[0]?.from) return next
  return isCopy(next, event) ? next : { ...next, hidden: [] }
}
