/**
 * Events to the rows of tool calls.
 *
 * A call, its output and the record of it are three lines in any order; each changes the row of its call. A call belongs
 * to the turn its line names, else to the one it stands in. Inherited lines make no rows.
 *
 * The state is O(1): bounded lists of what is still open.
 */
import { toldSettings, type RecordedEvent } from '../../log/event.ts'
import { uuid7Ms } from '../../log/inherited.ts'
import type { Json } from '../../json.ts'
import type { Profile } from '../../log/profile.ts'
import { isNoCell } from '../../thread/rich/shell.ts'
import type { RichContext } from '../../thread/rich/types.ts'
import { declaredTools } from '../../thread/rich/tools.ts'
import type { SituatedEvent } from '../../thread/turns/situate.ts'
import { answeredEnding } from './answered.ts'
import { halfApplied } from './half-applied.ts'
import { answerOf, askedCall, type CallAnswer, type AskedCall } from './asked.ts'
import {
  agentsOf,
  answered,
  askedLater,
  begun,
  idOf,
  cutShort,
  fed,
  lineMs,
  recordedIn
} from './merge.ts'
import { recordedCall, type RecordedCall } from './recorded.ts'
import type { FileTouch, ToolCall } from './tool-call.ts'
import { sha256Hex } from '../../digest.ts'

export interface ToolsState {
  readonly cwd: string
  /** Tools the client declared; null before the head was read. */
  readonly declared: ReadonlyArray<string> | null
  /** Revisions of calls of the open turn that nothing was told of yet. */
  readonly open: ReadonlyArray<number>
  /** Processes left running, and the revision of the command that started each. */
  readonly sessions: ReadonlyArray<readonly [processId: string, revision: number]>
  /** Revisions of calls whose answer of the model is not known yet. */
  readonly awaiting: ReadonlyArray<number>
  /** Records of web searches, and of commands of a person, whose twins are still to come. */
  readonly webTwins: number
  readonly shellTwins: number
}

export const NO_TOOLS: ToolsState = {
  cwd: '',
  declared: null,
  open: [],
  sessions: [],
  awaiting: [],
  webTwins: 0,
  shellTwins: 0
}

export interface ToolLookup {
  readonly at: (revision: number) => ToolCall | null
  /** The newest call of an id. */
  readonly ofId: (callId: string) => ToolCall | null
  /** The files of a patch. */
  readonly touchesOf: (call: ToolCall) => ReadonlyArray<FileTouch>
}

/** A change of the rows. */
export interface ToolWrite {
  /** The row that goes, when it is another one. */
  readonly drop?: ToolCall
  readonly put: ToolCall
  /** Files it touches, when they change. */
  readonly touches?: ReadonlyArray<FileTouch>
}

interface ToolStep {
  readonly state: ToolsState
  readonly writes: ReadonlyArray<ToolWrite>
}

const OPEN_MAX = 256
const SESSIONS_MAX = 64

const added = <A>(list: ReadonlyArray<A>, one: A, max: number): ReadonlyArray<A> =>
  [...list, one].slice(-max)

const NOTHING: ReadonlyArray<never> = []

const turnOf = (event: SituatedEvent, named: string | null): string | null => {
  const open = event.turn?.id ?? null
  const isTurn =
    named !== null && (named === open || named === event.namedTurnId || uuid7Ms(named) !== null)
  const turn = isTurn ? named : (event.namedTurnId ?? open)
  return turn === null ? null : idOf(turn)
}

const unchanged = (state: ToolsState): ToolStep => ({ state, writes: NOTHING })

/** True for a line that occurs twice. */
const isSame = (row: ToolCall, call: AskedCall, event: RecordedEvent): boolean =>
  row.atMs === lineMs(event) && row.argsDigest === sha256Hex(call.args)

