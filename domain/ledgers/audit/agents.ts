/**
 * Sub-agents as the thread that has them records them: the calls that spawn, close and resume one.
 */
import { parsedObject, textIn, type JsonObject } from '../../json.ts'
import { shortText } from './row.ts'
import type { TrailDraft, TrailStep, TrailState } from './trail-state.ts'

/** Calls that can be open at once. */
const PENDING_MAX = 64

const ACTIONS = {
  spawn_agent: 'agent_spawned',
  close_agent: 'agent_closed',
  resume_agent: 'agent_resumed'
} as const

const isTool = (name: unknown): name is keyof typeof ACTIONS =>
  typeof name === 'string' && Object.hasOwn(ACTIONS, name)

const parsed = (text: unknown): JsonObject | null => parsedObject(textIn(text))

const called = (state: TrailState, payload: JsonObject): TrailStep => {
  const { name, arguments: given, call_id: callId } = payload
  if (!isTool(name) || typeof callId !== 'string') return [state, []]
  const asked = parsed(given) ?? {}
  const target = shortText(asked['target']) ?? shortText(asked['id'])
  const call = {
    action: ACTIONS[name],
    target: target?.toLowerCase() ?? null,
    role: shortText(asked['agent_type'])
  }
  const kept = Object.entries(state.agents).slice(1 - PENDING_MAX)
  return [{ ...state, agents: { ...Object.fromEntries(kept), [callId]: call } }, []]
}

const spawned = (state: TrailState, after: JsonObject): TrailDraft => ({
  action: 'agent_spawned',
  turnId: state.turn?.id ?? null,
  after
})

/** The result of a call; a failed one is answered with prose. */
const answered = (state: TrailState, payload: JsonObject): TrailStep => {
  const { call_id: callId, output } = payload
  if (typeof callId !== 'string' || !Object.hasOwn(state.agents, callId)) return [state, []]
  const { [callId]: call, ...agents } = state.agents
  const next = { ...state, agents }
  const answer = parsed(output)
  if (call === undefined || answer === null) return [next, []]
  if (call.action === 'agent_spawned') {
    const agentThreadId = shortText(answer['agent_id'])?.toLowerCase() ?? null
    const after = { agentThreadId, nickname: shortText(answer['nickname']), role: call.role }
    return [next, agentThreadId === null ? [] : [spawned(state, after)]]
  }
  const turnId = state.turn?.id ?? null
  const after = { agentThreadId: call.target }
  return [next, call.target === null ? [] : [{ action: call.action, turnId, after }]]
}

/** The rows of a response item; none unless it is a call about an agent. */
export const rowsOfAgents = (state: TrailState, payload: JsonObject): TrailStep => {
  if (payload['type'] === 'function_call') return called(state, payload)
  return payload['type'] === 'function_call_output' ? answered(state, payload) : [state, []]
}

/** The answer to a spawn does not name an agent that has a path; an event does (0.142). */
export const rowsOfActivity = (
  state: TrailState,
  activity: { readonly kind: string; readonly agent_thread_id: string; readonly agent_path: string }
): TrailStep => {
  if (activity.kind !== 'started') return [state, []]
  const agentThreadId = activity.agent_thread_id.toLowerCase()
  return [state, [spawned(state, { agentThreadId, path: shortText(activity.agent_path) })]]
}
