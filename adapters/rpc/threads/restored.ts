/**
 * What a thread recorded about its session: the settings a resume goes on with, and the last count of its tokens.
 */
import type { DamagedLine, RecordedEvent } from '../../../domain/events/event.ts'
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts'
import { isDamaged, type Batch } from '../../../replay/ports.ts'

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
  /** True when `turnId` is the turn to be shown, and not only the one that was open. */
  readonly isResolved?: boolean
  /** `info` of the event, as it stands in the log. */
  readonly info: JsonObject
}

/** What a resume needs to know of a thread beside its turns. */
export interface Restored {
  readonly settings: RestoredSettings
  readonly usage: RestoredUsage | null
  /** What a client said the thread is for; the first metadata counts. */
  readonly threadSource: string | null
  /** The last turn that began, when nothing says that it ended. */
  readonly openTurnId: string | null
  /** Turns before it that began and never ended. */
  readonly leftOpen: ReadonlyArray<string>
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
  usage: null,
  threadSource: null,
  openTurnId: null,
  leftOpen: []
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

const withEvent = (restored: Restored, type: string | null, payload: JsonObject): Restored => {
  switch (type) {
    case 'task_started':
      return {
        ...restored,
        openTurnId: textOf(payload['turn_id']),
        leftOpen:
          restored.openTurnId === null
            ? restored.leftOpen
            : [...restored.leftOpen, restored.openTurnId]
      }
    case 'task_complete':
    case 'turn_aborted':
      return { ...restored, openTurnId: null }
    case 'token_count': {
      const { info } = payload
      return isJsonObject(info)
        ? { ...restored, usage: { turnId: restored.openTurnId, info } }
        : restored
    }
    case 'thread_settings_applied': {
      const settings = payload['thread_settings']
      return isJsonObject(settings) ? { ...restored, settings: ofSettings(settings) } : restored
    }
    default:
      return restored
  }
}

const withLine = (restored: Restored, recorded: RecordedEvent | DamagedLine): Restored => {
  if (isDamaged(recorded)) return restored
  const { type, payload } = recorded.line as unknown as {
    readonly type: string
    readonly payload: JsonObject
  }
  switch (type) {
    case 'event_msg':
      return withEvent(restored, textOf(payload['type']), payload)
    case 'turn_context':
      return { ...restored, settings: ofContext(payload, restored.settings) }
    case 'session_meta':
      return {
        ...restored,
        threadSource: restored.threadSource ?? textOf(payload['thread_source'])
      }
    default:
      return restored
  }
}

/** What the lines that matter say; the turn of the counts is known. */
export const restoredBy = (
  events: ReadonlyArray<RecordedEvent>,
  usageTurnId: string | null
): Restored => {
  const { settings, usage } = events.reduce(withLine, NOTHING)
  const counted = usage === null ? null : { ...usage, turnId: usageTurnId, isResolved: true }
  return { ...NOTHING, settings, usage: counted }
}

/** What the lines of a thread say, read from the first to the last. */
export const restoredFrom = async (batches: AsyncIterable<Batch>): Promise<Restored> => {
  let restored = NOTHING
  for await (const { lines } of batches) restored = lines.reduce(withLine, restored)
  return restored
}
