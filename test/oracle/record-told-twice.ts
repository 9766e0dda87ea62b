/**
 * Records what a real Codex tells of the threads of `test/support/told-twice.ts`; written to `test/fixtures/told-twice` for
 * `test/golden/told-twice.test.ts`.
 *
 *   npx tsx test/oracle/record-told-twice.ts <path of codex>
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eraOfVersion } from '../support/agreement.ts'
import { FIXTURES, removeFolder } from '../support/fixture-home.ts'
import { toldOf, toldTwiceHome, toldTwiceQuestions } from '../support/told-twice.ts'
import { startCodex, versionOf } from './codex.ts'

const [codex = ''] = process.argv.slice(2)
if (codex === '') {
  process.stderr.write('usage: npx tsx test/oracle/record-told-twice.ts <path of codex>\n')
  process.exit(2)
}
const version = versionOf(codex)
const profile = eraOfVersion(version)
const home = toldTwiceHome(profile)
const real = await startCodex(codex, home)
const rows: Array<string> = []
for (const [method, params] of toldTwiceQuestions(profile, home))
  rows.push(JSON.stringify(toldOf(await real.answer(method, params))))
await real.stop()
removeFolder(home)
mkdirSync(join(FIXTURES, 'told-twice'), { recursive: true })
writeFileSync(join(FIXTURES, 'told-twice', `${version}.json`), `[\n${rows.join(',\n')}\n]\n`)
process.stdout.write(`${version}: ${rows.length} answers\n`)
