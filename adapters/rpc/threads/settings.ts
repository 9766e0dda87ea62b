/**
 * The settings of a loaded thread: what a session begins with, what the request said, and what the thread itself
 * recorded before.
 *
 * Which of them wins depends on the era and on the method. A request always does. A resumed thread keeps its model and
 * effort; since 0.169 it also keeps its directory and its approvals, and so does a fork. The sandbox is always that of the
 * configuration.
 */
import { homedir } from 'node:os'
import { approvalPolicyOf, approvalsReviewerOf, effortOf } from '../../../domain/client-words.ts'
import type { Json, JsonObject } from '../../../domain/json.ts'
import { PROFILES, type ProfileName } from '../../../domain/log/profile.ts'
import type { ThreadEnvironment } from '../../../domain/protocol.ts'
import {
  configInForce,
  sessionDefaults,
  type ConfiguredHome,
  type SandboxMode,
  type SessionDefaults
} from '../../home/config.ts'
import { instructionSources } from '../../home/instructions.ts'
import { absoluteDirectory, seenFrom } from '../../home/places.ts'
import { everywhere, rootsShown, type EnvironmentsHere } from './environments.ts'
import { PERMISSION_PROFILES, type Overrides } from './overrides.ts'

/** How a thread's next turn would run. */
export interface SessionSettings {
  readonly model: string
  readonly modelProvider: string
  readonly serviceTier: string | null
  readonly cwd: string
  readonly runtimeWorkspaceRoots: ReadonlyArray<string>
  /** Where it runs: on this machine, with executors that clients named, or, where there is none, nowhere. */
  readonly environments: ReadonlyArray<ThreadEnvironment>
  readonly instructionSources: ReadonlyArray<string>
  readonly approvalPolicy: Json
  readonly approvalsReviewer: string
  readonly sandbox: JsonObject
  readonly activePermissionProfile: Json
  readonly reasoningEffort: string | null
  readonly reasoningSummary: string | null
  readonly personality: string | null
  readonly goals: boolean
}

/** Shown where no model is named. */
const UNKNOWN_MODEL = 'unknown'

const sandboxOf = (
  mode: SandboxMode,
  { workspaceWrite }: SessionDefaults,
  profile: ProfileName,
  home: string
): JsonObject => {
  const is = (member: string): boolean => workspaceWrite[member] === true
  switch (mode) {
    case 'danger-full-access':
      return { type: 'dangerFullAccess' }
    case 'read-only':
      return { type: 'readOnly', networkAccess: false }
    case 'workspace-write': {
      const named = workspaceWrite['writable_roots']
      const roots = (Array.isArray(named) ? (named as ReadonlyArray<Json>) : []).filter(
        (root) => typeof root === 'string'
      )
      const own = profile === '0.130' ? [`${home}/memories`] : []
      return {
        type: 'workspaceWrite',
        writableRoots: [...roots.map(seenFrom(home, homedir())), ...own],
        networkAccess: is('network_access'),
        excludeTmpdirEnvVar: is('exclude_tmpdir_env_var'),
        excludeSlashTmp: is('exclude_slash_tmp')
      }
    }
  }
}

/** A tier as Codex calls it: `fast` was its first name, and null asks since 0.142 for the ordinary one. */
export const tierOf = (asked: string | null, profile: ProfileName): string | null =>
  asked === null ? (profile === '0.130' ? null : 'default') : asked === 'fast' ? 'priority' : asked

const reviewerOf = (asked: string, profile: ProfileName): string => {
  const isAutomatic = asked === 'auto_review' || asked === 'guardian_subagent'
  if (!isAutomatic) return asked
  return profile === '0.130' ? 'guardian_subagent' : 'auto_review'
}

/** Settings a thread recorded; null where it recorded none. */
export interface RestoredSettings {
  readonly model: string | null
  readonly reasoningEffort: string | null
  readonly serviceTier: string | null
  readonly cwd: string | null
  readonly approvalPolicy: Json
  readonly approvalsReviewer: string | null
}

