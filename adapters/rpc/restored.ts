/**
 * What a thread recorded about its session: the settings a resume goes on with, and the last count of its tokens.
 */
import type { DamagedLine, RecordedEvent } from '../../domain/event.ts'
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts'
import { isDamaged, type Batch } from '../../replay/ports.ts'

/** Settings a thread recorded; null where it recorded none. */
export interface RestoredSettings {
  readonly model: string | null
  readonly reasoningEffort: string | null
  readonly serviceTier: string | null
  readonly cwd: string | null
  readonly approvalPolicy: Json
  readonly approvalsReviewer: string | null
}

/** The last count of tokens and the turn it was made in; null when it was made in none. */
export interface RestoredUsage {
  readonly turnId: string | null
  /** `info` of the event, as it stands in the log. */
  readonly info: JsonObject
}

/** What a resume needs to know of a thread beside its turns. */
export interface Restored {
  readonly settings: RestoredSettings
  readonly usage: RestoredUsage | null
}

/** What a thread says that recorded nothing. */
export const NOTHING: Restored = {
  settings: {
    model: null,
    reasoningEffort: null,
    serviceTier: null,
    cwd: null,
    approvalPolicy: null,
    approvalsReviewer: null
  },
  usage: null
}

const textOf = (value: Json | undefined): string | null =>
  typeof value === 'string' ? value : null

const memberOf = (value: Json | undefined, member: string): Json =>
  isJsonObject(value) ? (value[member] ?? null) : null

const ofContext = (payload: JsonObject, before: RestoredSettings): RestoredSettings => ({
  ...before,
  model: textOf(payload['model']) ?? before.model,
  reasoningEffort: textOf(payload['effort'])
})

const ofSettings = (settings: JsonObject): RestoredSettings => {
  const collaboration = memberOf(settings['collaboration_mode'], 'settings')
  return {
    model: textOf(settings['model']),
    reasoningEffort: textOf(memberOf(collaboration, 'reasoning_effort')),
    serviceTier: textOf(settings['service_tier']),
    cwd: textOf(settings['cwd']),
    approvalPolicy: settings['approval_policy'] ?? null,
    approvalsReviewer: textOf(settings['approvals_reviewer'])
  }
}

interface State {
  readonly restored: Restored
  readonly openTurnId: string | null
}

const withEvent = (state: State, type: string | null, payload: JsonObject): State => {
  const { restored, openTurnId } = state
  switch (type) {
    case 'task_started':
      return { restored, openTurnId: textOf(payload['turn_id']) }
    case 'task_complete':
    case 'turn_aborted':
      return { restored, openTurnId: null }
    case 'token_count': {
      const { info } = payload
      return isJsonObject(info)
        ? { openTurnId, restored: { ...restored, usage: { turnId: openTurnId, info } } }
        : state
    }
    case 'thread_settings_applied': {
      const settings = payload['thread_settings']
      return isJsonObject(settings)
        ? { openTurnId, restored: { ...restored, settings: ofSettings(settings) } }
        : state
    }
    default:
      return state
  }
}

const withLine = (state: State, recorded: RecordedEvent | DamagedLine): State => {
  if (isDamaged(recorded)) return state
  const { type, payload } = recorded.line as unknown as {
    readonly type: string
    readonly payload: JsonObject
  }
  if (type === 'event_msg') return withEvent(state, textOf(payload['type']), payload)
  if (type !== 'turn_context') return state
  const settings = ofContext(payload, state.restored.settings)
  return { ...state, restored: { ...state.restored, settings } }
}

/** What the lines of a thread say, read from the first to the last. */
export const restoredFrom = async (batches: AsyncIterable<Batch>): Promise<Restored> => {
  let state: State = { restored: NOTHING, openTurnId: null }
  for await (const { lines } of batches) state = lines.reduce(withLine, state)
  return state.restored
}
