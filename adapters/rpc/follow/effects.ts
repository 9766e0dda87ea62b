/**
 * What happened to a thread, as the notifications that Codex sends of its own turns.
 *
 * The log keeps how items ended. How they began is derived from that: a message without its text, a tool without its result.
 * Item ids are those of a replay.
 */
import { decodable, type Decoder } from '../../../domain/thread/items/decodable.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { PROFILES, type ProfileName } from '../../../domain/log/profile.ts'
import type { ThreadItem, ThreadStatus, Turn } from '../../../domain/protocol.ts'
import type { ThreadChange } from '../../../replay/read/follow/changes.ts'
import { absoluteDirectory } from '../../home/places.ts'
import {
  goalCleared,
  goalUpdated,
  itemChanged,
  reasoningAdded,
  threadRewound,
  tokenUsageUpdated,
  turnCompleted,
  turnFailed,
  turnStarted
} from '../threads/notices.ts'
import type { Notice } from '../wire/message.ts'

/** A notification, or the status of the thread from here on. */
type FollowEffect = { readonly notice: Notice } | { readonly status: ThreadStatus }

interface FollowContext {
  readonly threadId: string
  readonly profile: ProfileName
  readonly strict: boolean
  readonly goals: boolean
}

const ACTIVE: ThreadStatus = { type: 'active', activeFlags: [] }

/** An item as it was when it began, as far as the log tells. */
const begun = (item: ThreadItem): ThreadItem => {
  const base = 'completedAtMs' in item ? { ...item, completedAtMs: null } : item
  switch (base.type) {
    case 'agentMessage':
      return { ...base, text: '' }
    case 'reasoning':
      return { ...base, summary: [], content: [] }
    case 'commandExecution':
      return {
        ...base,
        status: 'inProgress',
        aggregatedOutput: null,
        exitCode: null,
        durationMs: null
      }
    case 'mcpToolCall':
      return { ...base, status: 'inProgress', result: null, error: null, durationMs: null }
    case 'dynamicToolCall':
      return {
        ...base,
        status: 'inProgress',
        contentItems: null,
        success: null,
        durationMs: null
      }
    case 'fileChange':
    case 'collabAgentToolCall':
      return { ...base, status: 'inProgress' }
    case 'webSearch':
      return { ...base, query: '', action: { type: 'other' } }
    case 'imageGeneration':
      return {
        ...base,
        status: 'in_progress',
        revisedPrompt: null,
        ...(base.result === undefined ? {} : { result: '' })
      }
    default:
      return base
  }
}

const itemNotice = (
  { threadId, profile }: FollowContext,
  stage: 'started' | 'completed',
  item: ThreadItem,
  turnId: string,
  atMs: number
): FollowEffect => {
  const known = stage === 'started' ? item.startedAtMs : item.completedAtMs
  return {
    notice: itemChanged(stage, item, { threadId, turnId }, known ?? atMs, profile)
  }
}

/** Since 0.169 a completed turn shows its answer. */
const withAnswer = (turn: Turn, answer: ThreadItem | null, profile: ProfileName): Turn =>
  answer === null || turn.status !== 'completed' || !PROFILES[profile].members169
    ? turn
    : { ...turn, items: [answer], itemsView: 'summary' }

const turnEnded = (
  { threadId, profile }: FollowContext,
  { turn, answer }: Extract<ThreadChange, { readonly type: 'turn_ended' }>
): ReadonlyArray<FollowEffect> => {
  const isFailed = turn.status === 'failed'
  return [
    { status: { type: isFailed ? 'systemError' : 'idle' } },
    ...(turn.error === null ? [] : [{ notice: turnFailed(threadId, turn.id, turn.error) }]),
    { notice: turnCompleted(threadId, withAnswer(turn, answer, profile)) }
  ]
}

const decoderOf = (profile: ProfileName): Decoder => ({
  profile: PROFILES[profile],
  absolute: absoluteDirectory
})

export const effectsOf = (
  context: FollowContext,
  change: ThreadChange
): ReadonlyArray<FollowEffect> => {
  const { threadId, profile, strict, goals } = context
  switch (change.type) {
    case 'turn_started':
      return [{ status: ACTIVE }, { notice: turnStarted(threadId, change.turn) }]
    case 'turn_resumed':
      return [{ status: ACTIVE }]
    case 'turn_ended':
      return turnEnded(context, change)
    case 'item_added': {
      const { turnId, grows, atMs } = change
      const item = decodable(change.item, decoderOf(profile))
      if (item === null) return []
      const started = itemNotice(context, 'started', begun(item), turnId, atMs)
      return grows ? [started] : [started, itemNotice(context, 'completed', item, turnId, atMs)]
    }
    case 'item_changed': {
      const item = decodable(change.item, decoderOf(profile))
      return item === null
        ? []
        : [itemNotice(context, 'completed', item, change.turnId, change.atMs)]
    }
    case 'reasoning_added':
      return reasoningAdded(threadId, change).map((notice) => ({ notice }))
    case 'usage': {
      const to = { subscribersOf: threadId }
      const info = change.info as unknown as JsonObject
      return [{ notice: tokenUsageUpdated(threadId, change.turnId, info, profile, to) }]
    }
    case 'goal': {
      const { goal } = change
      if (!goals) return []
      const notice = goal === null ? goalCleared(threadId) : goalUpdated({ ...goal, threadId })
      return [{ notice }]
    }
    case 'rewound':
      return strict && profile !== '0.169' ? [] : [{ notice: threadRewound(threadId, profile) }]
  }
}
