/**
 * The skills of directories as rows, which `unroll skills` prints and its words look in.
 */
import * as E from 'fp-ts/lib/Either.js'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { notPossible } from '../../../../domain/errors.ts'
import type { SkillScope } from '../../../../domain/skills/skill.ts'
import { homeConfig } from '../../../home/config.ts'
import { configProblem } from '../../../skills/config-problem.ts'
import { skillLister } from '../../../skills/list.ts'
import type { SkillPlace } from '../../../skills/roots.ts'
import type { Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { answers } from '../../session.ts'
import type { Tried } from '../../text/report.ts'

/** One skill of one directory, or a `SKILL.md` that is none. */
export interface ListedSkill {
  /** The directory that was asked about. */
  readonly cwd: string
  /** Null for a file that is no skill, as are scope, enabled and description. */
  readonly name: string | null
  readonly scope: SkillScope | null
  readonly enabled: boolean | null
  readonly description: string | null
  /** The `SKILL.md`. */
  readonly path: string
  /** The plugin it belongs to; null for none. */
  readonly pluginId: string | null
  /** Why the file is no skill; null for a skill. */
  readonly problem: string | null
}

/** Where skills are looked for by this command line. */
export const placeOf = (input: Input, io: Io, home: string): SkillPlace => ({
  home: resolve(home),
  userHome: io.env['HOME'] ?? homedir(),
  profile: answers(input).profile,
  config: homeConfig(home)
})

/** The skills of directories; refused where the configuration cannot be read, as in Codex. */
export const skillsOf = async (
  place: SkillPlace,
  directories: ReadonlyArray<string>
): Promise<Tried<ReadonlyArray<ListedSkill>>> => {
  const broken = configProblem(place.home)
  if (broken !== null) return E.left(notPossible(broken.list, 'mend config.toml by hand'))
  const list = skillLister(place)
  const rows: Array<ListedSkill> = []
  const none = { name: null, scope: null, enabled: null, description: null, pluginId: null }
  for (const cwd of directories) {
    const { skills, problems } = await list(cwd)
    for (const { skill, enabled } of skills) {
      const { name, scope, description, path, pluginId } = skill
      rows.push({ cwd, name, scope, enabled, description, path, pluginId, problem: null })
    }
    for (const { path, message } of problems) rows.push({ cwd, ...none, path, problem: message })
  }
  return E.right(rows)
}
