/**
 * The parameters by which start, resume and fork change settings, and the refusals that are theirs.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Json, JsonObject } from '../../../domain/json.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import {
  configInForce,
  sessionDefaults,
  type ConfiguredHome,
  type SandboxMode
} from '../../home/config.ts'
import { invalidRequest, type RpcError } from '../wire/errors.ts'
import {
  absolutePath,
  anything,
  ignored,
  list,
  map,
  oneOf,
  option,
  patch,
  struct,
  tagged,
  text,
  variant,
  type Codec
} from '../wire/serde.ts'

/** What a client may ask to be otherwise; null where it says nothing. */
export interface Overrides {
  readonly model: string | null
  readonly modelProvider: string | null
  /** Undefined when the client says nothing; null asks for the ordinary tier. */
  readonly serviceTier: string | null | undefined
  readonly cwd: string | null
  readonly runtimeWorkspaceRoots: ReadonlyArray<string> | null
  readonly approvalPolicy: Json
  readonly approvalsReviewer: string | null
  readonly sandbox: SandboxMode | null
  readonly permissions: string | null
  readonly config: JsonObject | null
  readonly personality: string | null
}

/** Profiles every Codex knows, and the sandbox they stand for. */
export const PERMISSION_PROFILES: Readonly<Record<string, SandboxMode>> = {
  ':read-only': 'read-only',
  ':workspace': 'workspace-write',
  ':danger-full-access': 'danger-full-access'
}

/** True for a permission profile that needs no configuration. */
const isKnownPermissions = (name: string): boolean => Object.hasOwn(PERMISSION_PROFILES, name)

/** Names of the policies a string can name. */
export const approvalPolicies = (profile: ProfileName): Codec<Json> => {
  const names =
    profile === '0.169'
      ? ['untrusted', 'on-request', 'granular', 'never']
      : ['untrusted', 'on-failure', 'on-request', 'granular', 'never']
  return variant(...names)
}

export const approvalsReviewers = oneOf('user', 'auto_review', 'guardian_subagent')

export const personalities = oneOf('none', 'friendly', 'pragmatic')

/** The permission profile a client chooses: a name since 0.142. */
export const permissionsOf = (profile: ProfileName): Codec<string> =>
  profile === '0.130'
    ? (tagged('PermissionProfileSelectionParams', {
        profile: struct('Profile', { id: option(text) })
      }) as unknown as Codec<string>)
    : text

/** What a client says a thread is for: any word since 0.142. */
export const threadSourceOf = (profile: ProfileName): Codec<string> =>
  profile === '0.130' ? (oneOf('user', 'subagent', 'memory_consolidation') as Codec<string>) : text

/** The members that start, resume and fork share, in Codex's order. */
export const overrideFields = (profile: ProfileName) => ({
  model: option(text),
  modelProvider: option(text),
  serviceTier: patch(text),
  cwd: option(text),
  runtimeWorkspaceRoots:
    profile === '0.130' ? ignored<ReadonlyArray<string>>() : option(list(absolutePath)),
  approvalPolicy: option(approvalPolicies(profile)),
  approvalsReviewer: option(approvalsReviewers),
  sandbox: option(oneOf<SandboxMode>('read-only', 'workspace-write', 'danger-full-access')),
  permissions: option(permissionsOf(profile)),
  config: option(map),
  baseInstructions: option(text),
  developerInstructions: option(text),
  personality: option(personalities)
})

/** A member that needs the experimental API, as a client writes it; its value is not looked at. */
export const gatedFields = {
  persistExtendedHistory: option(anything)
}

/** Refuses what cannot be asked for together, and what the configuration does not know. */
export const checkOverrides = (
  server: ConfiguredHome,
  overrides: Overrides,
  sandbox = 'sandbox'
): E.Either<RpcError, Overrides> => {
  const { permissions, modelProvider } = overrides
  if (permissions !== null && overrides.sandbox !== null)
    return E.left(invalidRequest(`\`permissions\` cannot be combined with \`${sandbox}\``))
  const unloadable = (reason: string) =>
    E.left(invalidRequest(`failed to load configuration: ${reason}`))
  if (permissions !== null && !isKnownPermissions(permissions))
    return unloadable('default_permissions requires a `[permissions]` table')
  const config = configInForce(server, overrides.config ?? {})
  const { knowsProvider } = sessionDefaults(config, overrides.cwd ?? process.cwd())
  if (modelProvider !== null && !knowsProvider(modelProvider))
    return unloadable(`Model provider \`${modelProvider}\` not found`)
  return E.right(overrides)
}
