/**
 * Which lines of a file a thread itself caused. The shared rule tells copies of another thread's turns; for lines that
 * belong to no turn, only time tells: copies are written at once, and what a person does next comes later.
 */
import type { RecordedEvent } from '../events/event.ts'
import { evolveInheritance, inheritedBy, UNKNOWN_HEAD, type Inheritance } from '../inherited.ts'

/** State of the rule. */
export interface Owned {
  readonly inheritance: Inheritance
  /** Time of the line before; null before the first. */
  readonly lastMs: number | null
  /** True once a line came so late that the copying was over. */
  readonly over: boolean
  /** True at the line that is the head of the file. */
  readonly atHead: boolean
}

/** Before the first line. */
export const OWNED: Owned = { inheritance: UNKNOWN_HEAD, lastMs: null, over: false, atHead: false }

/** Copies follow each other faster: ten milliseconds at most in every recorded fork, own lines after 200 or more. */
const GAP_MS = 100

/** The state after a line. */
export const evolveOwned = (state: Owned, event: RecordedEvent): Owned => {
  const inheritance = evolveInheritance(state.inheritance, event)
  const ms = Date.parse(event.line.timestamp)
  const gap = state.lastMs === null || Number.isNaN(ms) ? 0 : ms - state.lastMs
  const rule = inheritedBy(inheritance, event)
  // A copied turn after the gap shows that the copying went on.
  const over = rule === 'turn_id' || rule === 'ordinal' ? false : state.over || gap > GAP_MS
  const lastMs = Number.isNaN(ms) ? state.lastMs : ms
  const atHead = state.inheritance.headMs === null && inheritance.headMs !== null
  return { inheritance, lastMs, over, atHead }
}

/** True when a line is the thread's own; `state` is what is known after it. */
export const isOwn = (state: Owned, event: RecordedEvent): boolean => {
  if (state.atHead) return true
  const rule = inheritedBy(state.inheritance, event)
  return rule === null || (rule === 'burst' && state.over)
}

/** True when only the time of a line could tell whose it is. */
export const isToldByTime = ({ inheritance }: Owned): boolean =>
  inheritance.forked && inheritance.turn === 'burst'
