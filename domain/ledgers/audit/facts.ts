/**
 * Metadata, settings and goals to rows: how the thread came to be, and each change of what holds for it.
 */
import { METADATA_UPDATED, metadataChangeOf } from '../../changes/metadata.ts'
import { GOAL_CLEARED, GOAL_UPDATED } from '../../changes/goal.ts'
import { toldSettings, type RecordedEvent, type RolloutLine } from '../../log/event.ts'
import {
  baseOf,
  ThreadGoalUpdated,
  type SessionMeta,
  type ThreadSettingsApplied
} from '../../log/payloads.ts'
import type { TurnContext } from '../../log/turn-context.ts'
import type { Json, JsonObject } from '../../json.ts'
import { spawnIn, subagentKindIn } from '../../spawned.ts'
import { shortText, type ThreadOrigin } from './row.ts'
import type { KnownSettings, TrailDraft, TrailStep, TrailState } from './trail-state.ts'

const lower = (id: string | null | undefined): string | null => id?.toLowerCase() ?? null

const subagentOf = ({ source, parent_thread_id }: SessionMeta): ThreadOrigin['subagent'] => {
  const subagent = subagentKindIn(source)
  if (subagent === null) return null
  const spawn = spawnIn(source)
  const parent = spawn === null ? parent_thread_id : spawn['parent_thread_id']
  return { kind: shortText(subagent.kind) ?? 'other', parentThreadId: lower(shortText(parent)) }
}

const originOf = (meta: SessionMeta): ThreadOrigin => ({
  originator: shortText(meta.originator),
  cliVersion: shortText(meta.cli_version),
  account: shortText((meta as unknown as JsonObject)['creator_account_id']),
  subagent: subagentOf(meta)
})

const continuedBy = (meta: SessionMeta) => {
  const base = baseOf(meta)
  return base === null
    ? null
    : {
        file: base.thread_id,
        ordinal: base.end_ordinal_exclusive,
        offset: base.end_byte_offset
      }
}

const spawnOf = (meta: SessionMeta): JsonObject => {
  const spawn = spawnIn(meta.source) ?? {}
  return {
    depth: typeof spawn['depth'] === 'number' ? spawn['depth'] : null,
    path: shortText(spawn['agent_path']),
    nickname: shortText(spawn['agent_nickname'] ?? meta.agent_nickname),
    role: shortText(spawn['agent_role'] ?? meta.agent_role)
  }
}

/** Where a new thread stands, by its first metadata. */
const placeOf = (meta: SessionMeta): JsonObject => ({
  cwd: shortText(meta.cwd),
  source:
    typeof meta.source === 'string' ? meta.source : meta.source === undefined ? 'vscode' : null,
  modelProvider: shortText(meta.model_provider),
  historyMode: meta.history_mode === 'paginated' ? 'paginated' : 'legacy'
})

/** Metadata says when the thread began; its line is written with the first message. */
const begunAt = (meta: SessionMeta, line: RolloutLine): string =>
  Number.isNaN(Date.parse(meta.timestamp)) ? line.timestamp : meta.timestamp

const beginning = (meta: SessionMeta, origin: ThreadOrigin, at: string): TrailDraft => {
  const from = lower(meta.forked_from_id)
  const base = continuedBy(meta)
  const how = base === null ? 'copied' : 'by_reference'
  const fork = from === null ? {} : { forkedFrom: from, how, ...(base === null ? {} : { base }) }
  if (origin.subagent !== null) {
    const after = { ...origin.subagent, ...spawnOf(meta), ...placeOf(meta), ...fork }
    return { action: 'spawned', at, after }
  }
  return from === null
    ? { action: 'created', at, after: placeOf(meta) }
    : { action: 'forked', at, after: { ...fork, ...placeOf(meta) } }
}

const metadataOf = (meta: SessionMeta): KnownSettings => ({
  memoryMode: shortText(meta.memory_mode) ?? 'enabled',
  ...(meta.git
    ? {
        git: {
          sha: shortText(meta.git.commit_hash),
          branch: shortText(meta.git.branch),
          originUrl: shortText(meta.git.repository_url)
        }
      }
    : {})
})

const same = (a: Json | undefined, b: Json | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b)

/** The members of `next` that differ, before and after; null when none do. */
const difference = (known: KnownSettings, next: KnownSettings) => {
  const names = Object.keys(next).filter((name) => !same(known[name], next[name]))
  if (names.length === 0) return null
  const pick = (from: KnownSettings): JsonObject =>
    Object.fromEntries(names.map((name) => [name, from[name] ?? null]))
  return { before: pick(known), after: pick(next) }
}

const withMetadata = (state: TrailState, next: KnownSettings): TrailStep => {
  const { facts } = state
  const change = difference(facts.metadata, next)
  if (change === null) return [state, []]
  const metadata = { ...facts.metadata, ...next }
  return [{ ...state, facts: { ...facts, metadata } }, [{ action: 'metadata_changed', ...change }]]
}

