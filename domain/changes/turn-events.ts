/**
 * The events a turn consists of, as a writer of each history mode spells them.
 *
 * A legacy thread has an event and a response item for what is said; a paginated one has the finished item and the
 * response item, and every turn names its root.
 *
 * Units:  `…_at` are Unix seconds, `…_ms` milliseconds.
 * Source: turns written by Codex 0.142.5 (legacy) and 0.169.0 (paginated), member order included.
 */
import type { Json, JsonObject } from '../json.ts'
import type { NewEvent } from './new-event.ts'
import type { HistoryMode } from '../protocol.ts'

export interface WrittenTurn {
  readonly threadId: string
  readonly turnId: string
  readonly rootTurnId: string
  readonly mode: HistoryMode
  /** Unix seconds. */
  readonly startedAt: number
}

/** When and under which ids events are made. */
export interface Moment {
  readonly nowMs: number
  readonly newId: () => string
}

/** An event of Codex's `event_msg` lines. */
export const eventMessage = (nowMs: number, payload: JsonObject): NewEvent => ({
  timestamp: new Date(nowMs).toISOString(),
  type: 'event_msg',
  payload
})

/** A response item, marked with the turn it belongs to. */
export const responseItem = (
  { turnId }: Pick<WrittenTurn, 'turnId'>,
  item: JsonObject,
  { nowMs }: Moment
): NewEvent => ({
  timestamp: new Date(nowMs).toISOString(),
  type: 'response_item',
  payload: { ...item, internal_chat_message_metadata_passthrough: { turn_id: turnId } }
})

const message = (
  role: 'user' | 'assistant',
  text: string,
  id: string | null,
  phase: string | null
): JsonObject => ({
  type: 'message',
  ...(id === null ? {} : { id }),
  role,
  content: [{ type: role === 'user' ? 'input_text' : 'output_text', text }],
  ...(phase === null ? {} : { phase })
})

/** A finished item of a paginated thread. */
export const completedItem = (
  { threadId, turnId }: WrittenTurn,
  item: JsonObject,
  { nowMs }: Moment
): NewEvent =>
  eventMessage(nowMs, {
    type: 'item_completed',
    thread_id: threadId,
    turn_id: turnId,
    item,
    started_at_ms: nowMs,
    completed_at_ms: nowMs
  })

export const turnStarted = (
  { turnId, rootTurnId, mode, startedAt }: WrittenTurn,
  modelContextWindow: number | null,
  { nowMs }: Moment
): NewEvent =>
  eventMessage(nowMs, {
    type: 'task_started',
    turn_id: turnId,
    ...(mode === 'paginated' ? { root_turn_id: rootTurnId } : {}),
    started_at: startedAt,
    model_context_window: modelContextWindow,
    collaboration_mode_kind: 'default'
  })

/** What the user said, as it is shown; a legacy thread shows it once per event. */
export const shownUserMessage = (turn: WrittenTurn, text: string, moment: Moment): NewEvent =>
  turn.mode === 'paginated'
    ? completedItem(
        turn,
        {
          type: 'UserMessage',
          id: moment.newId(),
          content: [{ type: 'text', text, text_elements: [] }]
        },
        moment
      )
    : eventMessage(moment.nowMs, {
        type: 'user_message',
        message: text,
        images: [],
        local_images: [],
        text_elements: []
      })

/** What the user said: to the model, then shown. */
export const userMessage = (
  turn: WrittenTurn,
  text: string,
  moment: Moment
): ReadonlyArray<NewEvent> => {
  const id = turn.mode === 'paginated' ? `msg_${moment.newId()}` : null
  return [
    responseItem(turn, message('user', text, id, null), moment),
    shownUserMessage(turn, text, moment)
  ]
}

/** What the agent said: shown, then kept for the model. */
export const agentMessage = (
  turn: WrittenTurn,
  text: string,
  phase: 'commentary' | 'final_answer' | null,
  moment: Moment
): ReadonlyArray<NewEvent> => {
  const id = `msg_${moment.newId()}`
  const shown =
    turn.mode === 'paginated'
      ? completedItem(
          turn,
          {
            type: 'AgentMessage',
            id,
            content: [{ type: 'Text', text }],
            ...(phase === null ? {} : { phase })
          },
          moment
        )
      : eventMessage(moment.nowMs, {
          type: 'agent_message',
          message: text,
          phase,
          memory_citation: null
        })
  return [shown, responseItem(turn, message('assistant', text, id, phase), moment)]
}

const ending = (
  { turnId, rootTurnId, mode }: WrittenTurn,
  type: 'task_complete' | 'turn_aborted'
): JsonObject =>
  mode === 'paginated'
    ? { type, root_turn_id: rootTurnId, turn_id: turnId }
    : { type, turn_id: turnId }

const times = ({ mode, startedAt }: WrittenTurn, nowMs: number, beganMs: number): JsonObject => ({
  ...(mode === 'paginated' ? { started_at: startedAt } : {}),
  completed_at: Math.floor(nowMs / 1000),
  duration_ms: Math.max(0, nowMs - beganMs)
})

/** The turn completes; `error` only where the mode keeps it. */
export const turnCompleted = (
  turn: WrittenTurn,
  lastAgentMessage: string | null,
  beganMs: number,
  error: Json,
  { nowMs }: Moment
): NewEvent =>
  eventMessage(nowMs, {
    ...ending(turn, 'task_complete'),
    last_agent_message: lastAgentMessage,
    ...(error === null || turn.mode === 'legacy' ? {} : { error }),
    ...times(turn, nowMs, beganMs)
  })

const ABORTED =
  'This turn was stopped before it was finished. Commands it had started may have run in part.'

/** The turn is stopped: first the model is informed, then the turn ends. */
export const turnAborted = (
  turn: WrittenTurn,
  beganMs: number,
  moment: Moment
): ReadonlyArray<NewEvent> => [
  responseItem(
    turn,
    message('user', `<turn_aborted>\n${ABORTED}\n</turn_aborted>`, null, null),
    moment
  ),
  eventMessage(moment.nowMs, {
    ...ending(turn, 'turn_aborted'),
    reason: 'interrupted',
    ...times(turn, moment.nowMs, beganMs)
  })
]
