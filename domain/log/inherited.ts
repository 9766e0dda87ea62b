/**
 * Which lines of a thread are history it was given, not its own: forks up to 0.142 and sub-agents with inherited context
 * hold copies of another thread's lines, with new times on them. Whoever counts what a thread did must leave them out.
 *
 * Rules:  in this order, the first that can tell decides:
 *         `segment`  the line stands in a file that was written for another thread (0.143 on);
 *         `ordinal`  it comes before the number at which a sub-agent's own history begins (0.143 on);
 *         `turn_id`  its turn is older than the thread: both ids are UUIDs of version 7, which begin with their time;
 *         `burst`    it was written at once with the head of the file, and its turn's id tells no time. A line that came so
 *                    late after the one before that the copying was over is the thread's own, and so are those behind it.
 *         The last two hold only in a file that says it is a fork.
 * Source: forks, detached reviews and sub-agents of 0.130 to 0.169; no exception was seen.
 */
import type { RecordedEvent } from './event.ts'
import type { DeliveredLine, LineOf, Needs } from './needs.ts'
import { isJsonObject } from '../json.ts'

/** What tells whose a line is, besides its number, its time and the turn that it may name. */
export const INHERITANCE_NEEDS = {
  session_meta: 'head',
  task_started: 'whole',
  task_complete: 'head'
} as const satisfies Needs

type InheritedLine = LineOf<typeof INHERITANCE_NEEDS>
type InheritedEvent = RecordedEvent<InheritedLine>

/** Why a line counts as inherited. */
export type InheritanceRule = 'segment' | 'ordinal' | 'turn_id' | 'burst'

/** What is known of a thread's head and of the turn that is open. */
export interface Inheritance {
  /** True when the head says that the thread is a fork. */
  readonly forked: boolean
  /** When the thread's id was made; null when the id does not tell. */
  readonly bornMs: number | null
  /** Time of the head's line; null before there was one. */
  readonly headMs: number | null
  /** Lines below this number were given to a sub-agent. */
  readonly startOrdinal: number
  /** Rule by which the newest turn is inherited; null for an own one. */
  readonly turn: InheritanceRule | null
  /** True when every line is delivered: only then the time between two lines tells something. */
  readonly seesAll: boolean
  /** Time of the newest line that had one. */
  readonly lastMs: number | null
  /** True once a line came so late that the copying was over. */
  readonly isOver: boolean
}

/** Before the first line; `seesAll` tells whether every line will be delivered. */
export const unknownHead = (seesAll: boolean): Inheritance => ({
  forked: false,
  bornMs: null,
  headMs: null,
  startOrdinal: 0,
  turn: null,
  seesAll,
  lastMs: null,
  isOver: false
})

/** Copies are written within this time of the head. */
const BURST_MS = 1000

/** Copies follow each other faster: ten milliseconds at most in every recorded fork, own lines after 200 or more. */
const GAP_MS = 100

const UUID_7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Time a UUID of version 7 was made at, in milliseconds since 1970; null for any other id. */
export const uuid7Ms = (id: string): number | null => {
  const match = UUID_7.exec(id)
  return match === null ? null : parseInt(`${match[1] ?? ''}${match[2] ?? ''}`, 16)
}

const isInBurst = ({ headMs }: Inheritance, { timestamp }: DeliveredLine): boolean =>
  headMs !== null && Date.parse(timestamp) - headMs <= BURST_MS

/** The rule by which a turn of this id, met at this line, is inherited; null when it is the thread's own. */
const turnRule = (
  state: Inheritance,
  turnId: string | null,
  line: DeliveredLine
): InheritanceRule | null => {
  if (!state.forked) return null
  const madeMs = turnId === null ? null : uuid7Ms(turnId)
  if (madeMs !== null && state.bornMs !== null) return madeMs < state.bornMs ? 'turn_id' : null
  return isInBurst(state, line) ? 'burst' : null
}

const turnIdIn = (line: DeliveredLine): unknown => {
  if (line.type === 'response_head' || line.type === 'time_only') return undefined
  if (line.type !== 'response_item') return (line.payload as { readonly turn_id?: unknown }).turn_id
  const metadata = line.payload['internal_chat_message_metadata_passthrough']
  return isJsonObject(metadata) ? metadata['turn_id'] : undefined
}

/** The turn a line names, as far as it was read; null when it names none. */
export const namedTurnId = (line: DeliveredLine): string | null => {
  const id = turnIdIn(line)
  return typeof id === 'string' && id !== '' ? id : null
}

const withTurn = (state: Inheritance, event: InheritedEvent): Inheritance => {
  const { line } = event
  if (line.type === 'session_meta' && state.headMs === null && event.inherited !== true) {
    const { id, forked_from_id, subagent_history_start_ordinal } = line.payload
    const forked = typeof forked_from_id === 'string'
    return {
      ...state,
      forked,
      bornMs: uuid7Ms(id),
      headMs: Date.parse(line.timestamp),
      startOrdinal: subagent_history_start_ordinal ?? 0,
      turn: forked ? 'burst' : null,
      lastMs: null,
      isOver: false
    }
  }
  if (line.type !== 'event_msg') return state
  const { payload } = line
  if (payload.type === 'task_started')
    return { ...state, turn: turnRule(state, payload.turn_id, line) }
  // Between turns only the time of a line tells.
  return payload.type === 'task_complete' && state.turn !== null
    ? { ...state, turn: 'burst' }
    : state
}

/** What is known after a line. */
export const evolveInheritance = (before: Inheritance, event: InheritedEvent): Inheritance => {
  const state = withTurn(before, event)
  // Only what a fork holds is told by time.
  if (!state.forked || !state.seesAll) return state
  const ms = Date.parse(event.line.timestamp)
  if (Number.isNaN(ms)) return state
  const rule = ruleOf(state, event)
  // A copied turn after the gap shows that the copying went on.
  const isCopied = rule === 'turn_id' || rule === 'ordinal'
  const isLate = state.lastMs !== null && ms - state.lastMs > GAP_MS
  return { ...state, lastMs: ms, isOver: !isCopied && (state.isOver || isLate) }
}

const ruleOf = (state: Inheritance, event: InheritedEvent): InheritanceRule | null => {
  const { line } = event
  if (event.inherited === true) return 'segment'
  if ((line.ordinal ?? Infinity) < state.startOrdinal) return 'ordinal'
  if (!state.forked) return null
  if (line.type === 'session_meta' && uuid7Ms(line.payload.id) === state.bornMs) return null
  const named = namedTurnId(line)
  if (named !== null && uuid7Ms(named) !== null) return turnRule(state, named, line)
  if (state.turn !== 'burst') return state.turn
  return isInBurst(state, line) ? 'burst' : null
}

/**
 * The rule by which a line is inherited; null when it is the thread's own. `state` is what is known after that very
 * line.
 */
export const inheritedBy = (state: Inheritance, event: InheritedEvent): InheritanceRule | null => {
  if (!state.forked && state.startOrdinal === 0 && event.inherited !== true) return null
  const rule = ruleOf(state, event)
  return rule === 'burst' && state.isOver ? null : rule
}

/** True when only the time of a line could tell whose it is. */
export const isToldByTime = ({ forked, turn }: Inheritance): boolean => forked && turn === 'burst'
