/**
 * Records which threads a real Codex finds in the home of `test/support/other-ids.ts`, by the ids that it lists; written to
 * `test/fixtures/other-ids` for `test/golden/other-ids.test.ts`.
 *
 *   npx tsx test/oracle/record-other-ids.ts <path of codex>
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIXTURES, removeFolder } from '../support/fixture-home.ts'
import { OTHER_IDS_QUESTIONS, otherIdsHome, whichThreads } from '../support/other-ids.ts'
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
process.stdout.write(`${version}: ${rows.length} answers\n`)
