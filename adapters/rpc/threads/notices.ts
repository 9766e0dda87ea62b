/**
 * Every notification that a server sends by itself, and who gets it.
 */
import type { Goal } from '../../../domain/changes/goal.ts'
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import type { ThreadStatus, Turn, TurnError } from '../../../domain/protocol.ts'
import type { HomeNews, JobEnd, JobProgress, ThreadNews } from '../../../domain/unroll-protocol.ts'
import type { Audience, Notice } from '../wire/message.ts'
import type { Live, ShownThread } from './live.ts'
import { threadSettings, type SessionSettings } from './settings.ts'

const toAll = (method: string, params: object): Notice => ({ method, params, to: 'all' })
const toRequester = (method: string, params: object): Notice => ({
  method,
  params,
  to: 'requester'
})
const toSubscribers = (method: string, threadId: string, members: object): Notice => ({
  method,
  params: { threadId, ...members },
  to: { subscribersOf: threadId }
})

export const threadStarted = (thread: ShownThread): Notice =>
  toAll('thread/started', { thread: { ...thread, turns: [] } })

export const statusChanged = (threadId: string, status: ThreadStatus): Notice =>
  toAll('thread/status/changed', { threadId, status })

export const threadArchived = (threadId: string): Notice => toAll('thread/archived', { threadId })

export const threadUnarchived = (threadId: string): Notice =>
  toAll('thread/unarchived', { threadId })

export const threadDeleted = (threadId: string): Notice => toAll('thread/deleted', { threadId })

export const threadReverted = (threadId: string): Notice => toAll('thread/reverted', { threadId })

/** The same for a thread that another process rolled back; it is ours before 0.169, and only for those who follow the thread. */
export const threadRewound = (threadId: string, profile: ProfileName): Notice =>
  profile === '0.169' ? threadReverted(threadId) : toSubscribers('thread/reverted', threadId, {})

/** How many events a thread has now, for who follows it without having it loaded. */
export const revisionChanged = (threadId: string, revision: number): Notice => ({
  method: 'unroll/thread/revision',
  params: { threadId, revision },
  to: { watchersOf: threadId }
})

const toStarter = (method: string, job: string, members: object): Notice => ({
  method,
  params: { job, ...members },
  to: { starterOf: job }
})

/** How far some work is. */
export const jobProgress = (job: string, progress: JobProgress): Notice =>
  toStarter('unroll/job/progress', job, progress)

/** A check found something. */
export const checkFinding = (job: string, finding: object): Notice =>
  toStarter('unroll/check/finding', job, { finding })

/** Some work is over. */
export const jobDone = (job: string, end: JobEnd): Notice => toStarter('unroll/job/done', job, end)

/** More threads than these are not told one by one. */
const NEWS_MAX = 200

/** What became of threads of the home since clients heard of it last. */
export const homeChanged = (threads: ReadonlyArray<ThreadNews>): Notice => ({
  method: 'unroll/home/changed',
  params: (threads.length > NEWS_MAX ? { many: true } : { threads }) satisfies HomeNews,
  to: 'home_followers'
})

/** Skills may be others than before. */
export const skillsChanged = (): Notice => toAll('skills/changed', {})

/** A thread is no longer loaded, because nobody followed it. */
export const threadClosed = (threadId: string): Notice => toAll('thread/closed', { threadId })

export const nameUpdated = (threadId: string, threadName: string): Notice =>
  toAll('thread/name/updated', { threadId, threadName })

export const goalUpdated = (goal: Goal): Notice =>
  toAll('thread/goal/updated', { threadId: goal.threadId, turnId: null, goal })

export const goalCleared = (threadId: string): Notice => toAll('thread/goal/cleared', { threadId })

export const settingsUpdated = (
  threadId: string,
  settings: SessionSettings,
  profile: ProfileName
): Notice =>
  toSubscribers('thread/settings/updated', threadId, {
    threadSettings: threadSettings(settings, profile)
  })

