/**
 * Sub-agents as the thread that has them records them: the calls that spawn, close and resume one.
 */
import { isJsonObject, type JsonObject } from '../json.ts'
import { shortText } from './row.ts'
import type { Draft, Drafted, TrailState } from './trail-state.ts'

/** More spawning calls than this are never open at once. */
const PENDING_MAX = 64

const parsed = (text: unknown): JsonObject => {
  if (typeof text !== 'string') return {}
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : {}
  } catch {
    return {}
  }
}

const called = (state: TrailState, payload: JsonObject): Drafted => {
  const { name, arguments: given, call_id: callId } = payload
  const asked = parsed(given)
  const target = shortText(asked['target']) ?? shortText(asked['id'])
  const turnId = state.turn?.id ?? null
  if (name === 'close_agent' || name === 'resume_agent') {
    if (target === null) return [state, []]
    const action = name === 'close_agent' ? 'agent_closed' : 'agent_resumed'
    return [state, [{ action, turnId, after: { agentThreadId: target.toLowerCase() } }]]
  }
  if (name !== 'spawn_agent' || typeof callId !== 'string') return [state, []]
  const kept = Object.entries(state.agents).slice(1 - PENDING_MAX)
  const role = shortText(asked['agent_type'])
  return [{ ...state, agents: { ...Object.fromEntries(kept), [callId]: { role } } }, []]
}

const answered = (state: TrailState, payload: JsonObject): Drafted => {
  const { call_id: callId, output } = payload
  if (typeof callId !== 'string' || !Object.hasOwn(state.agents, callId)) return [state, []]
  const { [callId]: asked, ...agents } = state.agents
  const { agent_id, nickname } = parsed(output)
  const agentThreadId = shortText(agent_id)?.toLowerCase() ?? null
  const after = { agentThreadId, nickname: shortText(nickname), role: asked?.role ?? null }
  const draft: Draft = { action: 'agent_spawned', turnId: state.turn?.id ?? null, after }
  return [{ ...state, agents }, agentThreadId === null ? [] : [draft]]
}

/** The rows of a response item; none for what is no call about an agent. */
export const rowsOfAgents = (state: TrailState, payload: JsonObject): Drafted => {
  if (payload['type'] === 'function_call') return called(state, payload)
  return payload['type'] === 'function_call_output' ? answered(state, payload) : [state, []]
}
