/**
 * Settings of the turns to come, recorded the way Codex 0.169 does; older versions pass over the event.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts'
import type { ThreadFacts } from '../../../domain/thread/thread.ts'
import type { MutationOptions } from '../life/life.ts'
import { type Written, written, type MutationEnv } from './write.ts'
import type { StreamInfo } from '../../ports.ts'
import { eventsIn } from '../../read/threads/lines.ts'
import { idInMetadata } from '../../read/threads/identity.ts'
import type { Answer } from '../../result.ts'

const recorded = async (
  env: MutationEnv,
  info: StreamInfo,
  { settingsAt }: ThreadFacts
): Promise<JsonObject | null> => {
  if (settingsAt === null) return null
  const [event] = await eventsIn(env, info, [settingsAt])
  const settings = (event?.line.payload as JsonObject | undefined)?.['thread_settings']
  return isJsonObject(settings) ? settings : null
}

const PROFILES = ['managed', 'disabled', 'external']

/** Where only a sandbox of older eras is known, the least that Codex grants: everything may be read. */
const READ_ONLY: JsonObject = {
  type: 'managed',
  file_system: {
    type: 'restricted',
    entries: [{ path: { type: 'special', value: { kind: 'root' } }, access: 'read' }]
  },
  network: 'restricted'
}

const profileOf = (policy: Json): Json => {
  const type = isJsonObject(policy) ? policy['type'] : null
  if (typeof type === 'string' && PROFILES.includes(type)) return policy
  return type === 'danger-full-access' ? { type: 'disabled' } : READ_ONLY
}

/** The mode names model and effort again; Codex passes over settings without it. */
const withMode = (settings: JsonObject, given: JsonObject): JsonObject => {
  if (given['collaboration_mode'] !== undefined) return settings
  const before = settings['collaboration_mode']
  const mode = isJsonObject(before) ? before : { mode: 'default' }
  const inner = isJsonObject(mode['settings']) ? mode['settings'] : { developer_instructions: null }
  const { model = '', reasoning_effort = null } = settings
  return {
    ...settings,
    collaboration_mode: { ...mode, settings: { ...inner, model, reasoning_effort } }
  }
}

/** The settings that hold, as the thread's last turn had them. */
const ofLastTurn = (facts: ThreadFacts, provider: string): JsonObject => ({
  model: facts.model ?? '',
  model_provider_id: facts.own?.modelProvider ?? provider,
  approval_policy: facts.approvalPolicy ?? 'on-request',
  approvals_reviewer: 'user',
  permission_profile: profileOf(facts.sandboxPolicy),
  cwd: facts.settingsCwd ?? facts.own?.cwd ?? facts.contextCwd ?? '',
  reasoning_effort: facts.reasoningEffort
})

/** Records which settings hold from now on; nothing when they hold already. */
export const updateSettings = (
  env: MutationEnv,
  threadId: string,
  settings: JsonObject,
  provider: string,
  options: MutationOptions
): Answer<Written> =>
  written(env, threadId, options, {
    operation: 'settings',
    arguments: { settings },
    plan: async ({ info, row, at }) => {
      const { facts } = row()
      const known = (await recorded(env, info, facts)) ?? ofLastTurn(facts, provider)
      const before = withMode(known, {})
      const after = withMode({ ...before, ...settings }, settings)
      const inverse = {
        operation: 'settings',
        arguments: { threadId: info.streamId, settings: before }
      }
      if (JSON.stringify(after) === JSON.stringify(before)) return E.right({ events: [], inverse })
      const payload = {
        type: 'thread_settings_applied',
        thread_id: idInMetadata(row(), info),
        thread_settings: after
      }
      return E.right({ events: [{ timestamp: at, type: 'event_msg', payload }], inverse })
    }
  })
