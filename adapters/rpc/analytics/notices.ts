/**
 * What clients are sent of the turns that run here, as facts for usage analytics.
 */
import { diffLines } from '../../../domain/ledgers/analytics/diff-lines.ts'
import type { Fact } from '../../../domain/ledgers/analytics/fact.ts'
import { toolOutcome } from '../../../domain/ledgers/tools/outcome.ts'
import type { TurnEndStatus } from '../../../domain/ledgers/analytics/vocabulary.ts'
import { isJsonObject, textIn, type Json, type JsonObject } from '../../../domain/json.ts'
import type { ThreadItem } from '../../../domain/protocol.ts'
import type { Notification } from '../wire/message.ts'
import type { ObserverMemory } from './seen.ts'
import { createUsage, type TokenTotals } from './usage.ts'

const TOOLS: ReadonlySet<string> = new Set([
  'commandExecution',
  'fileChange',
  'mcpToolCall',
  'dynamicToolCall',
  'collabAgentToolCall',
  'webSearch',
  'imageGeneration'
])

const ENDS: ReadonlySet<unknown> = new Set<TurnEndStatus>(['completed', 'failed', 'interrupted'])

const numberOr = <D>(value: Json | undefined, otherwise: D): number | D =>
  typeof value === 'number' ? value : otherwise

interface TurnMoment {
  readonly threadId: string
  readonly turnId: string
  readonly atMs: number
}

/** Items have the times when they began and ended; where they lack them, the time is that of the notification. */
const itemFacts = (
  params: JsonObject,
  stage: 'started' | 'completed',
  at: TurnMoment
): ReadonlyArray<Fact> => {
  const item = params['item']
  if (!isJsonObject(item)) return []
  const type = textIn(item['type'])
  const seen = { ...at, atMs: numberOr(params[`${stage}AtMs`], at.atMs) }
  if (type === 'subAgentActivity')
    return stage === 'completed' ? [{ kind: 'sub_agent_acted', ...seen }] : []
  if (!TOOLS.has(type)) return []
  const itemId = textIn(item['id'])
  if (stage === 'started') return [{ kind: 'tool_started', ...seen, itemId }]
  const outcome = toolOutcome(item as unknown as ThreadItem)
  return outcome === null ? [] : [{ kind: 'tool_ended', ...seen, itemId, outcome }]
}

/** The tokens of an interrupted turn are left out: the cost of its last answer is unknown, so the sum would be too small. */
const endFacts = (
  turn: JsonObject,
  at: TurnMoment,
  { turns }: ObserverMemory,
  usage: TokenTotals
): ReadonlyArray<Fact> => {
  const used = usage.ended(at.threadId, at.turnId)
  const tokens = turn['status'] === 'interrupted' ? null : used
  const error = isJsonObject(turn['error']) ? turn['error']['codexErrorInfo'] : null
  const hasProfile = turns.get(at.turnId)?.hasProfile === true
  return [
    ...(tokens === null ? [] : [{ kind: 'turn_tokens' as const, ...at, tokens }]),
    ...(hasProfile ? [] : [{ kind: 'turn_profile' as const, ...at, profile: null }]),
    {
      kind: 'turn_ended',
      ...at,
      status: ENDS.has(turn['status']) ? (turn['status'] as TurnEndStatus) : 'completed',
      error: error ?? null,
      startedAt: numberOr(turn['startedAt'], null),
      completedAt: numberOr(turn['completedAt'], Math.floor(at.atMs / 1000)),
      durationMs: numberOr(turn['durationMs'], null)
    }
  ]
}

/** Makes facts of notifications; it remembers the totals of tokens. */
export const createNoticeFacts = (
  seen: ObserverMemory
): ((notice: Pick<Notification, 'method' | 'params'>, atMs: number) => ReadonlyArray<Fact>) => {
  const usage = createUsage()

  const ofTurn = (
    method: string,
    params: JsonObject,
    turn: JsonObject,
    at: TurnMoment
  ): ReadonlyArray<Fact> => {
    switch (method) {
      case 'turn/started':
        return [{ kind: 'turn_started', ...at, startedAt: numberOr(turn['startedAt'], null) }]
      case 'turn/completed':
        return endFacts(turn, at, seen, usage)
      case 'item/started':
        return itemFacts(params, 'started', at)
      case 'item/completed':
        return itemFacts(params, 'completed', at)
      case 'turn/diff/updated': {
        const repositoryUrl = seen.threads.get(at.threadId)?.repositoryUrl ?? null
        const lines = diffLines(textIn(params['diff']))
        return [{ kind: 'diff_updated', ...at, lines, repositoryUrl }]
      }
      default:
        return []
    }
  }

  return ({ method, params }, atMs) => {
    if (!isJsonObject(params)) return []
    const threadId = textIn(params['threadId'])
    if (method === 'thread/archived') return [{ kind: 'thread_archived', threadId, atMs }]
    if (method === 'thread/unarchived') return [{ kind: 'thread_unarchived', threadId, atMs }]
    const turn = isJsonObject(params['turn']) ? params['turn'] : {}
    const turnId = textIn(params['turnId'] ?? turn['id'])
    const isOurs = seen.turns.has(turnId)
    if (method === 'thread/tokenUsage/updated') {
      usage.update(threadId, isOurs ? turnId : null, params['tokenUsage'])
      return []
    }
    return isOurs ? ofTurn(method, params, turn, { threadId, turnId, atMs }) : []
  }
}
