/**
 * What the head of a rollout and the settings lines of its turns say, in the words of the analytics.
 *
 * Source: captures of 0.130.0, 0.142.5 and 0.169.0 beside the rollouts of the same runs. What these versions do not
 * write is null: which reviewer answers (before 0.169), and everything a client alone knows.
 */
import type { SessionMeta, TaskStarted } from '../../log/payloads.ts'
import type { TurnContext } from '../../log/turn-context.ts'
import { isJsonObject, type Json, type JsonObject } from '../../json.ts'
import { reader } from '../../thread/rich/values.ts'
import { spawnIn, spawnText, subagentKindIn } from '../../spawned.ts'
import type { AnalyticsClient, OpenedThread, Runtime, TurnSettings } from './fact.ts'

/** Settings of a thread that its turns inherit when their own line lacks them. */
export interface ThreadSettings {
  readonly provider: string | null
  readonly summary: string | null
  readonly serviceTier: string | null
  readonly personality: string | null
}

export const NO_THREAD_SETTINGS: ThreadSettings = {
  provider: null,
  summary: null,
  serviceTier: null,
  personality: null
}

/** The kind of a sub-agent's thread; null for a person's. */
export const subagentSource = (source: unknown): string | null => {
  const { kind = null, detail } = subagentKindIn(source) ?? {}
  return kind === 'other' && typeof detail === 'string' ? detail : kind
}

/** The thread of a head; the model is not in it. Forks of a person's thread count as forked, sub-agents as new. */
export const openedThread = (meta: SessionMeta, model: string | null): OpenedThread => {
  const kind = subagentSource(meta.source)
  const forkedFrom = meta.forked_from_id ?? null
  const createdMs = Date.parse(meta.timestamp)
  return {
    threadId: meta.id,
    sessionId: meta.session_id ?? meta.id,
    model,
    ephemeral: false,
    isWorktree: null,
    threadSource: meta.thread_source ?? (kind === null ? null : 'subagent'),
    subagentSource: kind,
    parentThreadId: meta.parent_thread_id ?? spawnText(spawnIn(meta.source), 'parent_thread_id'),
    forkedFromThreadId: forkedFrom,
    mode: kind === null && forkedFrom !== null ? 'forked' : 'new',
    createdAt: Number.isNaN(createdMs) ? 0 : Math.floor(createdMs / 1000)
  }
}

/** The client a head names; the rest about it is in no rollout. */
export const headClient = ({ originator }: SessionMeta): AnalyticsClient => ({
  productClientId: originator,
  name: null,
  version: null,
  transport: null,
  experimentalApi: null
})

/** The program that began the thread; another version may have continued it. */
export const headRuntime = ({ cli_version }: SessionMeta): Runtime => ({
  version: cli_version,
  os: null,
  osVersion: null,
  arch: null
})

type Sandbox = Pick<TurnSettings, 'sandboxPolicy' | 'sandboxNetworkAccess'>

const isOpen = (access: Json): boolean => access === true || access === 'enabled'

const policySandbox = (policy: JsonObject): Sandbox => {
  const network = isOpen(policy['network_access'] ?? null)
  switch (policy['type']) {
    case 'danger-full-access':
      return { sandboxPolicy: 'full_access', sandboxNetworkAccess: true }
    case 'external-sandbox':
      return { sandboxPolicy: 'external_sandbox', sandboxNetworkAccess: network }
    case 'read-only':
      return { sandboxPolicy: 'read_only', sandboxNetworkAccess: network }
    case 'workspace-write':
      return { sandboxPolicy: 'workspace_write', sandboxNetworkAccess: network }
    default:
      return { sandboxPolicy: null, sandboxNetworkAccess: null }
  }
}

const sandbox = (context: TurnContext): Sandbox => {
  const profile = (context.permission_profile ?? {}) as JsonObject
  switch (profile['type']) {
    case 'disabled':
      return { sandboxPolicy: 'full_access', sandboxNetworkAccess: true }
    case 'external':
      return {
        sandboxPolicy: 'external_sandbox',
        sandboxNetworkAccess: isOpen(profile['network'] ?? null)
      }
    default:
      return policySandbox((context.sandbox_policy ?? {}) as JsonObject)
  }
}

const approvalPolicy = (policy: unknown): string | null =>
  typeof policy === 'string'
    ? policy
    : isJsonObject(policy)
      ? (Object.keys(policy)[0] ?? null)
      : null

const orNone = (text: string | null): string | null => (text === 'none' ? null : text)

/** What a `thread_settings_applied` changes for later turns. */
export const threadSettings = (before: ThreadSettings, applied: JsonObject): ThreadSettings => {
  const given = reader(applied)
  return {
    provider: given.text('model_provider_id') ?? before.provider,
    summary: given.text('reasoning_summary') ?? before.summary,
    serviceTier: given.text('service_tier') ?? before.serviceTier,
    personality: given.text('personality') ?? before.personality
  }
}

/** How a turn began, by its first line. */
export interface TurnHead {
  readonly rootTurnId: string | null
  readonly turnTrigger: string | null
  readonly collaborationMode: string
  readonly isFirstTurn: boolean
}

export const turnHead = (payload: TaskStarted, isFirstTurn: boolean): TurnHead => {
  const attribution = (payload as unknown as JsonObject)['turn_attribution']
  return {
    rootTurnId: payload.root_turn_id ?? null,
    turnTrigger: isJsonObject(attribution) ? reader(attribution).text('turn_trigger') : null,
    collaborationMode: payload.collaboration_mode_kind === 'plan' ? 'plan' : 'default',
    isFirstTurn
  }
}

export const turnSettings = (
  context: TurnContext,
  thread: ThreadSettings,
  head: TurnHead
): TurnSettings => {
  const own = reader(context)
  return {
    model: context.model,
    modelProvider: thread.provider,
    ...sandbox(context),
    reasoningEffort: context.effort ?? null,
    reasoningSummary: orNone(thread.summary ?? own.text('summary')),
    serviceTier: thread.serviceTier,
    approvalPolicy: approvalPolicy(context.approval_policy),
    approvalsReviewer: own.text('approvals_reviewer'),
    collaborationMode: head.collaborationMode,
    personality: orNone(own.text('personality') ?? thread.personality),
    workspaceKind: null,
    isFirstTurn: head.isFirstTurn,
    ephemeral: false,
    rootTurnId: head.rootTurnId,
    turnTrigger: head.turnTrigger,
    turnSource: null,
    multiAgentVersion: own.text('multi_agent_version'),
    guardianV2Enabled: null,
    activePluginIds: null
  }
}