const addCall = (
  state: ToolsState,
  call: AskedCall,
  event: SituatedEvent,
  rows: ToolLookup
): ToolStep => {
  const turnId = turnOf(event, null)
  const known = rows.ofId(idOf(call.callId))
  const isOfTurn = known?.turnId === turnId
  const touches = call.touches === null ? {} : { touches: call.touches }
  if (known !== null && isOfTurn && known.argsDigest === null) {
    return { state, writes: [{ put: askedLater(known, call) }] }
  }
  if (known !== null && isOfTurn && !known.rolledBack && isSame(known, call, event))
    return unchanged(state)
  const fresh = begun(call, event, turnId)
  const parent = state.sessions.findLast(([processId]) => processId === call.feeds)
  const parentCallId = parent === undefined ? null : (rows.at(parent[1])?.callId ?? null)
  // What was brought back after a rollback stands again in the file: one row, where it stands now.
  const drop = known !== null && isOfTurn && known.rolledBack ? { drop: known } : {}
  return {
    state: {
      ...state,
      open: added(state.open, event.revision, OPEN_MAX),
      awaiting: added(state.awaiting, event.revision, OPEN_MAX)
    },
    writes: [{ put: { ...fresh, parentCallId }, ...drop, ...touches }]
  }
}

const without = <A>(list: ReadonlyArray<A>, isGone: (one: A) => boolean): ReadonlyArray<A> =>
  list.some(isGone) ? list.filter((one) => !isGone(one)) : list

/** Adds the answer to feeding a process to the command that started it. */
const updateFedCommand = (
  row: ToolCall,
  answer: CallAnswer,
  event: RecordedEvent,
  rows: ToolLookup
): ToolCall | null => {
  const parent = row.parentCallId === null ? null : rows.ofId(row.parentCallId)
  if (parent === null || isNoCell(answer.text)) return null
  const end = answeredEnding(parent, answer.output, answer.text)
  return end.execMs === null ? null : fed(parent, end, event)
}

const answer = (
  state: ToolsState,
  given: CallAnswer,
  event: RecordedEvent,
  rows: ToolLookup
): ToolStep => {
  const row = rows.ofId(idOf(given.callId))
  if (row === null) return unchanged(state)
  const end = answeredEnding(row, given.output, given.text)
  const put = answered(row, given, end, event)
  const parent = updateFedCommand(row, given, event, rows)
  const { revision } = row.place
  const started =
    end.processId === null
      ? state.sessions
      : added(state.sessions, [end.processId, revision] as const, SESSIONS_MAX)
  const over = parent !== null && parent.status !== 'unknown' ? parent.place.revision : -1
  return {
    state: {
      ...state,
      open: without(state.open, (one) => one === revision),
      // The model's answer is over before outputs are written: a record behind this line is of a later one.
      awaiting: without(state.awaiting, (one) => one === revision),
      sessions: without(started, ([, one]) => one === over)
    },
    writes: [{ put }, ...(parent === null ? [] : [{ put: parent }])]
  }
}

/** Counts records that have a twin, and says whether this line is such a twin. */
const twins = (state: ToolsState, { twin }: RecordedCall): readonly [ToolsState, boolean] => {
  switch (twin) {
    case 'web_event':
      return [{ ...state, webTwins: state.webTwins + 1 }, false]
    case 'web_item':
      return [{ ...state, webTwins: Math.max(0, state.webTwins - 1) }, state.webTwins > 0]
    case 'shell_record':
      return [{ ...state, shellTwins: state.shellTwins + 1 }, false]
    case 'shell_message':
      return [{ ...state, shellTwins: Math.max(0, state.shellTwins - 1) }, state.shellTwins > 0]
    case 'activity':
    case 'none':
      return [state, false]
  }
}

const record = (
  before: ToolsState,
  call: RecordedCall,
  event: SituatedEvent,
  rows: ToolLookup
): ToolStep => {
  const [state, isTwin] = twins(before, call)
  const id = idOf(call.callId ?? `web-search-${event.revision}`)
  const known = rows.ofId(id)
  if (isTwin && known === null) return unchanged(state)
  if (call.twin === 'activity') {
    const writes =
      known?.kind === 'collab' ? [{ put: { ...known, agents: agentsOf(call.ending.agents) } }] : []
    return { state, writes }
  }
  const turnId = turnOf(event, call.turnId)
  // Models number their calls anew now and then: another turn's call of the same id is another call.
  const isOther = known !== null && turnId !== known.turnId && known.evidence === 'item'
  // A record that stands again after a rollback was taken back: its turn is open once more.
  const openId = event.turn?.id ?? null
  const isBack = known?.rolledBack === true && openId !== null && known.turnId === idOf(openId)
  const row = isOther || isBack ? null : known
  if (row?.evidence === 'item' && call.twin === 'web_item') return unchanged(state)
  const put = recordedIn(row, call, id, event, turnId)
  const { revision } = put.place
  const { touches, patchError } = call
  const asked = row === null || patchError === null ? [] : rows.touchesOf(row)
  const isNew = row === null && call.isAsked
  return {
    state: {
      ...state,
      open: without(state.open, (one) => one === revision),
      sessions: without(state.sessions, ([, one]) => one === revision),
      awaiting: isNew ? added(state.awaiting, revision, OPEN_MAX) : state.awaiting
    },
    writes: [
      {
        put,
        ...(isBack ? { drop: known } : {}),
        ...(touches === null
          ? {}
          : { touches: patchError === null ? touches : halfApplied(touches, asked, patchError) })
      }
    ]
  }
}

