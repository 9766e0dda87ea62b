/**
 * What is done for `skills/*`. It is loaded when a client asks for it.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { JsonObject } from '../../../domain/json.ts'
import { toldSkill } from '../../../domain/skills/skill.ts'
import { describe } from '../../../domain/errors.ts'
import { isBlank, trimmed } from '../../../domain/white-space.ts'
import { configProblem } from '../../skills/config-problem.ts'
import { skillLister } from '../../skills/list.ts'
import { skillPath } from '../../skills/roots.ts'
import { switchSkill } from '../../skills/switch.ts'
import { skillsChanged } from '../threads/notices.ts'
import type { RpcCall, Server } from '../threads/server.ts'
import { skillPlace } from '../threads/skill-place.ts'
import { CODE, internal, overloaded } from '../wire/errors.ts'
import { answer, type MethodOutcome } from './method.ts'

/** Which directories a client asks about; a list is always fresh, forced or not. */
export interface SkillsParams {
  readonly cwds?: ReadonlyArray<string> | null | undefined
  readonly forceReload?: boolean | null | undefined
}

/** Without a configuration nothing is listed; since 0.169 each directory says why. */
const listedBroken = (
  message: string,
  directories: ReadonlyArray<string>,
  { profile }: Server
): MethodOutcome =>
  profile === '0.169'
    ? E.right(
        answer({
          data: directories.map((cwd) => ({ cwd, skills: [], errors: [{ path: cwd, message }] }))
        })
      )
    : E.left(internal(message))

export const listed = async (
  { cwds }: SkillsParams,
  { server }: RpcCall
): Promise<MethodOutcome> => {
  const asked = cwds ?? []
  const directories = asked.length === 0 ? [process.cwd()] : asked
  const broken = configProblem(server.home)
  if (broken !== null) return listedBroken(broken.list, directories, server)
  const place = skillPlace(server)
  const list = skillLister(place)
  const data: Array<JsonObject> = []
  for (const cwd of directories) {
    const { skills, problems } = await list(cwd)
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
  server.live.skillRoots.set(extraRoots)
  return E.right({ result: {}, before: [skillsChanged()] })
}

/** Which skill a client switches: by the path of its file, or by its name. */
export interface SkillsSwitchParams {
  readonly path?: string | null | undefined
  readonly name?: string | null | undefined
  readonly enabled: boolean
}

/** Nobody is told; the next list shows it. */
export const configWritten = async (
  { path = null, name = null, enabled }: SkillsSwitchParams,
  { server, session }: RpcCall
): Promise<MethodOutcome> => {
  if ((path === null) === (name === null) || (name !== null && isBlank(name)))
    return E.left({
      code: CODE.invalidParams,
      message: 'skills/config/write requires exactly one of path or name'
    })
  const broken = configProblem(server.home)
  if (broken !== null) return E.left(internal(broken.write))
  const place = skillPlace(server)
  const selector =
    path === null
      ? ({ by: 'name', value: trimmed(name ?? '') } as const)
      : ({ by: 'path', value: skillPath(path, place) } as const)
  const actor = `app-server:${session.clientName}`
  const done = await switchSkill(place, selector, enabled, { actor })
  if (E.isRight(done)) return E.right(answer({ effectiveEnabled: enabled }))
  const reason = done.left._tag === 'NotPossible' ? done.left.reason : describe(done.left)
  return E.left(
    done.left._tag === 'Busy' ? overloaded : internal(`failed to update skill settings: ${reason}`)
  )
}
