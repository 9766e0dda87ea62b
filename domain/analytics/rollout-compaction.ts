/**
 * Compactions of a rollout, and the size of the context around them.
 *
 * `last_token_usage.total_tokens` before the compaction is the context it began with, the one after it the context it
 * left: these are the numbers Codex posts, but for a compaction by the service up to 0.142.
 */
import type { RecordedEvent } from '../events/event.ts'
import type { TokenCount } from '../events/payloads.ts'
import type { JsonObject } from '../json.ts'
import type { FactOf } from './fact.ts'
import {
  NO_WRITES,
  silent,
  type OpenTurn,
  type RolloutState,
  type RolloutStep
} from './rollout-state.ts'

type Compacted = FactOf<'compacted'>

/** A turn in which nobody said anything was made for the compaction. */
const phaseOf = (turn: OpenTurn): Pick<Compacted, 'trigger' | 'reason' | 'phase'> => {
  if (turn.messages > 0 || turn.settings !== null)
    return {
      trigger: 'auto',
      reason: null,
      phase: turn.messages > 0 ? 'mid_turn' : 'pre_turn'
    }
  return { trigger: 'manual', reason: 'user_requested', phase: 'standalone_turn' }
}

/** The service compacts without a summary that can be read. */
const implementationOf = (payload: JsonObject): Compacted['implementation'] => {
  if (payload['message'] !== '') return 'responses'
  const hasWindow = payload['window_id'] !== undefined || payload['window_number'] !== undefined
  return hasWindow ? 'responses_compaction_v2' : 'responses_compact'
}

/** The context was compacted. */
export const compacted = (
  state: RolloutState,
  payload: JsonObject,
  event: RecordedEvent,
  atMs: number
): RolloutStep => {
  const { turn, threadId } = state
  if (turn === null) return silent(state)
  const parts = phaseOf(turn)
  const isWholeTurn = parts.phase === 'standalone_turn'
  const fact: Compacted = {
    kind: 'compacted',
    atMs,
    threadId,
    turnId: turn.turnId,
    ...parts,
    implementation: implementationOf(payload),
    strategy: null,
    status: 'completed',
    error: null,
    contextTokensBefore: state.contextTokens,
    contextTokensAfter: null,
    retainedImageCount: null,
    summaryTokens: null,
    cachedInputTokens: null,
    cacheWriteInputTokens: null,
    startedAt: isWholeTurn ? turn.startedAt : null,
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

/** The size of the context was told: that before the next compaction, or after the last one. */
export const contextCounted = (state: RolloutState, payload: TokenCount): RolloutStep => {
  const { info } = payload
  if (info == null) return silent(state)
  const contextTokens = info.last_token_usage.total_tokens
  const { turn } = state
  if (turn === null) return silent({ ...state, contextTokens })
  const windowExceeded = turn.windowExceeded || isForced(info)
  const open = turn.compaction
  if (open === null || open.fact.contextTokensAfter !== null)
    return silent({ ...state, contextTokens, turn: { ...turn, windowExceeded } })
  const write = { ...open, fact: { ...open.fact, contextTokensAfter: contextTokens } }
  return {
    state: { ...state, contextTokens, turn: { ...turn, windowExceeded, compaction: write } },
    writes: [write]
  }
}

/** A compaction in a turn that turns out to be somebody's was automatic. */
export const compactionSettled = (state: RolloutState): RolloutStep => {
  const { turn } = state
  const open = turn?.compaction ?? null
  if (turn === null || open?.fact.phase !== 'standalone_turn' || turn.messages === 0)
    return { state, writes: NO_WRITES }
  const fact: Compacted = {
    ...open.fact,
    trigger: 'auto',
    reason: null,
    phase: 'pre_turn',
    startedAt: null
  }
  const write = { ...open, fact }
  return { state: { ...state, turn: { ...turn, compaction: write } }, writes: [write] }
}