const rowsAt = (revisions: ReadonlyArray<number>, rows: ToolLookup): ReadonlyArray<ToolCall> =>
  revisions.flatMap((revision) => {
    const row = rows.at(revision)
    return row === null ? [] : [row]
  })

/** At the end of a turn its calls are no longer awaited, though more may come. */
const turnOver = (state: ToolsState): ToolsState =>
  state.open.length === 0 && state.awaiting.length === 0
    ? state
    : { ...state, open: NOTHING, awaiting: NOTHING }

const ofTurns = (state: ToolsState, event: RecordedEvent, rows: ToolLookup): ToolStep | null => {
  const { line } = event
  if (line.type === 'token_usage_record') {
    const { thread_id, response_id } = line.payload
    if (thread_id !== event.streamId || state.awaiting.length === 0) return unchanged(state)
    const writes = rowsAt(state.awaiting, rows).map((row) => ({
      put: { ...row, responseId: response_id }
    }))
    return { state: { ...state, awaiting: NOTHING }, writes }
  }
  if (line.type !== 'event_msg') return null
  switch (line.payload.type) {
    case 'task_started':
    case 'task_complete':
      return unchanged(turnOver(state))
    case 'turn_aborted': {
      const writes = rowsAt(state.open, rows).map((row) => ({ put: cutShort(row, event) }))
      return { state: turnOver(state), writes }
    }
    default:
      return null
  }
}

/** Types of lines that never concern calls. */
const SILENT: ReadonlySet<string> = new Set(['turn_context', 'compacted', 'session_meta'])

const ofCalls = (
  state: ToolsState,
  event: SituatedEvent,
  rows: ToolLookup,
  profile: Profile
): ToolStep => {
  const { line } = event
  if (SILENT.has(line.type)) return unchanged(state)
  const context = contextOf(state, event)
  if (line.type === 'response_item') {
    const call = askedCall(line.payload, context)
    if (call !== null) return addCall(state, call, event, rows)
    const given = answerOf(line.payload)
    if (given !== null) return answer(state, given, event, rows)
  }
  const call = recordedCall(line, context, profile)
  return call === null ? unchanged(state) : record(state, call, event, rows)
}

const sets = new WeakMap<ReadonlyArray<string>, ReadonlySet<string>>()

const setOf = (declared: ReadonlyArray<string>): ReadonlySet<string> => {
  const known = sets.get(declared) ?? new Set(declared)
  sets.set(declared, known)
  return known
}

const contextOf = ({ cwd, declared }: ToolsState, { streamId }: RecordedEvent): RichContext => ({
  threadId: streamId,
  cwd,
  dynamicTools: declared === null ? null : setOf(declared)
})

const withContext = (state: ToolsState, { line, isHead }: SituatedEvent): ToolsState => {
  const cwdOfTurn = toldSettings(line)?.cwd ?? state.cwd
  if (cwdOfTurn !== state.cwd) return { ...state, cwd: cwdOfTurn }
  if (line.type !== 'session_meta' || !isHead) return state
  const { cwd, dynamic_tools } = line.payload
  const declared = [...declaredTools((dynamic_tools ?? []) as ReadonlyArray<Json>)]
  return { ...state, cwd, declared }
}

/** One event. Pure and total. */
export const evolveTools = (
  before: ToolsState,
  event: SituatedEvent,
  rows: ToolLookup,
  profile: Profile
): ToolStep => {
  const state = withContext(before, event)
  if (event.origin === 'inherited') return unchanged(state)
  return ofTurns(state, event, rows) ?? ofCalls(state, event, rows, profile)
}
