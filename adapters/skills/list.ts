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
import { skillRoots, type SkillPlace } from './roots.ts'
import { canonicalPath, scanSkills, type FoundSkills, type SkillRoot } from './scan.ts'

/** What is found for a directory. */
export interface DirectorySkills {
  readonly skills: ReadonlyArray<{ readonly skill: Skill; readonly enabled: boolean }>
  /** By path. */
  readonly problems: ReadonlyArray<SkillProblem>
}

/** Lists the skills of absolute directories, one after the other; a folder that several of them share is read once. */
export const skillLister = (place: SkillPlace): ((directory: string) => DirectorySkills) => {
  const read = new Map<string, FoundSkills>()
  const scanned = (root: SkillRoot): FoundSkills => {
    const key = JSON.stringify(root)
    const found = read.get(key) ?? scanSkills(root, place.profile)
    read.set(key, found)
    return found
  }
  return (directory) => listed(place, skillRoots(place, directory).map(scanned))
}

const listed = (place: SkillPlace, found: ReadonlyArray<FoundSkills>): DirectorySkills => {
  const all = inSkillOrder(found.flatMap(({ skills }) => skills))
  const rules = skillRules(place.config, (path) => canonicalPath(path) ?? path)
  const disabled = disabledSkills(all, rules)
  const problems = found.flatMap((one) => one.problems)
  return {
    skills: all
      .filter(({ isOurs }) => isOurs)
      .map((skill) => ({ skill, enabled: !disabled.has(skill.path) })),
    problems: problems.toSorted((a, b) => byBytes(a.path, b.path))
  }
}
