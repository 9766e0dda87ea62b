/**
 * Events to thread facts: the metadata fold. One small state per thread, folded in file order.
 *
 * The first `session_meta` names the thread. Copies with the same id (metadata updates) replace its facts, copies
 * with another id (the parent's, carried along by a fork) do not. `head` keeps the first one as it was, because
 * Codex answers some reads from the head of the file alone.
 *
 * Source: thread row of Codex 0.130 and 0.142 after a backfill, compared on 800 rows.
 */
import type { RecordedEvent } from '../log/event.ts'
import { isItemOf, type EventOf, type LineOf, type Needs, type SessionHead } from '../log/needs.ts'
import { metadataChangeOf, METADATA_UPDATED } from '../changes/metadata.ts'
import { goalOf, GOAL_CLEARED, GOAL_UPDATED, type Goal } from '../changes/goal.ts'
import { cwdInBare, saidInBare } from './items/bare-items.ts'
import { userParts } from './items/item-parts.ts'
import { SKETCH_NEEDS } from './items/item-needs.ts'
import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import { ThreadGoalUpdated } from '../log/payloads.ts'
import type { TurnContext } from '../log/turn-context.ts'
import { declaredTools } from './rich/tools.ts'
import { subagentIn } from '../spawned.ts'
import type { GitInfo, UserContent } from '../protocol.ts'
import { rangeOf, type ByteRange } from './turns/turn-state.ts'
import { trimmed } from '../white-space.ts'

/** What facts of a thread are made of; and the time of its last line. */
export const THREAD_NEEDS = {
  session_meta: 'head',
  turn_context: 'newest',
  user_message: SKETCH_NEEDS.user_message,
  'item_completed:UserMessage': SKETCH_NEEDS['item_completed:UserMessage'],
  task_started: 'newest',
  thread_settings_applied: 'whole',
  thread_goal_updated: 'whole',
  token_count: 'newest',
  [`ignored:${GOAL_UPDATED}`]: 'whole',
  [`ignored:${GOAL_CLEARED}`]: 'whole',
  [`ignored:${METADATA_UPDATED}`]: 'whole',
  last: 'head'
} as const satisfies Needs

type ThreadLine = LineOf<typeof THREAD_NEEDS>
type ThreadEvent = RecordedEvent<ThreadLine>

/** Facts one `session_meta` states about its thread. */
export interface MetaFacts {
  readonly id: string
  /** As written; may be unreadable as a time. */
  readonly timestamp: string
  readonly cwd: string
  readonly originator: string
  readonly cliVersion: string
  readonly source: Json
  readonly modelProvider: string | null
  /** True when it is shown beside the thread it was forked from (0.169). */
  readonly isAttached: boolean
  readonly forkedFromId: string | null
  readonly parentThreadId: string | null
  readonly threadSource: string | null
  readonly agentNickname: string | null
  readonly agentRole: string | null
  readonly git: GitInfo | null
  readonly historyMode: string
  /** Tools the client declared, as `namespace/name`; null when it declared none. */
  readonly dynamicTools: ReadonlyArray<string> | null
}

/** The facts where nothing was stated. */
export const NO_META: MetaFacts = {
  id: '',
  timestamp: '',
  cwd: '',
  originator: '',
  cliVersion: '',
  source: 'vscode',
  modelProvider: null,
  isAttached: false,
  forkedFromId: null,
  parentThreadId: null,
  threadSource: null,
  agentNickname: null,
  agentRole: null,
  git: null,
  historyMode: 'legacy',
  dynamicTools: null
}

