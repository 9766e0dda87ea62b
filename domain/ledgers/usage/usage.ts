/**
 * A thread's events to what it spent. Pure and total.
 *
 * Rules:  1. A record of one answer (0.169) is one spend; it must name this thread and an answer that was not counted yet.
 *         2. Otherwise the running count of the thread tells (`growth.ts`); context estimates and repeats are no spend.
 *         3. What a thread was given (copied or by reference) moves its running count and is no spend of its own.
 *         4. A spend belongs to the turn that is open. When that is interrupted or rolled back, it stays and is flagged.
 *         5. A compaction that no count precedes is a spend of unknown size. So is an answer that called a tool when its turn is
 *            over before the count grows: the process was killed. A count that is only repeated or estimated anew, as after a
 *            rollback, says nothing of it.
 * Source: runs of 0.130, 0.142 and 0.169 whose true spend is known; see docs/USAGE.md.
 */
import { olderSettings, type RecordedEvent } from '../../log/event.ts'
import type { CompactedHead, LineOf, Needs } from '../../log/needs.ts'
import type { TokenCount, TokenUsageRecord } from '../../log/payloads.ts'
import { isJsonObject, type Json, type JsonObject } from '../../json.ts'
import { SHOWING_EVENTS } from '../../thread/turns/showing.ts'
import type { SituatedEvent } from '../../thread/turns/situate.ts'
import { ledgerPlace } from '../place.ts'
import { growthOf, withCount, type Growth } from './growth.ts'
import type { KeptSpend } from './spend.ts'
import { spenderOf } from './spender.ts'
import {
  isNothing,
  minus,
  NO_TOKENS,
  plus,
  sameTokens,
  tokensOf,
  type RecordedUsage,
  type Tokens
} from './tokens.ts'
import type { UncountedAnswer, SpendSettings, UsageState } from './usage-state.ts'

/** The lines that say what was spent, on what and by whom. */
export const USAGE_NEEDS = {
  session_meta: 'head',
  turn_context: 'head',
  thread_settings_applied: 'whole',
  token_count: 'head',
  token_usage_record: 'whole',
  compacted: 'head',
  task_started: 'head',
  task_complete: 'head',
  turn_aborted: 'whole',
  thread_rolled_back: 'head',
  unroll_turns_restored: 'head',
  'response_item:function_call': 'head',
  'response_item:custom_tool_call': 'head',
  'response_item:local_shell_call': 'head'
} as const satisfies Needs

type UsageLine = RecordedEvent<LineOf<typeof USAGE_NEEDS>>
type UsageEvent = SituatedEvent<LineOf<typeof USAGE_NEEDS>>

/** The spends of the thread as they stand before an event. */
export interface SpendLookup {
  readonly spendAt: (sequence: number) => KeptSpend | null
  /** True for a recorded answer that is one of them. */
  readonly isCounted: (answer: string) => boolean
}

/** The next state, and spends that are new or changed. */
type UsageStep = readonly [UsageState, ReadonlyArray<KeptSpend>]

const NOTHING: ReadonlyArray<KeptSpend> = []

/** Rollbacks in a row that can be undone; older ones are forgotten. */
const HIDDEN_MAX = 64
/** An interrupted turn is searched among this many newest spends. */
const LOOKED_BACK = 1024

const withSettings = (settings: SpendSettings, { line }: UsageLine): SpendSettings => {
  const context = line.type === 'turn_context' ? line.payload : olderSettings(line)
  if (context !== null) return { ...settings, model: context.model, effort: context.effort ?? null }
  if (line.type !== 'event_msg' || line.payload.type !== 'thread_settings_applied') return settings
  const { thread_settings: applied } = line.payload
  const tier = (applied as unknown as JsonObject)['service_tier']
  return {
    model: applied.model,
    provider: applied.model_provider_id ?? settings.provider,
    effort: applied.reasoning_effort ?? settings.effort,
    serviceTier: typeof tier === 'string' ? tier : settings.serviceTier
  }
}

/**
 * The thread's own metadata; those of other threads are copies, and later ones of its own repeat it. Not `isHead`: that is the
 * first metadata of the file, whatever thread it names.
 */
const withHead = (state: UsageState, event: UsageLine): UsageState => {
  const { line } = event
  if (line.type !== 'session_meta' || event.inherited === true || state.spender !== null)
    return state
  if (line.payload.id.toLowerCase() !== event.streamId) return state
  const provider = line.payload.model_provider ?? state.settings.provider
  const spender = spenderOf(line.payload)
  return {
    ...state,
    spender,
    continues: spender.forkedFromId !== null || isJsonObject(line.payload.history_base),
    settings: { ...state.settings, provider }
  }
}

