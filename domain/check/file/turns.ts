/**
 * Turns of one file, as far as something can be wrong with them: which are open, which ids come twice, how many a rollback
 * drops.
 *
 * Bounds: ids of so many turns are kept, the newest ones.
 */
import type { CallTurn, TurnEnd } from './calls.ts'
import { isUuid } from '../../ids.ts'
import { SHOWING_EVENTS } from '../../turns/showing.ts'
import { tell, type At, type Found, type PlacedEvent } from './file-facts.ts'

const TURNS_MAX = 100_000

interface Turn {
  /** Null for a turn that nothing began. */
  readonly id: string | null
  readonly at: At
  readonly calls: CallTurn
  /** Begun inside a review: Codex from 0.144 on never ends the reviewer's own turn. */
  readonly isReviewers: boolean
}

/** State of the fold, changed in place. */
export interface Turns {
  open: Turn | null
  /** Ids of the turns that are shown, oldest first; null for one that nothing began. */
  readonly shown: Array<string | null>
  readonly ids: Map<string, At>
  /** Turns that stand before the file, or were forgotten: a rollback may drop them. */
  before: boolean
  isReviewing: boolean
  /** Calls outside of turns belong to none that could be over. */
  readonly outside: CallTurn
}

/** Before the first line. */
export const startTurns = (): Turns => ({
  open: null,
  shown: [],
  ids: new Map(),
  before: false,
  isReviewing: false,
  outside: { end: 'open' }
})

/** What calls of this moment belong to. */
export const callTurnOf = (turns: Turns): CallTurn => turns.open?.calls ?? turns.outside

const show = (turns: Turns, id: string | null): void => {
  turns.shown.push(id)
  if (turns.shown.length <= TURNS_MAX) return
  const oldest = turns.shown.shift() ?? null
  if (oldest !== null) turns.ids.delete(oldest)
  turns.before = true
}

const endOpen = (turns: Turns, end: TurnEnd): void => {
  if (turns.open !== null) turns.open.calls.end = end
  turns.open = null
}

/** Ids begin with the time they were made: a turn that is older than its thread came along with a fork. */
const isOlder = (turnId: string, threadId: string | null): boolean =>
  threadId !== null && isVersion7(turnId) && isVersion7(threadId) && turnId < threadId

const isVersion7 = (id: string): boolean => isUuid(id) && id.charAt(14) === '7'

/** A turn that never ended, found out at the next one or at the end of the file. */
const tellOpen = (turns: Turns, found: Found, isNewest: boolean): void => {
  const { open } = turns
  if (open?.id == null || open.isReviewers) return
  if (isNewest && found.facts.isHeld) return
  const inherited = isOlder(open.id, found.facts.threadId)
  const facts = { turnId: open.id, newest: isNewest, inherited }
  tell(found, 'open_turn', open.at, facts, isNewest || inherited ? { severity: 'note' } : {})
}

const begin = (turns: Turns, id: string | null, event: PlacedEvent): void => {
  const { revision, offsetBytes, bytes } = event
  const at = { revision, offsetBytes, bytes }
  const isReviewers = turns.isReviewing && id !== null
  turns.open = { id, at, calls: { end: 'open' }, isReviewers }
  show(turns, id)
}

const started = (turns: Turns, id: string, event: PlacedEvent, found: Found): void => {
  if (turns.open?.id === id) return
  tellOpen(turns, found, false)
  endOpen(turns, 'cut_short')
  const first = turns.ids.get(id)
  if (first !== undefined)
    tell(found, 'duplicate_turn_id', event, { turnId: id, firstRevision: first.revision })
  begin(turns, id, event)
  const { revision, offsetBytes, bytes } = event
  turns.ids.set(id, { revision, offsetBytes, bytes })
}

const ended = (turns: Turns, id: string | null, end: TurnEnd): void => {
  // The end of another turn of this file changes that one.
  if (id !== null && turns.open?.id !== id && turns.ids.has(id)) return
  endOpen(turns, end)
}

const rolledBack = (turns: Turns, count: number, event: PlacedEvent, found: Found): void => {
  if (count === 0) return
  const there = turns.shown.length
  if (count > there && !turns.before)
    tell(found, 'rollback_past_start', event, { asked: count, there })
  for (const id of turns.shown.splice(Math.max(0, there - count)))
    if (id !== null) turns.ids.delete(id)
  endOpen(turns, 'cut_short')
}

/** One event of the file. */
export const foldTurns = (turns: Turns, event: PlacedEvent, found: Found): void => {
  const { line } = event
  if (line.type !== 'event_msg') return
  const { payload } = line
  switch (payload.type) {
    case 'task_started':
      return started(turns, payload.turn_id, event, found)
    case 'task_complete':
      return ended(turns, payload.turn_id, 'completed')
    case 'turn_aborted':
      return ended(turns, payload.turn_id ?? null, 'cut_short')
    case 'thread_rolled_back':
      return rolledBack(turns, payload.num_turns, event, found)
    case 'unroll_turns_restored':
      // What comes next are copies of turns that were rolled back.
      turns.before = true
      return
    default:
      if (payload.type === 'entered_review_mode') turns.isReviewing = true
      if (payload.type === 'exited_review_mode') turns.isReviewing = false
      if (turns.open === null && SHOWING_EVENTS.has(payload.type)) begin(turns, null, event)
      else if (turns.open?.id === null && payload.type === 'user_message') begin(turns, null, event)
  }
}

/** At the end of the file. */
export const endTurns = (turns: Turns, found: Found): void => tellOpen(turns, found, true)