/** Where a session comes from: what it keeps depends on it. */
type SettingsOrigin =
  | { readonly kind: 'start' }
  | {
      readonly kind: 'resume' | 'fork'
      readonly cwd: string
      readonly restored: { readonly settings: RestoredSettings }
    }

export const settingsOf = (
  server: ConfiguredHome & EnvironmentsHere,
  overrides: Overrides,
  origin: SettingsOrigin,
  environments: ReadonlyArray<ThreadEnvironment> | null = null
): SessionSettings => {
  const { home, profile } = server
  const config = configInForce(server, overrides.config ?? {})
  const kept = origin.kind === 'start' ? null : origin.restored.settings
  const kept169 = profile === '0.169' ? kept : null
  const resumed = origin.kind === 'resume' ? kept : null
  const stored = origin.kind === 'start' ? process.cwd() : (kept169?.cwd ?? origin.cwd)
  const cwd = absoluteDirectory(overrides.cwd ?? stored)
  const runtimeWorkspaceRoots = overrides.runtimeWorkspaceRoots ?? [cwd]
  const era = PROFILES[profile]
  const defaults = sessionDefaults(config, cwd)
  const mode =
    (overrides.permissions === null ? undefined : PERMISSION_PROFILES[overrides.permissions]) ??
    overrides.sandbox ??
    defaults.sandboxMode
  const ownTier = profile === '0.169' ? (resumed?.serviceTier ?? null) : null
  const configured = defaults.serviceTier === null ? null : tierOf(defaults.serviceTier, profile)
  const tier =
    overrides.serviceTier === undefined
      ? (ownTier ?? configured)
      : tierOf(overrides.serviceTier, profile)
  const asksEffort =
    overrides.model !== null || 'model_reasoning_effort' in (overrides.config ?? {})
  const keptEffort = asksEffort ? null : (resumed?.reasoningEffort ?? null)
  return {
    model: overrides.model ?? resumed?.model ?? defaults.model ?? kept?.model ?? UNKNOWN_MODEL,
    modelProvider: overrides.modelProvider ?? defaults.modelProvider,
    serviceTier: tier,
    cwd,
    runtimeWorkspaceRoots,
    environments:
      environments ?? everywhere(server.live.environments.ids(), cwd, runtimeWorkspaceRoots),
    instructionSources: instructionSources(home, cwd),
    approvalPolicy:
      overrides.approvalPolicy ??
      approvalPolicyOf(kept169?.approvalPolicy ?? null, era) ??
      approvalPolicyOf(defaults.approvalPolicy, era) ??
      'on-request',
    approvalsReviewer: reviewerOf(
      overrides.approvalsReviewer ??
        approvalsReviewerOf(kept169?.approvalsReviewer ?? null) ??
        approvalsReviewerOf(defaults.approvalsReviewer) ??
        'user',
      profile
    ),
    sandbox: sandboxOf(mode, defaults, profile, home),
    activePermissionProfile:
      overrides.permissions === null ? null : { id: overrides.permissions, extends: null },
    reasoningEffort: effortOf(keptEffort, era) ?? effortOf(defaults.reasoningEffort, era),
    reasoningSummary: defaults.reasoningSummary,
    personality: overrides.personality ?? defaults.personality,
    goals: defaults.feature('goals') ?? profile !== '0.130'
  }
}

const SPECIAL = (kind: string, access: string, subpath?: string | null): Json => ({
  path: {
    type: 'special',
    value: subpath === undefined ? { kind } : { kind, subpath }
  },
  access
})