/** What the events so far say about the thread; the state of the fold. */
export interface ThreadFacts {
  /** The first `session_meta`, or null when none was readable. */
  readonly head: MetaFacts | null
  /** The newest facts of the thread itself. */
  readonly own: MetaFacts | null
  /** The newest segment of the thread itself: when it began, and what was first asked in it. */
  readonly segment: {
    readonly number: number
    readonly timestamp: string
    readonly preview: string | null
  } | null
  /** Revision of the first `session_meta`. */
  readonly metaRevision: number | null
  readonly memoryMode: string
  readonly model: string | null
  readonly reasoningEffort: string | null
  readonly approvalPolicy: Json
  readonly sandboxPolicy: Json
  /** Envelope time of the newest turn's first line, which orders lists by recency; null before any. */
  readonly turnStartedAt: string | null
  /** Total of the last token count that carried one; tokens. */
  readonly tokensUsed: number
  /** First user message that says something, or `[Image]`. */
  readonly firstUserMessage: string | null
  /** First user message with text. */
  readonly title: string | null
  /** What lists show: the first user message, or a goal that came before it. */
  readonly preview: string | null
  /** Revision of the event that gave the preview. */
  readonly previewRevision: number | null
  /** What was asked first, even when it is empty, and where. */
  readonly asked: { readonly text: string; readonly revision: number } | null
  /** Envelope time of the last event folded. */
  readonly lastEventAt: string | null
  /** Directory of the first turn settings; stands in for a `session_meta` that is not there. */
  readonly contextCwd: string | null
  /** Where the newest settings of a client stand. */
  readonly settingsAt: ByteRange | null
  /** Directory a client chose later on (0.169). */
  readonly settingsCwd: string | null
  /** Who the last settings say serves the model; null when none were recorded. */
  readonly settingsProvider: string | null
  /** What the thread is to reach, as far as its log says. */
  readonly goal: Goal | null
  /** When the log last mentioned a goal or its end; Unix milliseconds, null when it never did. */
  readonly goalToldAtMs: number | null
  /** True when its lines have no envelope: no Codex reads it, and nothing is added to it. */
  readonly isBare: boolean
  /** A response item stood before any `session_meta`. */
  readonly itemBeforeMeta: boolean
}

/** The state before the first event. */
export const initialThread: ThreadFacts = {
  head: null,
  own: null,
  segment: null,
  metaRevision: null,
  memoryMode: 'enabled',
  model: null,
  reasoningEffort: null,
  approvalPolicy: 'on-request',
  sandboxPolicy: { type: 'read-only' },
  turnStartedAt: null,
  tokensUsed: 0,
  firstUserMessage: null,
  title: null,
  preview: null,
  previewRevision: null,
  asked: null,
  lastEventAt: null,
  contextCwd: null,
  settingsAt: null,
  settingsCwd: null,
  settingsProvider: null,
  goal: null,
  goalToldAtMs: null,
  isBare: false,
  itemBeforeMeta: false
}

/** Names and roles are those of agents that another thread spawned. */
const isSpawned = ({ source }: SessionHead): boolean => {
  const subagent = subagentIn(source)
  return isJsonObject(subagent) && subagent['thread_spawn'] !== undefined
}

const factsOf = (meta: SessionHead): MetaFacts => ({
  id: meta.id.toLowerCase(),
  timestamp: meta.timestamp,
  cwd: normalizeCwd(meta.cwd),
  originator: meta.originator,
  cliVersion: meta.cli_version,
  source: (meta.source ?? 'vscode') as Json,
  // An empty name counts as none.
  modelProvider: meta.model_provider === '' ? null : (meta.model_provider ?? null),
  forkedFromId: meta.forked_from_id ?? null,
  isAttached: meta.attached_thread === true,
  parentThreadId: meta.parent_thread_id ?? null,
  threadSource: meta.thread_source ?? null,
  agentNickname: isSpawned(meta) ? (meta.agent_nickname ?? null) : null,
  agentRole: isSpawned(meta) ? (meta.agent_role ?? null) : null,
  git: meta.git
    ? {
        sha: meta.git.commit_hash ?? null,
        branch: meta.git.branch ?? null,
        originUrl: meta.git.repository_url ?? null
      }
    : null,
  historyMode: meta.history_mode ?? 'legacy',
  dynamicTools: meta.dynamic_tools
    ? [...declaredTools(meta.dynamic_tools as ReadonlyArray<Json>)]
    : null
})

/** A directory as Codex shows it: without dots and needless slashes; links are not looked at. A relative one stays as it is. */
export const normalizeCwd = (cwd: string): string => {
  if (!cwd.startsWith('/')) return cwd.replace(/(?<=.)\/+$/, '')
  const names: Array<string> = []
  for (const name of cwd.split('/')) {
    if (name === '..') names.pop()
    else if (name !== '' && name !== '.') names.push(name)
  }
  return `/${names.join('/')}`
}

