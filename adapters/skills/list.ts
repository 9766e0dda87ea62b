/**
 * The skills of directories. Nothing is remembered from one request to the next, so that no list is older than the files.
 */
import { byBytes } from '../../domain/byte-order.ts'
import {
  disabledSkills,
  inSkillOrder,
  skillRules,
  type Skill,
  type SkillProblem
} from '../../domain/skills/skill.ts'
import { resolve } from 'node:path'
import { startPace } from '../upkeep/check/pace.ts'
import type { SkillRoot } from './folders.ts'
import { projectProblem } from './project-problem.ts'
import { skillPath, skillRoots, type SkillPlace } from './roots.ts'
import { scanSkills, type FoundSkills } from './scan.ts'

/** What is found for a directory. */
export interface DirectorySkills {
  readonly skills: ReadonlyArray<{ readonly skill: Skill; readonly enabled: boolean }>
  /** By path. */
  readonly problems: ReadonlyArray<SkillProblem>
}

/**
 * Lists the skills of directories, one after the other; a folder that several of them share is read once. Where the configuration of a
 * project cannot be read there are none, and the problem has the path of the directory as it was given.
 */
export const skillLister = (
  place: SkillPlace
): ((directory: string) => Promise<DirectorySkills>) => {
  const pace = startPace()
  const rootsOf = skillRoots(place)
  const read = new Map<string, FoundSkills>()
  const scanned = async (root: SkillRoot): Promise<FoundSkills> => {
    const key = JSON.stringify(root)
    const found = read.get(key) ?? (await scanSkills(root, place.profile, pace))
    read.set(key, found)
    return found
  }
  return async (given) => {
    const directory = resolve(given)
    const message = projectProblem(place, directory)
    if (message !== null) return { skills: [], problems: [{ path: given, message }] }
    const found: Array<FoundSkills> = []
    for (const root of rootsOf(directory)) found.push(await scanned(root))
    return listed(place, found)
  }
}

const listed = (place: SkillPlace, found: ReadonlyArray<FoundSkills>): DirectorySkills => {
  const all = inSkillOrder(found.flatMap(({ skills }) => skills))
  const rules = skillRules(place.config, (path) => skillPath(path, place))
  const disabled = disabledSkills(all, rules)
  const problems = found.flatMap((one) => one.problems)
  return {
    skills: all
      .filter(({ isOurs }) => isOurs)
      .map((skill) => ({ skill, enabled: !disabled.has(skill.path) })),
    problems: problems.toSorted((a, b) => byBytes(a.path, b.path))
  }
}
