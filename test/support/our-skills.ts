/**
 * What this program finds in made skill folders.
 */
import { join } from 'node:path'
import { homeConfig } from '../../adapters/home/config.ts'
import { skillLister } from '../../adapters/skills/list.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { toldSkill } from '../../domain/skills/skill.ts'
import { removeFolder } from './fixture-home.ts'
import {
  askedIn,
  comparableSkills,
  type ListedSkills,
  type ToldDirectory
} from './listed-skills.ts'
import { madeSkills } from './made-skills.ts'
import { plantedRoot } from './planted-settings.ts'

export const ourSkills = async (seed: number, profile: ProfileName): Promise<ListedSkills> => {
  const root = plantedRoot(madeSkills(seed))
  const home = join(root, 'user/.codex')
  const place = { home, userHome: join(root, 'user'), profile, config: homeConfig(home) }
  try {
    const list = skillLister(place)
    const data: Array<unknown> = []
    for (const cwd of askedIn(root)) {
      const { skills, problems } = await list(cwd)
      data.push({
        cwd,
        skills: skills.map(({ skill, enabled }) => toldSkill(skill, enabled, profile)),
        errors: problems
      })
    }
    return comparableSkills(root, seed, data as ReadonlyArray<ToldDirectory>)
  } finally {
    removeFolder(root)
  }
}