type FoundSpend = Pick<KeptSpend, 'rule' | 'certainty' | 'tokens'> & Partial<KeptSpend>

/** When and where an answer was given. */
const askedAt = (event: UsageEvent): UncountedAnswer => ({
  turnId: event.turn?.id ?? null,
  turnPlace: event.turnPlace,
  occurredAtMs: event.atMs,
  place: ledgerPlace(event)
})

const spendOf = (state: UsageState, asked: UncountedAnswer, found: FoundSpend): KeptSpend => {
  const turnId = found.turnId ?? asked.turnId
  return {
    sequence: state.spends,
    kind: state.spender?.kind === 'review' ? 'review' : 'sampling',
    responseId: null,
    answer: null,
    cacheWriteInputTokens: null,
    ...state.settings,
    rolledBack: false,
    aborted: turnId !== null && turnId === state.abortedId,
    ...asked,
    ...found,
    turnId
  }
}

const spent = (
  state: UsageState,
  event: UsageEvent,
  found: FoundSpend,
  asked: UncountedAnswer = askedAt(event)
): UsageStep => {
  const spend = spendOf(state, asked, found)
  const isUnnamed = spend.turnId === null && event.turn !== null
  const next = {
    ...state,
    spends: state.spends + 1,
    unrecorded: state.unrecorded + (found.tokens === null ? 1 : 0),
    needsEveryEvent: state.needsEveryEvent || isUnnamed
  }
  return [next, [spend]]
}

const isUsage = (value: unknown): value is RecordedUsage & JsonObject =>
  isJsonObject(value) &&
  ['input_tokens', 'cached_input_tokens', 'output_tokens', 'reasoning_output_tokens'].every(
    (name) => Number.isSafeInteger(value[name])
  )

const cacheWrite = (usage: JsonObject): number | null => {
  const count = usage['cache_write_input_tokens']
  return typeof count === 'number' && count >= 0 ? count : null
}

/** What a record says of its response; without that, the growth of the thread's total. */
const recordedTokens = (state: UsageState, record: TokenUsageRecord): Tokens | null => {
  const usage = (record as unknown as { readonly usage?: unknown }).usage
  if (isUsage(usage)) return tokensOf(usage)
  const total = tokensOf(record.thread_token_usage)
  const before = state.recorded ?? state.counts.newest
  return before === null ? total : minus(total, before)
}

/** The growth of a count beyond the records since the one before; counts never include what the service spent on a compaction. */
const unexplained = ({ pending }: UsageState, grown: Growth): Growth | null => {
  if (isNothing(pending)) return grown
  const tokens = minus(grown.tokens, pending)
  return tokens === null || isNothing(tokens) ? null : { ...grown, tokens }
}

/** A compaction repeats the count before it asks; where the history before is gone, that is the first count. */
const isHandedOn = ({ continues, counts, isAsking }: UsageState, { turn }: UsageEvent): boolean =>
  continues && counts.newest === null && turn?.explicit === true && !isAsking

const counted = (
  state: UsageState,
  event: UsageEvent,
  info: NonNullable<TokenCount['info']>
): UsageStep => {
  const total = tokensOf(info.total_token_usage)
  const last = tokensOf(info.last_token_usage)
  const counts = withCount(state.counts, total)
  if (event.origin === 'inherited' || isHandedOn(state, event))
    return [{ ...state, counts, pending: NO_TOKENS }, NOTHING]
  const grown = growthOf(state.counts, total, last, state.continues)
  if (grown === null) return [{ ...state, counts }, NOTHING]
  const next = { ...state, counts, asked: null, pending: NO_TOKENS }
  const growth = unexplained(state, grown)
  return growth === null ? [next, NOTHING] : spent(next, event, growth)
}

/** The newest spend, when a count already included what the record says. */
const toldBefore = (
  { counts, spends }: UsageState,
  total: Tokens,
  tokens: Tokens,
  lookup: SpendLookup
): KeptSpend | null => {
  if (counts.newest === null || !sameTokens(counts.newest, total)) return null
  const spend = lookup.spendAt(spends - 1)
  const isSame =
    spend?.rule === 'delta' && spend.tokens !== null && sameTokens(spend.tokens, tokens)
  return isSame ? spend : null
}