/**
 * Metadata: the first makes the thread or, in a file that a revert began, goes on with it; a later one changes it. `reverted`
 * is told by the name of the file.
 */
export const rowsOfMeta = (
  state: TrailState,
  event: RecordedEvent,
  meta: SessionMeta
): TrailStep => {
  const { facts } = state
  if (facts.began) return withMetadata(state, metadataOf(meta))
  const origin = originOf(meta)
  const next: TrailState = {
    ...state,
    origin,
    facts: { ...facts, began: true, metadata: metadataOf(meta) }
  }
  const at = begunAt(meta, event.line)
  // A revert makes a file that is not named after its thread.
  if (meta.id.toLowerCase() !== event.streamId)
    return [next, [{ action: 'reverted', at, after: { base: continuedBy(meta) } }]]
  return [next, [beginning(meta, origin, at)]]
}

const LARGE_CHARACTERS = 1000

/** Policies are objects of any size. */
const policy = (value: unknown): Json => {
  const text = JSON.stringify(value ?? null)
  return text.length <= LARGE_CHARACTERS
    ? (JSON.parse(text) as Json)
    : { omittedCharacters: text.length }
}

const definedSettings = (members: Readonly<Record<string, Json | undefined>>): KnownSettings =>
  Object.fromEntries(
    Object.entries(members).filter((member): member is [string, Json] => member[1] !== undefined)
  )

const ofContext = (p: TurnContext): KnownSettings =>
  definedSettings({
    model: shortText(p.model),
    effort: shortText(p.effort),
    cwd: shortText(p.cwd),
    approvalPolicy: policy(p.approval_policy),
    ...(p.permission_profile
      ? { permissions: policy(p.permission_profile) }
      : { sandbox: policy(p.sandbox_policy) })
  })

const ofClient = ({ thread_settings: p }: ThreadSettingsApplied): KnownSettings =>
  definedSettings({
    model: shortText(p.model),
    provider: shortText(p.model_provider_id) ?? undefined,
    effort: shortText(p.reasoning_effort),
    cwd: shortText(p.cwd) ?? undefined,
    approvalPolicy: p.approval_policy === undefined ? undefined : policy(p.approval_policy),
    permissions: p.permission_profile === undefined ? undefined : policy(p.permission_profile)
  })

const withSettings = (state: TrailState, next: KnownSettings): TrailStep => {
  const { facts } = state
  const turnId = state.turn?.id ?? null
  if (facts.settings === null) {
    const draft: TrailDraft = { action: 'settings_changed', turnId, before: null, after: next }
    return [{ ...state, facts: { ...facts, settings: next } }, [draft]]
  }
  const known = facts.settings
  const settings = { ...known, ...next }
  const changed = { ...state, facts: { ...facts, settings } }
  // What was never told before is not a change.
  const comparable = Object.entries(next).filter(([name]) => name in known)
  const change = difference(known, Object.fromEntries(comparable))
  return [changed, change === null ? [] : [{ action: 'settings_changed', turnId, ...change }]]
}

const withGoal = (state: TrailState, { goal }: ThreadGoalUpdated): TrailStep => {
  const { facts } = state
  const own = { objective: shortText(goal.objective) ?? '', status: goal.status }
  const { objective, status } = facts.goal ?? {}
  if (own.objective === objective && own.status === status) return [state, []]
  const before = facts.goal === null ? null : { ...facts.goal }
  return [
    { ...state, facts: { ...facts, goal: own } },
    [{ action: 'goal_changed', before, after: own }]
  ]
}

const ofOwnEvent = (state: TrailState, kind: string, payload: JsonObject): TrailStep | null => {
  if (kind === METADATA_UPDATED) {
    const change = metadataChangeOf(payload)
    if (change === null) return null
    const { memoryMode, git } = change
    return withMetadata(state, { memoryMode, ...(git === null ? {} : { git: { ...git } }) })
  }
  if (kind === GOAL_CLEARED) {
    const { facts } = state
    const before = facts.goal === null ? null : { ...facts.goal }
    return [{ ...state, facts: { ...facts, goal: null } }, [{ action: 'goal_cleared', before }]]
  }
  return kind === GOAL_UPDATED && ThreadGoalUpdated.is(payload) ? withGoal(state, payload) : null
}

/** The rows of a line about settings, metadata or goals; null for any other line. */
export const rowsOfFacts = (state: TrailState, line: RolloutLine): TrailStep | null => {
  const context = toldSettings(line)
  if (context !== null) return withSettings(state, ofContext(context))
  if (line.type === 'ignored') return ofOwnEvent(state, line.kind, line.payload)
  if (line.type !== 'event_msg') return null
  const p = line.payload
  if (p.type === 'thread_settings_applied') return withSettings(state, ofClient(p))
  return p.type === 'thread_goal_updated' ? withGoal(state, p) : null
}
