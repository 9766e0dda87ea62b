/**
 * What is done for `skills/*`. It is loaded when a client asks for it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import type { JsonObject } from '../../../domain/json.ts'
import { toldSkill } from '../../../domain/skills/skill.ts'
import { configInForce } from '../../home/config.ts'
import { skillLister } from '../../skills/list.ts'
import type { SkillPlace } from '../../skills/roots.ts'
import type { Live } from '../threads/live.ts'
import { skillsChanged } from '../threads/notices.ts'
import type { RpcCall, Server } from '../threads/server.ts'
import { answer, type MethodOutcome } from './method.ts'

/** Folders that clients added, for as long as a server runs; it is known by what its connections share. */
const EXTRA_ROOTS = new WeakMap<Live, ReadonlyArray<string>>()

const placeOf = (server: Server): SkillPlace => ({
  home: server.home,
  userHome: server.userHome ?? homedir(),
  profile: server.profile,
  config: configInForce(server),
  extraRoots: EXTRA_ROOTS.get(server.live) ?? []
})

/** Which directories a client asks about; a list is always fresh, forced or not. */
export interface SkillsParams {
  readonly cwds?: ReadonlyArray<string> | null | undefined
  readonly forceReload?: boolean | null | undefined
}

export const listed = async (
  { cwds }: SkillsParams,
  { server }: RpcCall
): Promise<MethodOutcome> => {
  const place = placeOf(server)
  const list = skillLister(place)
  const asked = cwds ?? []
  const directories = asked.length === 0 ? [process.cwd()] : asked
  const data: Array<JsonObject> = []
  for (const cwd of directories) {
    const { skills, problems } = await list(resolve(cwd))
    data.push({
      cwd,
      skills: skills.map(({ skill, enabled }) => toldSkill(skill, enabled, place.profile)),
      errors: problems.map((problem) => ({ ...problem }))
    })
  }
  return E.right(answer({ data }))
}

/** Replaces the folders that were added before. Every client hears of it, as in Codex before the answer. */
export const extraRootsSet = async (
  { extraRoots }: { readonly extraRoots: ReadonlyArray<string> },
  { server }: RpcCall
): Promise<MethodOutcome> => {
  EXTRA_ROOTS.set(server.live, extraRoots)
  return E.right({ result: {}, before: [skillsChanged()] })
}
