/**
 * Tool calls and their outputs.
 *
 * Bounds: ids of so many calls are kept, the newest ones; once older ones were forgotten, an output without a call is no
 * finding any more.
 */
import { textIn } from '../../../json.ts'
import {
  addFinding,
  type LineLocation,
  type FileFindings,
  type ExaminedEvent
} from './file-facts.ts'

const CALLS_MAX = 100_000

const CALLS = new Set(['function_call', 'custom_tool_call', 'local_shell_call', 'tool_search_call'])
const OUTPUTS = new Set(['function_call_output', 'custom_tool_call_output', 'tool_search_output'])

/** How the turn ended in which a call was made: not yet, by itself, or cut short. */
export type CallTurnEnd = 'open' | 'completed' | 'cut_short'

/** The turn a call was made in; shared by its calls. */
export interface CallTurn {
  end: CallTurnEnd
}

interface WaitingCall {
  readonly at: LineLocation
  readonly type: string
  readonly turn: CallTurn
}

export interface CallsState {
  /** Calls that wait for their output; null for those that have it. */
  readonly byId: Map<string, WaitingCall | null>
  forgot: boolean
}

export const startCalls = (): CallsState => ({ byId: new Map(), forgot: false })

const remember = (calls: CallsState, id: string, call: WaitingCall | null): void => {
  calls.byId.delete(id)
  calls.byId.set(id, call)
  if (calls.byId.size <= CALLS_MAX) return
  const [oldest] = calls.byId.keys()
  if (oldest !== undefined) calls.byId.delete(oldest)
  calls.forgot = true
}

/** One line; `mayContinue`: the call may stand in a file that this one continues. */
export const foldCalls = (
  calls: CallsState,
  event: ExaminedEvent,
  turn: CallTurn,
  mayContinue: boolean,
  found: FileFindings
): void => {
  if (event.line.type !== 'response_item') return
  const { payload } = event.line
  const type = textIn(payload['type'])
  const id = textIn(payload['call_id'])
  if (id === '') return
  const { revision, offsetBytes, bytes } = event
  if (CALLS.has(type)) remember(calls, id, { at: { revision, offsetBytes, bytes }, type, turn })
  else if (OUTPUTS.has(type)) {
    if (!calls.byId.has(id) && !calls.forgot && !mayContinue)
      addFinding(found, 'orphan_output', event, { callId: id, type })
    remember(calls, id, null)
  }
}

/** At the end of the file: calls of turns that are over and got no output. */
export const endCalls = (calls: CallsState, found: FileFindings): void => {
  for (const [callId, call] of calls.byId) {
    if (call === null || call.turn.end === 'open') continue
    const { at, type, turn } = call
    const severity = turn.end === 'cut_short' ? { severity: 'note' as const } : {}
    addFinding(found, 'unanswered_call', at, { callId, type, turn: turn.end }, severity)
  }
}
