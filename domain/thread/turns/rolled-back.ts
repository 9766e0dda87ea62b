/**
 * Rollbacks of legacy threads, and taking one back.
 *
 * A rollback drops the newest turns. What it hid can be brought back as long as nothing was said since: the state
 * remembers where the hidden lines stand and how ids were counted before them.
 */
import type { RecordedEvent } from '../../log/event.ts'
import type { DeliveredLine } from '../../log/needs.ts'
import type { TurnsRestored } from '../../log/payloads.ts'
import { IMPLICIT_ID, isCopy } from './lifecycle.ts'
import {
  rangeOf,
  type HiddenTurns,
  type TurnStep,
  type TurnLookup,
  type TurnRow,
  type TurnsState,
  type TurnWrite
} from './turn-state.ts'

/** Rollbacks beyond this many in a row are forgotten, oldest first. */
const HIDDEN_MAX = 64

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
  event: RecordedEvent<DeliveredLine>
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

/** A copy of a rollback adds nothing: the rollback it copies is known already. */
const withHidden = (
  state: TurnsState,
  hidden: HiddenTurns,
  event: RecordedEvent<DeliveredLine>
): ReadonlyArray<HiddenTurns> =>
  isCopy(state.lifecycle, event) ? state.hidden : [...state.hidden, hidden].slice(-HIDDEN_MAX)

/** A rollback of a thread without turns hides nothing, and taking it back brings nothing back. */
const hidNothing = (
  state: TurnsState,
  live: number,
  event: RecordedEvent<DeliveredLine>
): TurnsState => {
  const nextItem = state.itemTotal + 1
  const at = rangeOf(event)
  const from = { segment: at.segment, offset: at.from }
  const { revision } = event
  const none = { live, turns: 0, from, at, revision, nextItem, implicit: null }
  return { ...state, nextItem, hidden: withHidden(state, none, event) }
}

/** Drops the newest turns; `before` are the writes of this event so far, that of the turn that was open among them. */
export const rollBack = (
  state: TurnsState,
  { from, until }: { readonly from: number; readonly until: number },
  event: RecordedEvent<DeliveredLine>,
  rows: TurnLookup,
  before: ReadonlyArray<TurnWrite>
): TurnStep => {
  if (from === until) return [hidNothing(state, from, event), []]
  const dropped: Array<TurnRow> = []
  for (let index = from; index < until; index++) {
    const put = before.find((write) => write.op === 'put' && write.index === index)
    const row = put?.op === 'put' ? put.row : rows.row(index)
    if (row !== null) dropped.push(row)
  }
  const itemTotal = dropped.reduce((total, row) => total - row.itemCount, state.itemTotal)
  const hidden = hiddenBy(from, dropped, event)
  const next = {
    ...state,
    itemTotal,
    nextItem: itemTotal + 1,
    hidden: hidden === null ? state.hidden : withHidden(state, hidden, event)
  }
  return [next, [{ op: 'take_back', from, until }]]
}

/** Copies of what the last rollback hid follow: counted ids go on from where they were. */
export const restore = (
  state: TurnsState,
  restored: TurnsRestored,
  event: RecordedEvent<DeliveredLine>,
  isCopied: boolean
): TurnStep => {
  const next = { ...state, nextItem: restored.next_item }
  const { live } = state.lifecycle
  if (isCopied) return [next, [{ op: 'bring_back', live, first: null }]]
  const { segment, until: offset } = rangeOf(event)
  const hidden = state.hidden.at(-1) ?? null
  const restoring = { revision: event.revision, from: { segment, offset }, hidden }
  return [
    { ...next, hidden: state.hidden.slice(0, -1), restoring },
    hidden === null || hidden.turns === 0 ? [] : [{ op: 'bring_back', live, first: hidden.from }]
  ]
}
