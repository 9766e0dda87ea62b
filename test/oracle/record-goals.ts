/**
 * Records what a real Codex says about goals of the home of `test/support/goal-home.ts`, which has no database when it starts;
 * written to `test/fixtures/goals` for `test/golden/goals.test.ts`.
 *
 *   npx tsx test/oracle/record-goals.ts <path of codex>
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIXTURES, removeFolder } from '../support/fixture-home.ts'
import {
  aboutGoals,
  GOAL_QUESTIONS,
  goalHome,
  goalLineCounts,
  LATER_QUESTIONS
} from '../support/goal-home.ts'
import { startCodex, versionOf } from './codex.ts'

const [codex = ''] = process.argv.slice(2)
if (codex === '') {
  process.stderr.write('usage: npx tsx test/oracle/record-goals.ts <path of codex>\n')
  process.exit(2)
}
const version = versionOf(codex)
const home = goalHome()
const asked = async (questions: typeof GOAL_QUESTIONS): Promise<ReadonlyArray<unknown>> => {
  const real = await startCodex(codex, home)
  const answers: Array<unknown> = []
  for (const [method, params] of questions) answers.push(aboutGoals(await real.ask(method, params)))
  await real.stop()
  return answers
}
const answers = [...(await asked(GOAL_QUESTIONS)), ...(await asked(LATER_QUESTIONS))]
const lineCounts = JSON.stringify(goalLineCounts(home))
removeFolder(home)
mkdirSync(join(FIXTURES, 'goals'), { recursive: true })
const rows = answers.map((row) => JSON.stringify(row)).join(',\n')
writeFileSync(
  join(FIXTURES, 'goals', `${version}.json`),
  `{"lineCounts":${lineCounts},"answers":[\n${rows}\n]}\n`
)
process.stdout.write(`${version}: ${answers.length} answers\n`)
