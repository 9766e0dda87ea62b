/**
 * A loaded thread that nobody follows is loaded again when a client resumes it with other settings: since 0.142, so that a
 * client that comes back gets what it asks for. While somebody follows it, the settings it has stay.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Call } from '../method.ts'
import type { LiveThread } from './live.ts'
import type { Overrides } from './overrides.ts'
import { settingsOf, type Settings } from './settings.ts'
import type { Restored } from './restored.ts'

/** The settings a member of the request decides. */
const DECIDES: Readonly<Partial<Record<keyof Overrides, keyof Settings>>> = {
  model: 'model',
  modelProvider: 'modelProvider',
  serviceTier: 'serviceTier',
  cwd: 'cwd',
  runtimeWorkspaceRoots: 'runtimeWorkspaceRoots',
  approvalPolicy: 'approvalPolicy',
  approvalsReviewer: 'approvalsReviewer',
  sandbox: 'sandbox',
  permissions: 'sandbox'
}

/** True when a resume of a loaded thread must load it again. */
export const mustReload = (
  { server }: Call,
  overrides: Overrides,
  live: LiveThread,
  restored: Restored
): boolean => {
  if (server.profile === '0.130' || live.draft !== null || live.status.type === 'active')
    return false
  if (server.live.isFollowed(live.id)) return false
  if (Object.keys(overrides.config ?? {}).length > 0) return true
  const origin = { kind: 'resume', cwd: live.settings.cwd, restored } as const
  const wanted = settingsOf(server, overrides, origin)
  return Object.entries(DECIDES).some(([member, setting]) => {
    const asked = overrides[member as keyof Overrides]
    const isAsked = asked !== null && asked !== undefined
    return isAsked && !isDeepStrictEqual(wanted[setting], live.settings[setting])
  })
}