const recorded = (
  state: UsageState,
  event: UsageEvent,
  record: TokenUsageRecord,
  lookup: SpendLookup
): UsageStep => {
  // A copy says what its own thread spent, which is nothing to this one.
  if (record.thread_id.toLowerCase() !== event.streamId) return [state, NOTHING]
  const total = tokensOf(record.thread_token_usage)
  // Some services give every answer the same id: only with the same total it is the same answer.
  const answer = `${record.response_id}:${total.inputTokens}:${total.outputTokens}`
  if (lookup.isCounted(answer)) return [state, NOTHING]
  const tokens = recordedTokens(state, record)
  if (tokens === null || isNothing(tokens))
    return [{ ...state, asked: null, recorded: total }, NOTHING]
  const { usage } = record as unknown as { readonly usage?: Json }
  const found = {
    rule: 'record' as const,
    certainty: 'recorded' as const,
    tokens,
    turnId: record.turn_id === '' ? null : record.turn_id,
    responseId: record.response_id,
    answer,
    cacheWriteInputTokens: isJsonObject(usage) ? cacheWrite(usage) : null
  }
  const told = toldBefore(state, total, tokens, lookup)
  const next = { ...state, asked: null, recorded: total }
  return told === null
    ? spent({ ...next, pending: plus(state.pending, tokens) }, event, found)
    : [next, [{ ...told, ...found, turnId: found.turnId ?? told.turnId }]]
}

/** A compaction names one of this many newest responses. */
const NAMED_BACK = 8

const ofResponse = (
  { spends }: UsageState,
  responseId: string,
  lookup: SpendLookup
): KeptSpend | null => {
  for (let back = 1; back <= NAMED_BACK; back++) {
    const spend = lookup.spendAt(spends - back)
    if (spend?.responseId === responseId) return spend
  }
  return null
}

/** The spend of a compaction: the response it names, or the newest of its turn for one that Codex made itself. */
const compactionOf = (
  state: UsageState,
  payload: CompactedHead,
  lookup: SpendLookup
): KeptSpend | null => {
  const responseId = payload.compaction_response_id
  if (typeof responseId === 'string') {
    const named = ofResponse(state, responseId, lookup)
    if (named !== null) return named
  }
  // The service makes a compaction without a summary, and its answer is in no count.
  const isRemote = payload.message === ''
  return isRemote || state.spends <= state.freshFrom ? null : lookup.spendAt(state.spends - 1)
}

const UNKNOWN = { rule: null, certainty: 'unknown', tokens: null } as const

const compacted = (
  state: UsageState,
  event: UsageEvent,
  payload: CompactedHead,
  lookup: SpendLookup
): UsageStep => {
  const known = compactionOf(state, payload, lookup)
  const [next, writes] =
    known !== null
      ? ([state, [{ ...known, kind: 'compaction' as const }]] as const)
      : spent(state, event, { kind: 'compaction_unrecorded', ...UNKNOWN })
  return [{ ...next, freshFrom: next.spends }, writes]
}

const CALLS: ReadonlySet<unknown> = new Set([
  'function_call',
  'custom_tool_call',
  'local_shell_call'
])

const isCall = ({ line }: UsageLine): boolean =>
  line.type === 'response_head'
    ? CALLS.has(line.kind)
    : line.type === 'response_item' && CALLS.has(line.payload['type'])

/** The count of each response follows it, see above. */
const asking = (state: UsageState, event: UsageEvent): UsageState => {
  const { turn } = event
  if (state.asked !== null || turn?.explicit !== true) return state
  // Calls may be put behind a turn that was interrupted.
  return turn.id === state.abortedId ? state : { ...state, asked: askedAt(event) }
}

const UNCOUNTED = { kind: 'answer_unrecorded', ...UNKNOWN } as const

/** The response that no count includes yet; its size is unknown. */
export const uncountedSpend = (state: UsageState): KeptSpend | null =>
  state.asked === null ? null : spendOf(state, state.asked, UNCOUNTED)

/** A turn ends: what is not counted by now never will be. */
const closeTurn = (state: UsageState, event: UsageEvent, rolledBack = false): UsageStep => {
  const { asked } = state
  if (asked === null) return [state, NOTHING]
  return spent({ ...state, asked: null }, event, { ...UNCOUNTED, rolledBack }, asked)
}

const began = (state: UsageState, event: UsageEvent): UsageStep => {
  const [next, writes] = closeTurn(state, event)
  return [{ ...next, freshFrom: next.spends, hidden: [] }, writes]
}

