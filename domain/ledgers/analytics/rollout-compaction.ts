/**
 * Compactions of a rollout, and the size of the context around them.
 *
 * `last_token_usage.total_tokens` before the compaction is the context it began with, the one after it the context it
 * left: these are the numbers Codex posts, but for a compaction by the service up to 0.142.
 */
import type { RecordedEvent } from '../../log/event.ts'
import type { TokenCount } from '../../log/payloads.ts'
import type { JsonObject } from '../../json.ts'
import type { FactOf } from './fact.ts'
import {
  NO_WRITES,
  silent,
  type RolloutTurn,
  type RolloutState,
  type RolloutStep
} from './rollout-state.ts'

type Compacted = FactOf<'compacted'>

type Cause = Pick<Compacted, 'trigger' | 'reason' | 'phase'>

const STANDALONE: Cause = {
  trigger: 'manual',
  reason: 'user_requested',
  phase: 'standalone_turn'
}

/** Before a turn only a new model makes Codex compact for another reason than the size of the context. */
const beforeTurn = ({ modelBefore, settings }: RolloutTurn): Cause => ({
  trigger: 'auto',
  reason:
    settings === null || modelBefore === null
      ? null
      : settings.model === modelBefore
        ? 'context_limit'
        : 'model_downshift',
  phase: 'pre_turn'
})

/** A turn in which nobody said anything was made for the compaction. */
const causeOf = (turn: RolloutTurn): Cause => {
  if (turn.messages > 0) return { trigger: 'auto', reason: 'context_limit', phase: 'mid_turn' }
  return turn.settings === null ? STANDALONE : beforeTurn(turn)
}

/** The service compacts without a summary that can be read. */
const implementationOf = (payload: JsonObject): Compacted['implementation'] => {
  if (payload['message'] !== '') return 'responses'
  const hasWindow = payload['window_id'] !== undefined || payload['window_number'] !== undefined
  return hasWindow ? 'responses_compaction_v2' : 'responses_compact'
}

export const compacted = (
  state: RolloutState,
  payload: JsonObject,
  event: RecordedEvent,
  atMs: number
): RolloutStep => {
  const { turn, threadId } = state
  if (turn === null) return silent(state)
  const cause = causeOf(turn)
  const implementation = implementationOf(payload)
  const fact: Compacted = {
    kind: 'compacted',
    atMs,
    threadId,
    turnId: turn.turnId,
    ...cause,
    implementation,
    // The summary stands for what was said before; no other strategy was ever recorded.
    strategy: 'memento',
    status: 'completed',
    error: null,
    // The newest count is that of the answer that made the summary; the service's answer is in no count.
    // Before the first answer there is nothing to count.
    contextTokensBefore:
      (implementation === 'responses' ? state.contextBefore : state.contextTokens) ?? 0,
    contextTokensAfter: null,
    retainedImageCount: null,
    summaryTokens: null,
    cachedInputTokens: null,
    cacheWriteInputTokens: null,
    startedAt: cause.phase === 'standalone_turn' ? turn.startedAt : null,
    completedAt: Math.floor(atMs / 1000),
    durationMs: null
  }
  const write = { place: { revision: event.revision, index: 0 }, fact }
  return { state: { ...state, turn: { ...turn, compaction: write } }, writes: [write] }
}

const isForced = (info: NonNullable<TokenCount['info']>): boolean => {
  const { total_token_usage: total, model_context_window: window } = info
  return (
    typeof window === 'number' &&
    total.total_tokens === window &&
    total.input_tokens === 0 &&
    total.output_tokens === 0
  )
}

const withContext = (state: RolloutState, info: NonNullable<TokenCount['info']>): RolloutState => {
  const { input_tokens, output_tokens } = info.total_token_usage
  const spentTokens = input_tokens + output_tokens
  const isAnswer = spentTokens > state.spentTokens
  return {
    ...state,
    spentTokens,
    contextTokens: info.last_token_usage.total_tokens,
    contextBefore: isAnswer ? state.contextTokens : state.contextBefore
  }
}

/** The size of the context was recorded: the one before the next compaction, or after the last. */
export const contextCounted = (before: RolloutState, payload: TokenCount): RolloutStep => {
  const { info } = payload
  if (info == null) return silent(before)
  const state = withContext(before, info)
  const { turn, contextTokens } = state
  if (turn === null) return silent(state)
  const windowExceeded = turn.windowExceeded || isForced(info)
  const open = turn.compaction
  if (open === null || open.fact.contextTokensAfter !== null)
    return silent({ ...state, turn: { ...turn, windowExceeded } })
  const write = { ...open, fact: { ...open.fact, contextTokensAfter: contextTokens } }
  return {
    state: { ...state, turn: { ...turn, windowExceeded, compaction: write } },
    writes: [write]
  }
}

/** A compaction in a turn that turns out to be somebody's was automatic. */
export const compactionSettled = (state: RolloutState): RolloutStep => {
  const { turn } = state
  const open = turn?.compaction ?? null
  if (turn === null || open === null) return { state, writes: NO_WRITES }
  const isUnsettled =
    (open.fact.phase === 'standalone_turn' && turn.messages > 0) ||
    (open.fact.phase === 'pre_turn' && open.fact.reason === null && turn.settings !== null)
  if (!isUnsettled) return { state, writes: NO_WRITES }
  const fact: Compacted = { ...open.fact, ...beforeTurn(turn), startedAt: null }
  const write = { ...open, fact }
  return { state: { ...state, turn: { ...turn, compaction: write } }, writes: [write] }
}