/** The sandbox as 0.130 also spells it. */
const permissionProfileOf = ({ sandbox }: SessionSettings): Json => {
  if (sandbox['type'] === 'dangerFullAccess') return { type: 'disabled' }
  const read = SPECIAL('root', 'read')
  const roots = sandbox['writableRoots']
  const write =
    sandbox['type'] === 'readOnly'
      ? []
      : [
          SPECIAL('project_roots', 'write', null),
          ...(sandbox['excludeSlashTmp'] === true ? [] : [SPECIAL('slash_tmp', 'write')]),
          ...(sandbox['excludeTmpdirEnvVar'] === true ? [] : [SPECIAL('tmpdir', 'write')]),
          ...['.git', '.agents', '.codex'].map((path) => SPECIAL('project_roots', 'read', path)),
          ...(Array.isArray(roots) ? (roots as ReadonlyArray<Json>) : []).map((path) => ({
            path: { type: 'path', path },
            access: 'write'
          }))
        ]
  return {
    type: 'managed',
    network: { enabled: sandbox['networkAccess'] === true },
    fileSystem: { type: 'restricted', entries: [read, ...write] }
  }
}

/** How a thread collaborates; only the default mode needs no model. */
export const collaborationMode = ({ model, reasoningEffort }: SessionSettings): JsonObject => ({
  mode: 'default',
  settings: { model, reasoning_effort: reasoningEffort, developer_instructions: null }
})

const MULTI_AGENT_MODE = 'explicitRequestOnly'

/** The settings in the answer of a start, resume or fork, in Codex's order. */
export const sessionMembers = (
  settings: SessionSettings,
  profile: ProfileName,
  isResume: boolean
): JsonObject => {
  const since142 = profile !== '0.130'
  const since169 = profile === '0.169'
  return {
    model: settings.model,
    modelProvider: settings.modelProvider,
    serviceTier: settings.serviceTier,
    ...(since169 ? { disabledPluginIds: [] } : {}),
    cwd: settings.cwd,
    ...(since142
      ? {
          runtimeWorkspaceRoots: since169
            ? rootsShown(settings.environments)
            : settings.runtimeWorkspaceRoots
        }
      : {}),
    instructionSources: settings.instructionSources,
    approvalPolicy: settings.approvalPolicy,
    approvalsReviewer: settings.approvalsReviewer,
    sandbox: settings.sandbox,
    ...(since142 ? {} : { permissionProfile: permissionProfileOf(settings) }),
    activePermissionProfile: settings.activePermissionProfile,
    reasoningEffort: settings.reasoningEffort,
    ...(since169 && isResume ? { collaborationMode: collaborationMode(settings) } : {}),
    ...(since142 ? { multiAgentMode: MULTI_AGENT_MODE } : {})
  }
}

export const threadSettings = (settings: SessionSettings, profile: ProfileName): JsonObject => {
  const since169 = profile === '0.169'
  return {
    ...(since169 ? { disabledPluginIds: [] } : {}),
    cwd: settings.cwd,
    ...(since169 ? { environments: settings.environments as unknown as Json } : {}),
    approvalPolicy: settings.approvalPolicy,
    approvalsReviewer: settings.approvalsReviewer,
    sandboxPolicy: settings.sandbox,
    activePermissionProfile: settings.activePermissionProfile,
    model: settings.model,
    modelProvider: settings.modelProvider,
    serviceTier: settings.serviceTier,
    effort: settings.reasoningEffort,
    summary: settings.reasoningSummary,
    collaborationMode: collaborationMode(settings),
    multiAgentMode: MULTI_AGENT_MODE,
    personality: settings.personality
  }
}

/** The settings as 0.169 records them with a session that begins; null for what it has not. */
export const recordedSettings = (settings: SessionSettings): JsonObject => ({
  model: settings.model,
  model_provider_id: settings.modelProvider,
  service_tier: settings.serviceTier,
  reasoning_effort: settings.reasoningEffort,
  reasoning_summary: settings.reasoningSummary,
  approval_policy: settings.approvalPolicy,
  approvals_reviewer: settings.approvalsReviewer,
  requested_approvals_reviewer: settings.approvalsReviewer,
  ...(settings.sandbox['type'] === 'dangerFullAccess'
    ? { permission_profile: { type: 'disabled' } }
    : {}),
  cwd: settings.cwd,
  runtime_workspace_roots: settings.runtimeWorkspaceRoots,
  ...(settings.personality === null ? {} : { personality: settings.personality }),
  collaboration_mode: collaborationMode(settings)
})
