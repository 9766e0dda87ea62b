/**
 * Sub-agent calls: from the model's calls and their outputs, and from recorded events.
 *
 * spawn_agent     {"message" | "items", "model"?, "reasoning_effort"?}   → {"agent_id", "nickname"}
 * send_input      {"target" | "id", "message" | "items"}                 → {"submission_id"}
 * wait, wait_agent {"targets" | "ids"}                                   → {"status": {ID: STATUS}, "timed_out"}
 * close_agent     {"target" | "id"}                                      → {"previous_status" | "status": STATUS}
 * resume_agent    {"id" | "target"}                                      → {"status": STATUS}
 * STATUS          "running", "pending_init", "interrupted", "shutdown", "not_found", {"completed": TEXT | null},
 *                 {"errored": TEXT}
 *
 * Shape:  a success is always JSON, so any other text is a failure. Calls of the second multi-agent protocol (names
 *         and paths in place of thread ids) are left out: 0.142 records sub_agent_activity for them.
 * Source: agents-130, agents-142 and agents-169 of the corpus; collab_* events by the schemas of both binaries.
 */
import { uuid } from '../../log/codec.ts'
import { isJsonObject, type Json } from '../../json.ts'
import type { ItemCertainty } from '../../protocol.ts'
import type { CollabAgentToolCall, RichContext } from './types.ts'
import { outputText, parseObject, reader, type Reader } from './values.ts'
import { own } from '../../own.ts'

type AgentTool = 'spawnAgent' | 'sendInput' | 'wait' | 'closeAgent' | 'resumeAgent'

const TOOLS: Readonly<Record<string, AgentTool>> = {
  spawn_agent: 'spawnAgent',
  send_input: 'sendInput',
  wait: 'wait',
  wait_agent: 'wait',
  close_agent: 'closeAgent',
  resume_agent: 'resumeAgent'
}

const NAMESPACES: ReadonlySet<string | null> = new Set([null, 'multi_agent_v1'])

/** A sub-agent tool by its name in a call; null when the call is of another tool. */
export const collabTool = (name: string, namespace: string | null): AgentTool | null =>
  (NAMESPACES.has(namespace) ? own(TOOLS, name) : undefined) ?? null

const STATUS: Readonly<Record<string, string>> = {
  pending_init: 'pendingInit',
  running: 'running',
  interrupted: 'interrupted',
  completed: 'completed',
  errored: 'errored',
  shutdown: 'shutdown',
  not_found: 'notFound'
}

const agentState = (json: Json): AgentState | null => {
  const name =
    typeof json === 'string' ? json : isJsonObject(json) ? Object.keys(json)[0] : undefined
  const status = own(STATUS, name ?? '')
  if (name === undefined || status === undefined) return null
  return { status, message: isJsonObject(json) ? reader(json).text(name) : null }
}

interface AgentState {
  readonly [member: string]: Json
  readonly status: string
  readonly message: string | null
}

type States = Readonly<Record<string, AgentState>>

const states = (entries: ReadonlyArray<readonly [string, Json]>): States =>
  Object.fromEntries(
    entries.flatMap(([id, json]) => {
      const state = agentState(json)
      return state === null ? [] : [[id, state] as const]
    })
  )

const verdict = (agents: States): 'completed' | 'failed' =>
  Object.values(agents).some(({ status }) => status === 'errored' || status === 'notFound')
    ? 'failed'
    : 'completed'

const item = (
  id: string,
  tool: AgentTool,
  senderThreadId: string,
  certainty: ItemCertainty,
  members: Partial<CollabAgentToolCall>
): CollabAgentToolCall => ({
  type: 'collabAgentToolCall',
  id,
  tool,
  status: members.status ?? 'inProgress',
  senderThreadId,
  receiverThreadIds: members.receiverThreadIds ?? [],
  prompt: members.prompt ?? null,
  model: members.model ?? null,
  reasoningEffort: members.reasoningEffort ?? null,
  agentsStates: members.agentsStates ?? {},
  certainty
})

const promptOf = (call: Reader): string | null => {
  const items = outputText(call.json('items'))
  return call.text('message') ?? (items === '' ? null : items)
}

