/**
 * The skills below a folder: what stands in each `SKILL.md` and in the file beside it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { basename, dirname, join } from 'node:path'
import type { ProfileName } from '../../domain/log/profile.ts'
import { skillFront } from '../../domain/skills/front-matter.ts'
import { NO_EXTRAS, skillExtras, type SkillExtras } from '../../domain/skills/metadata.ts'
import type { Skill, SkillProblem } from '../../domain/skills/skill.ts'
import { canonicalPath } from '../home/places.ts'
import type { CheckPace } from '../upkeep/check/pace.ts'
import { fileText } from './file-text.ts'
import { EXTRAS_FILE, foldersBelow, followsLinks, SKILL_FILE, type SkillRoot } from './folders.ts'
import { skillPluginAt } from './plugin.ts'

export interface FoundSkills {
  readonly skills: ReadonlyArray<Skill>
  readonly problems: ReadonlyArray<SkillProblem>
}

const SKILL_BYTES_MAX = 1024 * 1024
const EXTRAS_BYTES_MAX = 256 * 1024

/** The plugin that a folder belongs to: the nearest above. What was asked once is remembered. */
const namespaces = (profile: ProfileName) => {
  const known = new Map<string, string | null>()
  const of = (folder: string): string | null => {
    const before = known.get(folder)
    if (before !== undefined) return before
    const above = dirname(folder)
    const name = skillPluginAt(folder, profile)?.name ?? (above === folder ? null : of(above))
    known.set(folder, name)
    return name
  }
  return of
}

const extrasOf = (folder: string, plugin: string | null): SkillExtras => {
  const path = join(folder, EXTRAS_FILE)
  const text = fileText(path, EXTRAS_BYTES_MAX, true)
  return E.isLeft(text) ? NO_EXTRAS : skillExtras(text.right, { skill: folder, plugin })
}

/** The skills below a root. */
export const scanSkills = async (
  root: SkillRoot,
  profile: ProfileName,
  pace: CheckPace
): Promise<FoundSkills> => {
  const skills: Array<Skill> = []
  const problems: Array<SkillProblem> = []
  const namespaceOf = namespaces(profile)
  const plugin = root.plugin === null ? null : canonicalPath(root.plugin.folder)
  const folders = foldersBelow(root.path, followsLinks(root), pace)
  for await (const { path: folder, hasSkill } of folders) {
    if (!hasSkill) continue
    const path = join(folder, SKILL_FILE)
    const text = fileText(path, SKILL_BYTES_MAX, false)
    const place = {
      folder: basename(folder),
      namespace: root.plugin?.name ?? namespaceOf(folder)
    }
    const front = E.isLeft(text)
      ? E.left(`failed to read file: ${text.left}`)
      : skillFront(text.right, place, profile)
    if (E.isLeft(front)) problems.push({ path, message: front.left })
    else
      skills.push({
        ...front.right,
        ...extrasOf(folder, profile === '0.130' ? null : plugin),
        ...{ path, scope: root.scope, pluginId: root.plugin?.id ?? null }
      })
  }
  return { skills, problems: root.scope === 'system' ? [] : problems }
}
