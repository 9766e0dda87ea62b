/**
 * Records which threads a real Codex finds in the home of `test/support/other-ids.ts`, by the ids that it lists; written to
 * `test/fixtures/other-ids` for `test/golden/other-ids.test.ts`; and how they are loaded and changed, to `other-ids-changes`.
 *
 *   npx tsx test/oracle/record-other-ids.ts <path of codex>
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIXTURES, removeFolder } from '../support/fixture-home.ts'
import {
  changesAnswered,
  hasMethod,
  OTHER_IDS_QUESTIONS,
  otherIdsHome,
  whichThreads
} from '../support/other-ids.ts'
import { startCodex, versionOf } from './codex.ts'

const [codex = ''] = process.argv.slice(2)
if (codex === '') {
  process.stderr.write('usage: npx tsx test/oracle/record-other-ids.ts <path of codex>\n')
  process.exit(2)
}
const version = versionOf(codex)
const home = otherIdsHome()
const real = await startCodex(codex, home)
const rows: Array<string> = []
for (const [method, params] of OTHER_IDS_QUESTIONS)
  rows.push(JSON.stringify(whichThreads(await real.answer(method, params))))
await real.stop()
removeFolder(home)
mkdirSync(join(FIXTURES, 'other-ids'), { recursive: true })
writeFileSync(join(FIXTURES, 'other-ids', `${version}.json`), `[\n${rows.join(',\n')}\n]\n`)
const changes = await changesAnswered((one) => startCodex(codex, one), hasMethod(version))
const lists = Object.entries(changes).map(
  ([name, answers]) =>
    `${JSON.stringify(name)}:[\n${answers.map((answer) => JSON.stringify(answer)).join(',\n')}\n]`
)
mkdirSync(join(FIXTURES, 'other-ids-changes'), { recursive: true })
writeFileSync(
  join(FIXTURES, 'other-ids-changes', `${version}.json`),
  `{\n${lists.join(',\n')}\n}\n`
)
const count = Object.values(changes).flat().length
process.stdout.write(`${version}: ${rows.length} and ${count} answers\n`)
