/**
 * Scenarios about skills: from every folder they are looked for in, for threads that work above, in and below a repository.
 */
import { join } from 'node:path'
import { DEMO, HOME, REPOSITORY, write } from './home.ts'
import { does, says, type Run } from './run.ts'
import { command } from './say.ts'
import type { Scenario } from './scenario.ts'

const BELOW = join(REPOSITORY, 'below')
const EXTRA = join(HOME, '..', 'extra')

/** Skills by name, and where each stands. The home of the user is the directory `DEMO`; bundled skills are switched off. */
const SKILLS = {
  top: join(REPOSITORY, '.agents/skills/top'),
  layer: join(REPOSITORY, '.codex/skills/layer'),
  low: join(BELOW, '.agents/skills/low'),
  demo: join(DEMO, '.agents/skills/demo'),
  own: join(HOME, 'skills/own'),
  person: join(HOME, '.agents/skills/person'),
  system: join(HOME, 'skills/.system/system'),
  extra: join(EXTRA, 'extra')
} as const

type SkillName = keyof typeof SKILLS

const fileOf = (name: SkillName): string => join(SKILLS[name], 'SKILL.md')

const named = (names: ReadonlyArray<SkillName>) => ({
  input: [
    { type: 'text', text: `Use ${names.join(' and ')}`, text_elements: [] },
    ...names.map((name) => ({ type: 'skill', name, path: fileOf(name) }))
  ]
})

const skills: Scenario = {
  play: async (run: Run) => {
    for (const name of Object.keys(SKILLS) as ReadonlyArray<SkillName>)
      write(fileOf(name), `---\nname: ${name}\ndescription: Says ${name}\n---\nSay ${name}.\n`)
    await run.start()
    if (run.era > 130) await run.attempt('skills/extraRoots/set', { extraRoots: [EXTRA] })
    const top = await run.thread('at the root', { cwd: REPOSITORY })
    await run.turn(top, [says()], named(['top', 'layer', 'own', 'person', 'system']))
    await run.turn(top, [does(() => [command(`cat ${fileOf('top')}`)]), says()])
    if (run.era > 130) await run.turn(top, [says()], named(['extra']))
    const below = await run.thread('below the root', { cwd: BELOW })
    await run.turn(below, [says()], named(['top', 'layer', 'low', 'own']))
    const demo = await run.thread('outside', { cwd: DEMO })
    await run.turn(demo, [says()], named(['demo', 'person']))
    const home = await run.thread('in the home', { cwd: HOME })
    await run.turn(home, [says()], named(['own', 'person', 'system']))
  }
}

export const SKILL_SCENARIOS: Readonly<Record<string, Scenario>> = { skills }
