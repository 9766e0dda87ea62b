/**
 * Every notification that a method of this server sends, and who gets it.
 */
import type { Goal } from '../../../domain/changes/goal.ts'
import type { Json, JsonObject } from '../../../domain/json.ts'
import type { ProfileName } from '../../../domain/profile.ts'
import type { ThreadStatus, Turn, TurnError } from '../../../domain/protocol.ts'
import type { Audience, Notice } from '../wire/message.ts'
import type { Live, ShownThread } from './live.ts'
import { threadSettings, type Settings } from './settings.ts'

const toAll = (method: string, params: Json): Notice => ({ method, params, to: 'all' })
const toSubscribers = (method: string, threadId: string, members: JsonObject): Notice => ({
  method,
  params: { threadId, ...members },
  to: { subscribersOf: threadId }
})

/** A thread is loaded that was not there before; without its turns. */
export const threadStarted = (thread: ShownThread): Notice => ({
  method: 'thread/started',
  params: { thread: { ...thread, turns: [] } },
  to: 'all'
})

/** A thread is in another state than before. */
export const statusChanged = (threadId: string, status: ThreadStatus): Notice =>
  toAll('thread/status/changed', { threadId, status: status as unknown as Json })

/** A thread was moved to the archive. */
export const threadArchived = (threadId: string): Notice => toAll('thread/archived', { threadId })

/** A thread was moved back. */
export const threadUnarchived = (threadId: string): Notice =>
  toAll('thread/unarchived', { threadId })

/** A thread is gone. */
export const threadDeleted = (threadId: string): Notice => toAll('thread/deleted', { threadId })

/** A thread goes on from an earlier place. */
export const threadReverted = (threadId: string): Notice => toAll('thread/reverted', { threadId })

/** The same for a thread that another process rolled back; before 0.169 only who follows it is told, as it is ours there. */
export const threadRewound = (threadId: string, profile: ProfileName): Notice =>
  profile === '0.169' ? threadReverted(threadId) : toSubscribers('thread/reverted', threadId, {})

/** A thread is no longer loaded, because nobody followed it. */
export const threadClosed = (threadId: string): Notice => toAll('thread/closed', { threadId })

/** A thread has another name. */
export const nameUpdated = (threadId: string, threadName: string): Notice =>
  toAll('thread/name/updated', { threadId, threadName })

/** A thread has a goal, or another one than before. */
export const goalUpdated = (goal: Goal): Notice =>
  toAll('thread/goal/updated', {
    threadId: goal.threadId,
    turnId: null,
    goal: goal as unknown as JsonObject
  })

/** A thread has no goal. */
export const goalCleared = (threadId: string): Notice => toAll('thread/goal/cleared', { threadId })

/** A thread's next turn will run otherwise. */
export const settingsUpdated = (
  threadId: string,
  settings: Settings,
  profile: ProfileName
): Notice =>
  toSubscribers('thread/settings/updated', threadId, {
    threadSettings: threadSettings(settings, profile)
  })

const numberOf = (value: Json | undefined): number => (typeof value === 'number' ? value : 0)

const countOf = (usage: Json | undefined, profile: ProfileName): JsonObject => {
  const of = (usage ?? {}) as JsonObject
  return {
    totalTokens: numberOf(of['total_tokens']),
    inputTokens: numberOf(of['input_tokens']),
    cachedInputTokens: numberOf(of['cached_input_tokens']),
    ...(profile === '0.169'
      ? { cacheWriteInputTokens: numberOf(of['cache_write_input_tokens']) }
      : {}),
    outputTokens: numberOf(of['output_tokens']),
    reasoningOutputTokens: numberOf(of['reasoning_output_tokens'])
  }
}

/** How many tokens a thread has used; `info` is that of the log. */
export const tokenUsageUpdated = (
  threadId: string,
  turnId: string,
  info: JsonObject,
  profile: ProfileName,
  to: Audience
): Notice => ({
  method: 'thread/tokenUsage/updated',
  to,
  params: {
    threadId,
    turnId,
    tokenUsage: {
      total: countOf(info['total_token_usage'], profile),
      last: countOf(info['last_token_usage'], profile),
      modelContextWindow: info['model_context_window'] ?? null
    }
  }
})

/** A turn begins. */
export const turnStarted = (threadId: string, turn: Turn): Notice =>
  toSubscribers('turn/started', threadId, { turn: turn as unknown as JsonObject })

