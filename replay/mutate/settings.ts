/**
 * Settings of the turns to come, recorded the way Codex 0.169 does; older versions pass over the event.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { StoreError } from '../../domain/errors.ts'
import { isJsonObject, type JsonObject } from '../../domain/json.ts'
import type { ThreadFacts } from '../../domain/thread.ts'
import type { MutationOptions, Written } from './types.ts'
import { isDamaged, type StreamInfo } from '../ports.ts'
import { written, type MutationEnv } from './write.ts'

const recorded = async (
  env: MutationEnv,
  info: StreamInfo,
  { settingsAt }: ThreadFacts
): Promise<JsonObject | null> => {
  if (settingsAt === null) return null
  const [line] = await env.store.readRanges(info, [settingsAt], 'all')
  if (line === undefined || isDamaged(line)) return null
  const settings = (line.line.payload as unknown as JsonObject)['thread_settings']
  return isJsonObject(settings) ? settings : null
}

/** The settings that hold, as the thread's last turn had them. */
const ofLastTurn = (facts: ThreadFacts, provider: string): JsonObject => ({
  model: facts.model ?? '',
  model_provider_id: facts.own?.modelProvider ?? provider,
  approval_policy: facts.approvalPolicy,
  approvals_reviewer: 'user',
  permission_profile: facts.sandboxPolicy,
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
): TE.TaskEither<StoreError, Written> =>
  written(env, threadId, options, {
    operation: 'settings',
    arguments: { settings },
    plan: async ({ info, row, at }) => {
      const { facts } = row()
      const before = (await recorded(env, info, facts)) ?? ofLastTurn(facts, provider)
      const after: JsonObject = { ...before, ...settings }
      const inverse = {
        operation: 'settings',
        arguments: { threadId: info.streamId, settings: before }
      }
      if (JSON.stringify(after) === JSON.stringify(before)) return E.right({ events: [], inverse })
      const payload = {
        type: 'thread_settings_applied',
        thread_id: info.streamId,
        thread_settings: after
      }
      return E.right({ events: [{ timestamp: at, type: 'event_msg', payload }], inverse })
    }
  })