/** A sub-agent call, still in progress; null when its arguments are not those of its tool. */
export const calledAgent = (
  id: string,
  tool: AgentTool,
  call: Reader,
  context: RichContext
): CollabAgentToolCall | null => {
  const begun = (members: Partial<CollabAgentToolCall>) =>
    item(id, tool, context.threadId, 'derived', members)
  if (tool === 'spawnAgent') {
    const prompt = promptOf(call)
    return prompt === null || call.has('task_name')
      ? null
      : begun({ prompt, model: call.text('model'), reasoningEffort: call.text('reasoning_effort') })
  }
  const target = call.text('target') ?? call.text('id')
  const targets =
    tool === 'wait'
      ? (call.texts('targets') ?? call.texts('ids'))
      : target === null
        ? null
        : [target]
  if (targets === null || !targets.every((thread) => uuid.is(thread))) return null
  return begun({
    receiverThreadIds: targets,
    prompt: tool === 'sendInput' ? promptOf(call) : null
  })
}

const FAILURE =
  /^(?:collab (?:spawn|tool) failed: |agent with id |Agent depth limit reached|Unknown model )/

/** A sub-agent call after the text it answered with. */
export const afterAgentOutput = (call: CollabAgentToolCall, text: string): CollabAgentToolCall => {
  if (call.status !== 'inProgress') return call
  const answer = parseObject(text)
  if (answer === null) {
    return { ...call, status: 'failed', certainty: FAILURE.test(text) ? 'derived' : 'inferred' }
  }
  const done = (agents: States, threads: ReadonlyArray<string>): CollabAgentToolCall => ({
    ...call,
    status: verdict(agents),
    receiverThreadIds: threads.length === 0 ? call.receiverThreadIds : threads,
    agentsStates: agents
  })
  switch (call.tool) {
    case 'spawnAgent': {
      const thread = answer.text('agent_id')
      return thread === null
        ? { ...call, status: 'failed', certainty: 'inferred' }
        : done({}, [thread])
    }
    case 'sendInput':
      return done({}, [])
    case 'wait': {
      const agents = states(
        Object.entries(answer.object('status')?.whole ?? {}) as Array<[string, Json]>
      )
      return done(agents, Object.keys(agents).sort())
    }
    default: {
      const status = answer.json('previous_status') ?? answer.json('status')
      return done(states(call.receiverThreadIds.map((thread) => [thread, status])), [])
    }
  }
}

const EVENTS: Readonly<Record<string, readonly [AgentTool, 'begin' | 'end']>> = {
  collab_agent_spawn_begin: ['spawnAgent', 'begin'],
  collab_agent_spawn_end: ['spawnAgent', 'end'],
  collab_agent_interaction_begin: ['sendInput', 'begin'],
  collab_agent_interaction_end: ['sendInput', 'end'],
  collab_waiting_begin: ['wait', 'begin'],
  collab_waiting_end: ['wait', 'end'],
  collab_close_begin: ['closeAgent', 'begin'],
  collab_close_end: ['closeAgent', 'end'],
  collab_resume_begin: ['resumeAgent', 'begin'],
  collab_resume_end: ['resumeAgent', 'end']
}

/** A sub-agent call as a `collab_*` event recorded it; null when the event is another one or lacks its ids. */
export const recordedAgentEvent = (kind: string, event: Reader): CollabAgentToolCall | null => {
  const entry = own(EVENTS, kind)
  const id = event.text('call_id')
  const sender = event.text('sender_thread_id')
  if (entry === undefined || id === null || sender === null) return null
  const [tool, phase] = entry
  const made = event.text('new_thread_id') ?? event.text('receiver_thread_id')
  const threads = made === null ? [] : [made]
  const members = {
    prompt: event.text('prompt'),
    model: event.text('model'),
    reasoningEffort: event.text('reasoning_effort')
  }
  if (phase === 'begin') {
    const receivers = tool === 'wait' ? (event.texts('receiver_thread_ids') ?? []) : threads
    return item(id, tool, sender, 'recorded', { ...members, receiverThreadIds: receivers })
  }
  const agents =
    tool === 'wait'
      ? states(Object.entries(event.object('statuses')?.whole ?? {}) as Array<[string, Json]>)
      : states(threads.map((thread) => [thread, event.json('status')]))
  return item(id, tool, sender, 'recorded', {
    ...members,
    status: tool === 'spawnAgent' && made === null ? 'failed' : verdict(agents),
    receiverThreadIds: tool === 'wait' ? Object.keys(agents).sort() : threads,
    agentsStates: agents
  })
}