/** A turn has ended. */
export const turnCompleted = (threadId: string, turn: Turn): Notice =>
  toSubscribers('turn/completed', threadId, { turn: turn as unknown as JsonObject })

/** An item of a turn begins or is complete. */
export const itemChanged = (
  stage: 'started' | 'completed',
  item: JsonObject,
  turn: { readonly threadId: string; readonly turnId: string },
  atMs: number,
  profile: ProfileName
): Notice => ({
  method: `item/${stage}`,
  params: {
    item,
    ...turn,
    ...(profile === '0.169' && stage === 'completed' ? { contentTokenCount: null } : {}),
    [`${stage}AtMs`]: atMs
  },
  to: { subscribersOf: turn.threadId }
})

/** An item that begins and is complete at once; since 0.169 it tells when. */
export const wholeItem = (
  item: JsonObject,
  turn: { readonly threadId: string; readonly turnId: string },
  profile: ProfileName
): ReadonlyArray<Notice> => {
  const nowMs = Date.now()
  const times = (completedAtMs: number | null): JsonObject =>
    profile === '0.169' ? { startedAtMs: nowMs, completedAtMs } : {}
  return [
    itemChanged('started', { ...item, ...times(null) }, turn, nowMs, profile),
    itemChanged('completed', { ...item, ...times(nowMs) }, turn, nowMs, profile)
  ]
}

/** A part of a reasoning item, as it grows. */
export const reasoningAdded = (
  threadId: string,
  {
    turnId,
    itemId,
    part,
    index,
    text
  }: {
    readonly turnId: string
    readonly itemId: string
    readonly part: 'summary' | 'content'
    readonly index: number
    readonly text: string
  }
): ReadonlyArray<Notice> => {
  const tell = (what: string, members: JsonObject): Notice =>
    toSubscribers(`item/reasoning/${what}`, threadId, { turnId, itemId, ...members })
  return part === 'content'
    ? [tell('textDelta', { delta: text, contentIndex: index })]
    : [
        tell('summaryPartAdded', { summaryIndex: index }),
        tell('summaryTextDelta', { delta: text, summaryIndex: index })
      ]
}

/** Why a turn failed; nobody tries again. */
export const turnFailed = (threadId: string, turnId: string, error: TurnError): Notice =>
  toSubscribers('error', threadId, {
    error: error as unknown as JsonObject,
    willRetry: false,
    turnId
  })

/** Anything a host tells the clients that follow a thread. */
export const ofHost = (threadId: string, method: string, params: Json): Notice => ({
  method,
  params,
  to: { subscribersOf: threadId }
})

const HYDRATION = {
  request:
    'Full-history hydration is deprecated for paginated threads; use `excludeTurns: true`, then page with `thread/turns/list` and `thread/items/list`.',
  read: 'Full-history hydration is deprecated for paginated threads; omit `includeTurns` or set it to `false`, then page with `thread/turns/list` and `thread/items/list`.'
} as const

/** 0.169 would rather have a client page through a paginated thread. */
export const hydrationDeprecated = (asked: keyof typeof HYDRATION): Notice => ({
  method: 'deprecationNotice',
  params: { summary: HYDRATION[asked], details: null },
  to: 'requester'
})

/** Why a turn goes on that somebody here wants to end. */
export const writtenElsewhere = (threadId: string): Notice => ({
  method: 'warning',
  params: {
    threadId,
    message: 'This turn runs in another program, which this server only follows; end it there.'
  },
  to: 'requester'
})

/** A thread goes on with another model than the one that wrote it; Codex says so when it loads one. */
export const modelChanged = (threadId: string, recorded: string, model: string): Notice => ({
  method: 'warning',
  params: {
    threadId,
    message: `This session was recorded with model \`${recorded}\` but is resuming with \`${model}\`. Consider switching back to \`${recorded}\` as it may affect Codex performance.`
  },
  to: 'requester'
})

const isSame = (a: ThreadStatus, b: ThreadStatus): boolean =>
  JSON.stringify(a) === JSON.stringify(b)

/** Puts a loaded thread into a state. */
export const setStatus = (live: Live, threadId: string, status: ThreadStatus): void => {
  const thread = live.find(threadId)
  if (thread === null || isSame(thread.status, status)) return
  live.put({ ...thread, status })
  live.tell(statusChanged(threadId, status))
}
