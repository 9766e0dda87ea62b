/**
 * What a client may put into a turn, and which settings it may change with it.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { JsonObject } from '../../../domain/json.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import type { ThreadEnvironment } from '../../../domain/protocol.ts'
import { absoluteDirectory } from '../../home/places.ts'
import { CODE, invalidRequest, type RpcError } from '../wire/errors.ts'
import {
  absolutePath,
  anything,
  defaulted,
  flag,
  list,
  oneOf,
  option,
  patch,
  required,
  struct,
  tagged,
  text,
  type Codec,
  type ParamsOf
} from '../wire/serde.ts'
import { everywhere, LOCAL } from './environments.ts'
import { approvalPolicies, approvalsReviewers, permissionsOf, personalities } from './overrides.ts'
import { tierOf, type SessionSettings } from './settings.ts'

/** Characters of one input at most. */
const INPUT_CHARS_MAX = 1048576

const detail = { detail: option(text) }
const INPUTS = {
  text: struct('Text', { text: required(text), text_elements: defaulted(list(anything), []) }),
  image: struct('Image', { url: required(text), ...detail }),
  localImage: struct('LocalImage', { path: required(text), ...detail })
}
const SOUNDS = {
  audio: struct('Audio', { url: required(text) }),
  localAudio: struct('LocalAudio', { path: required(text) })
}
const NAMED = {
  skill: struct('Skill', { name: required(text), path: required(text) }),
  mention: struct('Mention', { name: required(text), path: required(text) })
}

/** One part of what a user says. */
export type ClientInput = JsonObject & { readonly type: string }

/** The parts of an era. */
export const userInputs = (profile: ProfileName): Codec<ReadonlyArray<ClientInput>> =>
  list(
    tagged<ClientInput>('UserInput', {
      ...INPUTS,
      ...(profile === '0.169' ? SOUNDS : {}),
      ...NAMED
    })
  )

/** Refuses input that is longer than Codex takes. */
export const checkInput = (
  input: ReadonlyArray<ClientInput>
): E.Either<RpcError, ReadonlyArray<ClientInput>> => {
  const chars = input.reduce(
    (sum, { text: said }) => sum + (typeof said === 'string' ? [...said].length : 0),
    0
  )
  return chars <= INPUT_CHARS_MAX
    ? E.right(input)
    : E.left({
        code: CODE.invalidParams,
        message: `Input exceeds the maximum length of ${INPUT_CHARS_MAX} characters.`,
        refusal: 'input_too_large',
        data: {
          input_error_code: 'input_too_large',
          max_chars: INPUT_CHARS_MAX,
          actual_chars: chars
        }
      })
}

const sandboxPolicy = tagged<ClientInput>('SandboxPolicy', {
  dangerFullAccess: struct('DangerFullAccess', {}),
  readOnly: struct('ReadOnly', { networkAccess: defaulted(flag, false) }),
  externalSandbox: struct('ExternalSandbox', { networkAccess: option(text) }),
  workspaceWrite: struct('WorkspaceWrite', {
    writableRoots: defaulted(list(absolutePath), []),
    networkAccess: defaulted(flag, false),
    excludeTmpdirEnvVar: defaulted(flag, false),
    excludeSlashTmp: defaulted(flag, false)
  })
})

/** The members by which a turn or `thread/settings/update` changes what the next turns run with. */
export const settingsFields = (profile: ProfileName) => ({
  cwd: option(text),
  approvalPolicy: option(approvalPolicies(profile)),
  approvalsReviewer: option(approvalsReviewers),
  sandboxPolicy: option(sandboxPolicy),
  permissions: option(permissionsOf(profile)),
  model: option(text),
  serviceTier: patch(text),
  effort: option(text),
  summary: option(oneOf('auto', 'concise', 'detailed', 'none')),
  personality: option(personalities),
  collaborationMode: option(anything)
})
/** The values of these members. */
type SettingsPatch = ParamsOf<ReturnType<typeof settingsFields>>

/** Where the next turns are to run, as far as the request says. */
interface AskedPlaces {
  /** The ids of the environments the server knows. */
  readonly known: ReadonlyArray<string>
  readonly environments: ReadonlyArray<ThreadEnvironment> | null
  readonly runtimeWorkspaceRoots: ReadonlyArray<string> | null
}

/**
 * Where the next turns run. A directory or roots that are asked for alone are for every known environment; the directory of the
 * local one is that of the thread, and a root that was the old directory follows it.
 */
const changedPlaces = (
  before: SessionSettings,
  asked: AskedPlaces & { readonly cwd: string | null }
): Pick<SessionSettings, 'cwd' | 'runtimeWorkspaceRoots' | 'environments'> => {
  const { known, environments, runtimeWorkspaceRoots } = asked
  const local = environments?.find(({ environmentId }) => environmentId === LOCAL)?.cwd ?? null
  const here = local?.startsWith('/') === true ? local : null
  const cwd = asked.cwd === null ? (here ?? before.cwd) : absoluteDirectory(asked.cwd)
  const roots =
    runtimeWorkspaceRoots ??
    before.runtimeWorkspaceRoots.map((root) => (root === before.cwd ? cwd : root))
  const isMoved = asked.cwd !== null || runtimeWorkspaceRoots !== null
  return {
    cwd,
    runtimeWorkspaceRoots: roots,
    environments: environments ?? (isMoved ? everywhere(known, cwd, roots) : before.environments)
  }
}

/** Settings after a change, and the members of `turn_context` that record it. */
interface ChangedSettings {
  readonly settings: SessionSettings
  readonly recorded: JsonObject
}

/** Applies a change of settings; `Left` for one that contradicts itself. */
export const changedSettings = (
  before: SessionSettings,
  asked: SettingsPatch,
  profile: ProfileName,
  places: AskedPlaces
): E.Either<RpcError, ChangedSettings> => {
  if (asked.permissions !== null && asked.sandboxPolicy !== null)
    return E.left(invalidRequest('`permissions` cannot be combined with `sandboxPolicy`'))
  const settings: SessionSettings = {
    ...before,
    ...changedPlaces(before, { ...places, cwd: asked.cwd }),
    approvalPolicy: asked.approvalPolicy ?? before.approvalPolicy,
    approvalsReviewer: asked.approvalsReviewer ?? before.approvalsReviewer,
    sandbox: asked.sandboxPolicy ?? before.sandbox,
    model: asked.model ?? before.model,
    serviceTier:
      asked.serviceTier === undefined ? before.serviceTier : tierOf(asked.serviceTier, profile),
    reasoningEffort: asked.effort ?? before.reasoningEffort,
    reasoningSummary: asked.summary ?? before.reasoningSummary,
    personality: asked.personality ?? before.personality
  }
  const members: ReadonlyArray<readonly [string, keyof SessionSettings]> = [
    ['cwd', 'cwd'],
    ['approval_policy', 'approvalPolicy'],
    ['approvals_reviewer', 'approvalsReviewer'],
    ['model', 'model'],
    ['service_tier', 'serviceTier'],
    ['effort', 'reasoningEffort'],
    ['summary', 'reasoningSummary'],
    ['personality', 'personality']
  ]
  const recorded = Object.fromEntries(
    members
      .filter(([, member]) => JSON.stringify(settings[member]) !== JSON.stringify(before[member]))
      .map(([name, member]) => [name, settings[member]])
  ) as JsonObject
  return E.right({ settings, recorded })
}