const aborted = (state: UsageState, turnId: string | null, lookup: SpendLookup): UsageStep => {
  if (turnId === null) return [state, NOTHING]
  const writes: Array<KeptSpend> = []
  const least = Math.max(0, state.spends - LOOKED_BACK)
  for (let sequence = state.spends - 1; sequence >= least; sequence--) {
    const spend = lookup.spendAt(sequence)
    if (spend?.turnId === turnId) writes.push({ ...spend, aborted: true })
    else if (writes.length > 0) break
  }
  return [{ ...state, abortedId: turnId }, writes]
}

/** Flags every spend of a turn that is no longer live. */
const rolledBack = (state: UsageState, live: number, lookup: SpendLookup): UsageStep => {
  const { flagged } = state
  const writes: Array<KeptSpend> = []
  let from = state.spends
  for (let sequence = state.spends - 1; sequence >= 0; sequence--) {
    if (flagged.from <= sequence && sequence < flagged.until) {
      from = flagged.from
      sequence = from
      continue
    }
    const spend = lookup.spendAt(sequence)
    if (spend === null || (!spend.rolledBack && spend.turnPlace < live)) break
    if (!spend.rolledBack) writes.push({ ...spend, rolledBack: true })
    from = sequence
  }
  const first = writes.at(-1)?.sequence ?? state.spends
  const hidden = [...state.hidden, first].slice(-HIDDEN_MAX)
  return [{ ...state, hidden, flagged: { from, until: state.spends } }, writes]
}

/** A rollback is undone: its lines are live again. */
const restored = (state: UsageState, lookup: SpendLookup): UsageStep => {
  const from = state.hidden.at(-1) ?? state.spends
  const writes: Array<KeptSpend> = []
  for (let sequence = from; sequence < state.spends; sequence++) {
    const spend = lookup.spendAt(sequence)
    if (spend !== null) writes.push({ ...spend, rolledBack: false })
  }
  const flagged = { from: 0, until: 0 }
  return [{ ...state, hidden: state.hidden.slice(0, -1), flagged }, writes]
}

const evolveOwn = (state: UsageState, event: UsageEvent, lookup: SpendLookup): UsageStep => {
  const { line } = event
  const isInherited = event.origin === 'inherited'
  if (line.type === 'token_usage_record') return recorded(state, event, line.payload, lookup)
  if (line.type === 'compacted')
    return isInherited ? [state, NOTHING] : compacted(state, event, line.payload, lookup)
  if (isCall(event)) return [isInherited ? state : asking(state, event), NOTHING]
  if (line.type !== 'event_msg') return [state, NOTHING]
  const { payload } = line
  switch (payload.type) {
    case 'token_count':
      return payload.info == null ? [state, NOTHING] : counted(state, event, payload.info)
    case 'task_started':
      return began(state, event)
    case 'task_complete':
      return [{ ...state, asked: null }, NOTHING]
    case 'turn_aborted': {
      const turnId = payload.turn_id ?? event.endedTurnId
      const [next, flagged] = aborted(state, turnId, lookup)
      const [after, uncounted] = closeTurn(next, event)
      return [after, [...flagged, ...uncounted]]
    }
    case 'thread_rolled_back': {
      const [next, flagged] = rolledBack(state, event.turnPlace, lookup)
      const isHidden = (state.asked?.turnPlace ?? 0) >= event.turnPlace
      const [after, uncounted] = closeTurn(next, event, isHidden)
      return [after, [...flagged, ...uncounted]]
    }
    case 'unroll_turns_restored':
      return restored(state, lookup)
    default:
      return [state, NOTHING]
  }
}

const withContext = (state: UsageState, event: UsageLine): UsageState => {
  const settings = withSettings(state.settings, event)
  const { line } = event
  const begins = line.type === 'event_msg' && line.payload.type === 'task_started'
  const isAsking = line.type === 'turn_context' || (state.isAsking && !begins)
  return settings === state.settings && isAsking === state.isAsking
    ? state
    : { ...state, settings, isAsking }
}

/** Lines that only show something spend nothing. */
const isShown = ({ line }: UsageLine): boolean =>
  line.type === 'event_msg' && SHOWING_EVENTS.has(line.payload.type)

export const evolveUsage = (
  before: UsageState,
  event: UsageEvent,
  lookup: SpendLookup
): UsageStep => {
  const inheritedBy = before.inheritedBy ?? event.inheritedBy
  const known = inheritedBy === before.inheritedBy ? before : { ...before, inheritedBy }
  if (isShown(event)) return [known, NOTHING]
  const state = withHead(withContext(known, event), event)
  return event.origin === 'restored_copy' ? [state, NOTHING] : evolveOwn(state, event, lookup)
}