const countsOf = (usage: Json | undefined, profile: ProfileName): JsonObject => {
  const count = (name: string): number => {
    const value = isJsonObject(usage) ? usage[name] : undefined
    return typeof value === 'number' ? value : 0
  }
  return {
    totalTokens: count('total_tokens'),
    inputTokens: count('input_tokens'),
    cachedInputTokens: count('cached_input_tokens'),
    ...(profile === '0.169' ? { cacheWriteInputTokens: count('cache_write_input_tokens') } : {}),
    outputTokens: count('output_tokens'),
    reasoningOutputTokens: count('reasoning_output_tokens')
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
      total: countsOf(info['total_token_usage'], profile),
      last: countsOf(info['last_token_usage'], profile),
      modelContextWindow: info['model_context_window'] ?? null
    }
  }
})

export const turnStarted = (threadId: string, turn: Turn): Notice =>
  toSubscribers('turn/started', threadId, { turn })

export const turnCompleted = (threadId: string, turn: Turn): Notice =>
  toSubscribers('turn/completed', threadId, { turn })

/** Why a turn failed; nobody retries it. */
export const turnFailed = (threadId: string, turnId: string, error: TurnError): Notice =>
  toSubscribers('error', threadId, { error, willRetry: false, turnId })

/** An item of a turn begins or is complete. */
export const itemChanged = (
  stage: 'started' | 'completed',
  item: object,
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

/** An item that begins and is complete at once; since 0.169 it has its times. */
export const wholeItem = (
  item: object,
  turn: { readonly threadId: string; readonly turnId: string },
  profile: ProfileName
): ReadonlyArray<Notice> => {
  const nowMs = Date.now()
  const times = (completedAtMs: number | null): object =>
    profile === '0.169' ? { startedAtMs: nowMs, completedAtMs } : {}
  return [
    itemChanged('started', { ...item, ...times(null) }, turn, nowMs, profile),
    itemChanged('completed', { ...item, ...times(nowMs) }, turn, nowMs, profile)
  ]
}

/** A part of a reasoning item, as it grows. */
export const reasoningAdded = (
  threadId: string,
  added: {
    readonly turnId: string
    readonly itemId: string
    readonly part: 'summary' | 'content'
    readonly index: number
    readonly text: string
  }
): ReadonlyArray<Notice> => {
  const { turnId, itemId, part, index, text: delta } = added
  const notice = (what: string, members: object): Notice =>
    toSubscribers(`item/reasoning/${what}`, threadId, { turnId, itemId, ...members })
  return part === 'content'
    ? [notice('textDelta', { delta, contentIndex: index })]
    : [
        notice('summaryPartAdded', { summaryIndex: index }),
        notice('summaryTextDelta', { delta, summaryIndex: index })
      ]
}

/** Anything a host sends the clients that follow a thread. */
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
export const hydrationDeprecated = (asked: keyof typeof HYDRATION): Notice =>
  toRequester('deprecationNotice', { summary: HYDRATION[asked], details: null })

/** Why a turn continues that a client here wants to end. */
export const writtenElsewhere = (threadId: string): Notice =>
  toRequester('warning', {
    threadId,
    message: 'This turn runs in another program, which this server only follows; end it there.'
  })

/** A thread continues with another model than the one that wrote it; Codex warns when it loads one. */
export const modelChanged = (threadId: string, recorded: string, model: string): Notice =>
  toRequester('warning', {
    threadId,
    message: `This session was recorded with model \`${recorded}\` but is resuming with \`${model}\`. Consider switching back to \`${recorded}\` as it may affect Codex performance.`
  })

/** Puts a loaded thread into a status; everyone is notified when it changes and only then. */
export const setStatus = (live: Live, threadId: string, status: ThreadStatus): void => {
  const thread = live.find(threadId)
  if (thread === null || JSON.stringify(thread.status) === JSON.stringify(status)) return
  live.put({ ...thread, status })
  live.notify(statusChanged(threadId, status))
}
