/**
 * Where a server looks for skills, besides in the directories of its clients.
 */
import { homedir } from 'node:os'
import { configInForce } from '../../home/config.ts'
import type { SkillPlace } from '../../skills/roots.ts'
import type { Server } from './server.ts'

/** What skills of a server depend on. */
export type SkillServer = Pick<Server, 'home' | 'userHome' | 'overrides' | 'profile' | 'live'>

/** Where a server looks for skills; the configuration is that of the call. */
export const skillPlace = (server: SkillServer): SkillPlace => ({
  home: server.home,
  userHome: server.userHome ?? homedir(),
  profile: server.profile,
  config: configInForce(server),
  extraRoots: server.live.skillRoots.all()
})
