/**
 * The events of an imported thread.
 *
 * Each user message opens the turn `external-import-turn-N` and closes the one before; assistant messages before the first user
 * message belong to no turn and are left out. At the end stands a marker, and how full the context is: a first turn then compacts.
 *
 * Source: rollouts that Codex 0.130.0, 0.142.5 and 0.169.0 make of sessions, member order included.
 */
import type { JsonObject } from '../json.ts'
import type { NewEvent } from '../changes/new-event.ts'
import type { ProfileName } from '../log/profile.ts'
import { importTurnId } from './provenance.ts'
import type { ImportedMessage } from './source.ts'

/** What the last message of an import says. */
export const IMPORT_MARKER = '<EXTERNAL SESSION IMPORTED>'

interface ImportedTurn {
  readonly turnId: string
  readonly startedAt: number | null
  readonly lastAgentMessage: string | null
  /** True where an import ended with it: it is completed already, unless somebody answers in it once more. */
  readonly isCompleted: boolean
}

/** What of the messages so far the next events depend on; it does not grow with them. */
export interface ImportFold {
  /** Turns begun so far. */
  readonly turns: number
  readonly open: ImportedTurn | null
  /** Bytes (from 0.142 on) or tokens (0.130) of everything so far, and of everything to the last assistant message. */
  readonly size: number
  readonly counted: number
  /** Time of the last message. */
  readonly at: number | null
}

/** Before the first message. */
export const NO_MESSAGES: ImportFold = { turns: 0, open: null, size: 0, counted: 0, at: null }

const UTF8 = new TextEncoder()
const bytesOf = (text: string): number => UTF8.encode(text).length

const itemOf = (message: ImportedMessage): JsonObject => ({
  type: 'message',
  role: message.role,
  content: [{ type: message.role === 'user' ? 'input_text' : 'output_text', text: message.text }]
})

const agentMessage = (message: string): JsonObject => ({
  type: 'agent_message',
  message,
  phase: null,
  memory_citation: null
})

const userMessage = (message: string, era: ProfileName): JsonObject => ({
  type: 'user_message',
  message,
  local_images: [],
  ...(era === '0.169' ? { local_audio: [] } : {}),
  text_elements: []
})

const timed = (member: string, at: number | null): JsonObject =>
  at === null ? {} : { [member]: at }

const started = ({ turnId, startedAt }: ImportedTurn): JsonObject => ({
  type: 'task_started',
  turn_id: turnId,
  ...timed('started_at', startedAt),
  model_context_window: null,
  collaboration_mode_kind: 'default'
})

const completed = (
  turn: ImportedTurn,
  era: ProfileName,
  completedAt: number | null
): JsonObject => ({
  type: 'task_complete',
  turn_id: turn.turnId,
  last_agent_message: era === '0.130' ? turn.lastAgentMessage : null,
  ...(era === '0.169' ? timed('started_at', turn.startedAt) : {}),
  ...timed('completed_at', completedAt)
})

const tokenCount = (total: number, era: ProfileName): JsonObject => {
  const usage = {
    input_tokens: 0,
    cached_input_tokens: 0,
    ...(era === '0.169' ? { cache_write_input_tokens: 0 } : {}),
    output_tokens: 0,
    reasoning_output_tokens: 0,
    total_tokens: total
  }
  return {
    type: 'token_count',
    info: { total_token_usage: usage, last_token_usage: usage, model_context_window: null },
    rate_limits: null
  }
}

type Payload = readonly [type: 'event_msg' | 'response_item', payload: JsonObject]

const event = (payload: JsonObject): Payload => ['event_msg', payload]

/** A message as it is shown and as models get it; 0.130 has them the other way round. */
const both = (shown: JsonObject, item: JsonObject, era: ProfileName): ReadonlyArray<Payload> => {
  const events: ReadonlyArray<Payload> = [event(shown), ['response_item', item]]
  return era === '0.130' ? events.toReversed() : events
}

const newEvents = (payloads: ReadonlyArray<Payload>, timestamp: string): ReadonlyArray<NewEvent> =>
  payloads.map(([type, payload]) => ({ timestamp, type, payload }))

/** How much of the context a message takes, as an era counts it. */
const sizeOf = (message: ImportedMessage, item: JsonObject, era: ProfileName): number =>
  era === '0.130' ? Math.ceil(bytesOf(JSON.stringify(item)) / 4) : bytesOf(message.text)

/** Takes the next message, and tells the events that it adds; `timestamp` is that of the lines. */
export const importMessage = (
  fold: ImportFold,
  message: ImportedMessage,
  era: ProfileName,
  timestamp: string
): readonly [ImportFold, ReadonlyArray<NewEvent>] => {
  const { open } = fold
  if (message.role === 'assistant' && open === null) return [fold, []]
  const item = itemOf(message)
  const size = fold.size + sizeOf(message, item, era)
  if (message.role === 'assistant') {
    const turn =
      open === null ? null : { ...open, lastAgentMessage: message.text, isCompleted: false }
    const next = { ...fold, open: turn, size, counted: size, at: message.at }
    return [next, newEvents(both(agentMessage(message.text), item, era), timestamp)]
  }
  const turns = fold.turns + 1
  const turn: ImportedTurn = {
    turnId: importTurnId(turns),
    startedAt: message.at,
    lastAgentMessage: null,
    isCompleted: false
  }
  const payloads = [
    ...(open === null || open.isCompleted ? [] : [event(completed(open, era, null))]),
    event(started(turn)),
    ...both(userMessage(message.text, era), item, era)
  ]
  return [{ ...fold, turns, open: turn, size, at: message.at }, newEvents(payloads, timestamp)]
}

/** Where an earlier import ended. */
export const afterImport = (fold: ImportFold): ImportFold =>
  fold.open === null ? fold : { ...fold, open: { ...fold.open, isCompleted: true } }

/** How many tokens of context an imported thread fills. */
export const contextTokens = ({ counted }: ImportFold, era: ProfileName): number =>
  era === '0.130' ? counted : Math.ceil(counted / 4)

/** The events behind the last message; none for a thread without turns. `again` for one that was imported before and grew. */
export const importEnd = (
  fold: ImportFold,
  era: ProfileName,
  timestamp: string,
  again = false
): ReadonlyArray<NewEvent> => {
  if (fold.open === null) return []
  const payloads = [
    ...(again ? [] : [event(agentMessage(IMPORT_MARKER))]),
    event(tokenCount(contextTokens(fold, era), era)),
    event(completed(fold.open, era, fold.at))
  ]
  return newEvents(payloads, timestamp)
}
