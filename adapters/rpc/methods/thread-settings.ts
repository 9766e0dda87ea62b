/**
 * `thread/settings/update` (since 0.142): what the next turns of a loaded thread run with. Codex keeps it in memory up to
 * 0.142 and writes it down later.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { ProfileName } from '../../../domain/profile.ts'
import { threadKey } from '../connection/keys.ts'
import type { Method } from '../method.ts'
import { settingsUpdated } from '../threads/notices.ts'
import { required, struct, text, type ValueOf } from '../wire/serde.ts'
import { loadedThread, materialized } from '../threads/threads.ts'
import { changedSettings, settingsFields } from '../threads/user-input.ts'
import { write } from '../threads/writes.ts'

const fieldsOf = (profile: ProfileName) => ({
  threadId: required(text),
  ...settingsFields(profile)
})

/** The row of `thread/settings/update`. Who follows the thread is told when something is other than before. */
export const threadSettingsUpdate: Method<ValueOf<ReturnType<typeof fieldsOf>>, object> = {
  name: 'thread/settings/update',
  profiles: ['0.142', '0.169'],
  experimental: ['0.142', '0.169'],
  params: (profile) => struct('ThreadSettingsUpdateParams', fieldsOf(profile)),
  result: t.type({}, 'ThreadSettingsUpdateResponse'),
  key: threadKey,
  handler: (params, call) => async () => {
    const { live: all, profile } = call.server
    const live = loadedThread(call, params.threadId)
    if (E.isLeft(live)) return live
    const { id, settings: before, draft } = live.right
    const changed = changedSettings(before, params, profile)
    if (E.isLeft(changed)) return changed
    const { settings, recorded } = changed.right
    if (JSON.stringify(settings) === JSON.stringify(before)) return E.right({ result: {} })
    const isKept = profile === '0.169' && draft?.thread.ephemeral !== true
    if (isKept && Object.keys(recorded).length > 0) {
      const made = await materialized(call, id)
      if (E.isLeft(made)) return made
      const written = await write(call, ({ updateSettings }, options) =>
        updateSettings(id, recorded, options)
      )
      if (E.isLeft(written)) return written
    }
    const now = all.find(id)
    if (now !== null) all.put({ ...now, settings })
    return E.right({ result: {}, after: [settingsUpdated(id, settings, profile)] })
  }
}