const withMeta = (facts: ThreadFacts, meta: SessionHead, revision: number): ThreadFacts => {
  const read = factsOf(meta)
  const memoryMode = meta.memory_mode ?? facts.memoryMode
  if (facts.head === null || facts.own === null) {
    return { ...facts, head: read, own: read, metaRevision: revision, memoryMode }
  }
  if (read.id !== facts.head.id) return { ...facts, memoryMode }
  const own: MetaFacts = {
    ...read,
    timestamp: facts.own.timestamp,
    modelProvider: read.modelProvider ?? facts.own.modelProvider,
    forkedFromId: facts.own.forkedFromId,
    parentThreadId: facts.own.parentThreadId,
    git: read.git ?? facts.own.git
  }
  return { ...facts, own, memoryMode }
}

const withSegment = (facts: ThreadFacts, meta: SessionHead, number: number): ThreadFacts =>
  facts.segment?.number === number
    ? facts
    : { ...facts, segment: { number, timestamp: meta.timestamp, preview: null } }

const withContext = (facts: ThreadFacts, context: TurnContext): ThreadFacts => ({
  ...facts,
  contextCwd: facts.contextCwd ?? (facts.head === null ? normalizeCwd(context.cwd) : null),
  model: context.model,
  reasoningEffort: context.effort ?? null,
  approvalPolicy: context.approval_policy as Json,
  sandboxPolicy: (context.permission_profile ?? context.sandbox_policy) as Json
})

const REQUEST_MARK = '## My request for Codex:'

/** What a person asked, without what an editor put in front of it. */
export const withoutEditorContext = (message: string): string => {
  const at = message.indexOf(REQUEST_MARK)
  return trimmed(at === -1 ? message : message.slice(at + REQUEST_MARK.length))
}

/** A fork shows what its history began with, but has a title only from what was asked in it. */
const withUserMessage = (
  facts: ThreadFacts,
  message: string,
  hasImages: boolean,
  { revision, inherited }: ThreadEvent
): ThreadFacts => {
  const { segment } = facts
  const isKnown = facts.firstUserMessage !== null && facts.title !== null
  if (isKnown && (segment === null || segment.preview !== null)) return facts
  const text = withoutEditorContext(message)
  const shown = text !== '' ? text : hasImages ? '[Image]' : null
  const own = inherited === true ? null : shown
  return {
    ...facts,
    asked: facts.asked ?? { text, revision },
    segment: segment === null ? null : { ...segment, preview: segment.preview ?? own },
    firstUserMessage: facts.firstUserMessage ?? own,
    title: facts.title ?? (text === '' ? null : own),
    preview: facts.preview ?? shown,
    previewRevision: facts.preview === null && shown !== null ? revision : facts.previewRevision
  }
}

/** A fork carries the goals of its source along, but they are not its own. */
const withGoal = (
  facts: ThreadFacts,
  { goal }: ThreadGoalUpdated,
  { revision, line }: ThreadEvent
): ThreadFacts => {
  const own = goal.threadId.toLowerCase() === facts.head?.id
  const next = own
    ? { ...facts, goal: goalOf(goal), goalToldAtMs: Date.parse(line.timestamp) || 0 }
    : facts
  const text = trimmed(goal.objective)
  if (facts.preview !== null || text === '') return next
  const { segment } = next
  return {
    ...next,
    segment: segment === null ? null : { ...segment, preview: segment.preview ?? text },
    preview: text,
    previewRevision: revision
  }
}

const withOwnMetadata = (facts: ThreadFacts, payload: JsonObject): ThreadFacts => {
  const { threadId } = payload
  const isOwn = typeof threadId === 'string' && threadId.toLowerCase() === facts.head?.id
  const change = isOwn ? metadataChangeOf(payload) : null
  if (change === null || facts.own === null) return facts
  const { memoryMode, git } = change
  return { ...facts, memoryMode, own: { ...facts.own, git: git ?? facts.own.git } }
}

/**
 * Goals of eras that keep them elsewhere, and the end of one, which no Codex records: they change the goal of the thread
 * and nothing else.
 */
const withGoalOnly = (
  facts: ThreadFacts,
  kind: string,
  payload: JsonObject,
  event: ThreadEvent
): ThreadFacts => {
  if (kind === METADATA_UPDATED) return withOwnMetadata(facts, payload)
  if (kind === GOAL_CLEARED) {
    const { threadId } = payload
    return typeof threadId === 'string' && threadId.toLowerCase() === facts.head?.id
      ? { ...facts, goal: null, goalToldAtMs: Date.parse(event.line.timestamp) || 0 }
      : facts
  }
  if (kind !== GOAL_UPDATED || !ThreadGoalUpdated.is(payload)) return facts
  const { goal, goalToldAtMs } = withGoal(facts, payload, event)
  return goal === facts.goal ? facts : { ...facts, goal, goalToldAtMs }
}

