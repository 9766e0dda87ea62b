/**
 * Run as a child process: imports the settings of a user and of a repository and is killed before a step of it.
 *
 * usage: settings-crash-entry <root> <step>
 *
 * Steps are the records of the operation log and the stages of every file. Prints how many there were when it gets to the end, and the
 * configurations after each item: more than one adds to them.
 */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { importPlanned } from '../../adapters/imports/settings/apply.ts'
import { SETTINGS_PLANNERS } from '../../adapters/imports/settings/importers.ts'
import { removeLeftOvers } from '../../adapters/imports/settings/left-over.ts'
import { isNothing } from '../../adapters/imports/settings/plan.ts'
import { siteFor } from '../../adapters/imports/settings/site.ts'
import { fatalSteps, steppedOperations } from './fatal-steps.ts'
import { planted } from './planted-settings.ts'

const [root = '', fatal = '0'] = process.argv.slice(2)
const userHome = join(root, 'user')
const home = join(userHome, '.codex')

const configs: Array<ReturnType<typeof planted>> = []
const { step, taken } = fatalSteps(Number(fatal))
const operations = steppedOperations(home, step)
const place = { home, userHome, profile: '0.169', from: 'claude' } as const
for (const cwd of [null, join(root, 'work/repo/sub')])
  for (const [, planner] of SETTINGS_PLANNERS) {
    const site = siteFor(place, cwd)
    if (site === null) continue
    removeLeftOvers(place, cwd)
    const plan = planner(site)
    if (plan === null || isNothing(plan)) continue
    await importPlanned([{ site, plan }], { operations, actor: 'cli', step })
    configs.push(planted(root))
  }
const texts = configs.flatMap((files) =>
  Object.entries(files).flatMap(([path, text]) => (path.endsWith('config.toml') ? [text] : []))
)
writeSync(1, JSON.stringify({ steps: taken(), texts }))
