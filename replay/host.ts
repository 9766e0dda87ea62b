/**
 * The seam for an agent host: a program that runs a model drives live turns through here, and every word of them goes to
 * the log by the same append as everything else. unroll itself says nothing.
 */
import * as E from 'fp-ts/lib/Either.js'
import { streamId } from '../domain/ids.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import type { NewEvent } from '../domain/changes/new-event.ts'
import {
  defaultMode,
  threadMeta,
  type NewThread,
  type ThreadDraft
} from '../domain/changes/new-thread.ts'
import type { ThreadFacts } from '../domain/thread/thread.ts'
import {
  agentMessage,
  completedItem,
  responseItem,
  turnAborted,
  turnCompleted,
  turnStarted,
  userMessage,
  type WrittenTurn
} from '../domain/changes/turn-events.ts'
import { modeOf, momentOf, newTurn } from './change/mutate/turn-context.ts'
import {
  openTarget,
  SAID,
  written,
  type MutationEnv,
  type MutationTarget,
  type Written
} from './change/mutate/write.ts'
import type { AskedOptions, MutationOptions } from './change/life/life.ts'
import type { Appended } from './ports.ts'
import { recorded, requestOf } from './change/life/recorded.ts'
import { tailEvents } from './read/threads/lines.ts'
import { idInMetadata } from './read/threads/identity.ts'
import { invalidRequest, type Answer, type Result } from './result.ts'

export interface TurnInput {
  readonly text: string
  /** Members of `turn_context` that differ from the turn before; a new thread needs at least `model`. */
  readonly settings?: JsonObject
  /** Id of the turn, if a client already knows it; default: a new one. */
  readonly turnId?: string
  /** How many tokens the model can be sent. */
  readonly modelContextWindow?: number
}

export interface HostEvent {
  readonly type: string
  readonly payload: JsonObject
}

export interface HostToolCall {
  readonly callId: string
  readonly name: string
  /** JSON text, as the model gave it. */
  readonly arguments: string
  readonly output: string
  /** The finished item as a paginated thread shows it (`CommandExecution`, `McpToolCall` …); legacy threads have none. */
  readonly item?: JsonObject
}

/** A turn a host drives. It is over when `complete` or `abort` has answered. */
export interface DrivenTurn {
  readonly threadId: string
  readonly turnId: string
  readonly say: (text: string, phase?: 'commentary' | 'final_answer') => Answer<Written>
  readonly call: (call: HostToolCall) => Answer<Written>
  /** Anything else a rollout can hold: reasoning, token counts, patches … */
  readonly append: (events: ReadonlyArray<HostEvent>) => Answer<Written>
  /** The turn is done; with an error it failed, which only paginated threads keep. */
  readonly complete: (error?: Json) => Answer<Written>
  readonly abort: () => Answer<Written>
}

/** Options of a turn that a host drives: there is no dry run of one. */
export type TurnOptions = AskedOptions & Pick<MutationOptions, 'expectedRevision'>

export interface Hosting {
  /** A thread that is not on disk yet; its first turn puts it there. */
  readonly draftThread: (thread: NewThread) => Result<ThreadDraft>
  /** Begins a turn that a host drives, in a thread or as the first one of a draft. */
  readonly beginTurn: (
    thread: string | ThreadDraft,
    input: TurnInput,
    o?: TurnOptions
  ) => Answer<DrivenTurn>
}

const draftThread = (env: MutationEnv, defaultProvider: string, thread: NewThread): ThreadDraft => {
  const { writer, profile } = env
  const id = streamId(writer.newId())
  const nowMs = writer.nowMs()
  const at = new Date(nowMs).toISOString()
  const meta = threadMeta(id, thread, defaultProvider, profile, at, writer.newId())
  return { threadId: id, path: writer.pathOf(id, nowMs), meta }
}

const REQUIRED: JsonObject = {
  approval_policy: 'on-request',
  sandbox_policy: { type: 'read-only' },
  summary: 'auto'
}

const settingsOfFacts = (facts: ThreadFacts): JsonObject => ({
  cwd: facts.settingsCwd ?? facts.own?.cwd ?? facts.contextCwd ?? '',
  ...REQUIRED,
  approval_policy: facts.approvalPolicy,
  ...(facts.model === null ? {} : { model: facts.model }),
  ...(facts.reasoningEffort === null ? {} : { effort: facts.reasoningEffort })
})

const contextEvent = (turn: WrittenTurn, settings: JsonObject, timestamp: string): NewEvent => {
  const { turn_id: _, root_turn_id: __, ...kept } = settings
  const root = turn.mode === 'paginated' ? { root_turn_id: turn.rootTurnId } : {}
  const payload = { turn_id: turn.turnId, ...root, ...kept }
  return { timestamp, type: 'turn_context', payload }
}

const WHOLE_TURNS = { none: SAID }
const NO_OPTIONS: MutationOptions = {}

const opening = (
  env: MutationEnv,
  turn: WrittenTurn,
  settings: JsonObject,
  input: TurnInput
): Result<ReadonlyArray<NewEvent>> => {
  if (typeof settings['model'] !== 'string')
    return invalidRequest('the first turn of a thread must say which model it uses')
  const moment = momentOf(env.writer)
  const at = new Date(moment.nowMs).toISOString()
  return E.right([
    turnStarted(turn, input.modelContextWindow ?? null, moment),
    contextEvent(turn, settings, at),
    ...userMessage(turn, input.text, moment)
  ])
}