const withCompletedUserMessage = (
  facts: ThreadFacts,
  content: ReadonlyArray<UserContent>,
  event: ThreadEvent
): ThreadFacts => {
  const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('')
  const hasImages = content.some(({ type }) => type === 'image' || type === 'localImage')
  return withUserMessage(facts, text, hasImages, event)
}

/** What was said, and where, before events recorded it. */
const withBareItem = (facts: ThreadFacts, item: JsonObject, event: ThreadEvent): ThreadFacts => {
  const said = saidInBare(item)
  if (said !== null) return withCompletedUserMessage(facts, said, event)
  const cwd = cwdInBare(item)
  if (cwd === null || facts.own === null || facts.own.cwd !== '') return facts
  return { ...facts, own: { ...facts.own, cwd: normalizeCwd(cwd) } }
}

const withEvent = (
  facts: ThreadFacts,
  p: EventOf<typeof THREAD_NEEDS>,
  event: ThreadEvent
): ThreadFacts => {
  switch (p.type) {
    case 'user_message': {
      const images = (p.images?.length ?? 0) + (p.local_images?.length ?? 0)
      return withUserMessage(facts, p.message, images > 0, event)
    }
    case 'item_completed':
      return isItemOf(p, ['UserMessage'])
        ? withCompletedUserMessage(facts, userParts(p.item.content), event)
        : facts
    case 'task_started':
      return event.inherited === true ? facts : { ...facts, turnStartedAt: event.line.timestamp }
    case 'thread_settings_applied': {
      const { model, model_provider_id, reasoning_effort, cwd } = p.thread_settings
      const isOwn = typeof cwd === 'string' && event.inherited !== true
      const settingsCwd = isOwn ? normalizeCwd(cwd) : facts.settingsCwd
      const settingsAt = rangeOf(event)
      return {
        ...facts,
        ...{ settingsAt, settingsCwd, model, reasoningEffort: reasoning_effort ?? null },
        settingsProvider: model_provider_id ?? facts.settingsProvider
      }
    }
    case 'thread_goal_updated':
      return withGoal(facts, p, event)
    case 'token_count':
      return p.info
        ? { ...facts, tokensUsed: Math.max(0, p.info.total_token_usage.total_tokens) }
        : facts
    default:
      return facts
  }
}

const evolve = (facts: ThreadFacts, event: ThreadEvent): ThreadFacts => {
  const { line, revision, inherited } = event
  switch (line.type) {
    case 'session_meta':
      return inherited === true
        ? facts
        : withSegment(withMeta(facts, line.payload, revision), line.payload, event.segment)
    case 'turn_context':
      return withContext(facts, line.payload)
    case 'response_item':
      if (line.bare === true) return withBareItem(facts, line.payload, event)
      return facts.head === null && !facts.itemBeforeMeta && inherited !== true
        ? { ...facts, itemBeforeMeta: true }
        : facts
    case 'event_msg':
      return withEvent(facts, line.payload, event)
    case 'ignored':
      return inherited === true ? facts : withGoalOnly(facts, line.kind, line.payload, event)
    default:
      return facts
  }
}

/** State of the fold: most events change nothing but the time of the last one. */
export interface ThreadState {
  readonly facts: ThreadFacts
  readonly lastEventAt: string | null
}

/** Pure and total: an event that says nothing about the thread leaves all but the time of the last event. */
export const evolveThread = (state: ThreadState, event: ThreadEvent): ThreadState => {
  const evolved = evolve(state.facts, event)
  const isFirstBare = event.line.bare === true && state.facts.head === null && !evolved.isBare
  const facts = isFirstBare ? { ...evolved, isBare: true } : evolved
  const isUntimed = event.inherited === true || event.line.timestamp === ''
  const lastEventAt = isUntimed ? state.lastEventAt : event.line.timestamp
  return facts === state.facts && lastEventAt === state.lastEventAt ? state : { facts, lastEventAt }
}

/** The facts as they stand after the events so far. */
export const threadFacts = ({ facts, lastEventAt }: ThreadState): ThreadFacts => ({
  ...facts,
  lastEventAt
})