const lastContext = async (env: MutationEnv, target: MutationTarget): Promise<JsonObject> => {
  const events = await tailEvents(env, target.info)
  const last = events.findLast(({ line }) => line.type === 'turn_context')
  return last === undefined
    ? settingsOfFacts(target.row().facts)
    : (last.line.payload as unknown as JsonObject)
}

/** A turn as its lines describe it, in the thread that it is written to. */
interface BegunTurn {
  readonly threadId: string
  readonly turn: WrittenTurn
}

const beginIn = async (
  env: MutationEnv,
  threadId: string,
  input: TurnInput,
  options: MutationOptions
): Promise<Result<BegunTurn>> => {
  const target = await openTarget(env, threadId, options)
  if (E.isLeft(target)) return target
  const { info, row } = target.right
  const mode = await modeOf(env, info)
  const id = idInMetadata(row(), info)
  const turn = newTurn(id, mode, momentOf(env.writer), { turnId: input.turnId })
  const begun = await written(env, info.streamId, options, {
    operation: 'turn',
    arguments: { turnId: turn.turnId },
    plan: async (now) => {
      const settings = { ...(await lastContext(env, now)), ...input.settings }
      return E.map((events: ReadonlyArray<NewEvent>) => ({ events, inverse: WHOLE_TURNS }))(
        opening(env, turn, settings, input)
      )
    }
  })()
  return E.isLeft(begun) ? begun : E.right({ threadId: info.streamId, turn })
}

const beginDraft = async (
  env: MutationEnv,
  { threadId, meta }: ThreadDraft,
  input: TurnInput,
  options: MutationOptions
): Promise<Result<BegunTurn>> => {
  const { expectedRevision: expected = 0 } = options
  if (expected !== 0)
    return E.left({ _tag: 'WrongExpectedRevision', streamId: threadId, expected, actual: null })
  const { cwd, history_mode: named } = meta.payload
  const mode = named === 'paginated' || named === 'legacy' ? named : defaultMode(env.profile)
  const turn = newTurn(threadId, mode, momentOf(env.writer), { turnId: input.turnId })
  const settings = { cwd: cwd ?? '', ...REQUIRED, ...input.settings }
  const events = opening(env, turn, settings, input)
  if (E.isLeft(events)) return events
  const request = requestOf(threadId, 'turn', { turnId: turn.turnId }, options)
  return recorded(env, request, null, async () => {
    const append = env.store.append(streamId(threadId), 'no_stream', [meta, ...events.right])
    return E.map(({ next }: Appended) => ({
      answer: { threadId, turn },
      after: next,
      inverse: WHOLE_TURNS
    }))(await append())
  })
}

const drivenTurn = (
  env: MutationEnv,
  { threadId, turn }: BegunTurn,
  beganMs: number
): DrivenTurn => {
  let said: string | null = null
  const { turnId } = turn
  const add = (events: () => ReadonlyArray<NewEvent>): Answer<Written> =>
    written(env, threadId, NO_OPTIONS, {
      operation: 'turn-events',
      arguments: { turnId },
      plan: async () => E.right({ events: events(), inverse: WHOLE_TURNS })
    })
  const moment = () => momentOf(env.writer)
  return {
    threadId,
    turnId,
    say: (text, phase) => {
      said = text
      return add(() => agentMessage(turn, text, phase ?? null, moment()))
    },
    call: ({ callId, name, arguments: text, output, item }) =>
      add(() => [
        responseItem(
          turn,
          { type: 'function_call', name, arguments: text, call_id: callId },
          moment()
        ),
        ...(item === undefined || turn.mode === 'legacy'
          ? []
          : [completedItem(turn, item, moment())]),
        responseItem(turn, { type: 'function_call_output', call_id: callId, output }, moment())
      ]),
    append: (events) =>
      add(() => {
        const timestamp = new Date(env.writer.nowMs()).toISOString()
        return events.map(({ type, payload }) => ({ timestamp, type, payload }))
      }),
    complete: (error = null) => add(() => [turnCompleted(turn, said, beganMs, error, moment())]),
    abort: () => add(() => turnAborted(turn, beganMs, moment()))
  }
}

/** Begins a turn in a thread, or the first one of a draft, which puts the thread on disk. */
const beginTurn =
  (
    env: MutationEnv,
    thread: string | ThreadDraft,
    input: TurnInput,
    options: MutationOptions
  ): Answer<DrivenTurn> =>
  async () => {
    const beganMs = env.writer.nowMs()
    const begun =
      typeof thread === 'string'
        ? await beginIn(env, thread, input, options)
        : await beginDraft(env, thread, input, options)
    return E.isLeft(begun) ? begun : E.right(drivenTurn(env, begun.right, beganMs))
  }

/** Turns and threads of a host; `defaultProvider` is the provider of threads that name none. */
export const hostingOf = (env: MutationEnv, defaultProvider: string): Hosting => ({
  draftThread: (thread) => E.right(draftThread(env, defaultProvider, thread)),
  beginTurn: (thread, input, o = {}) => beginTurn(env, thread, input, o)
})
