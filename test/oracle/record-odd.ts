/**
 * Records which directory a real Codex tells for the threads of `test/support/odd-home.ts`, and which of them it lists or refuses;
 * written to `test/fixtures/odd` for `test/golden/odd.test.ts`.
 *
 *   npx tsx test/oracle/record-odd.ts <path of codex>
 */
import { writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { FIXTURES, removeFolder } from '../support/fixture-home.ts'
import { ODD_THREADS, oddAnswers, oddHome } from '../support/odd-home.ts'
import { startCodex, versionOf } from './codex.ts'

const [codex = ''] = process.argv.slice(2)
if (codex === '') {
  process.stderr.write('usage: npx tsx test/oracle/record-odd.ts <path of codex>\n')
  process.exit(2)
}
const version = versionOf(codex)
const home = oddHome()
const real = await startCodex(codex, home)
const answers = await oddAnswers(real.answer, home)
await real.stop()
removeFolder(home)
const rows = answers.map((row) => JSON.stringify(row)).join(',\n')
const place = JSON.stringify({ directory: tmpdir(), userHome: homedir() })
const text = `{"version":"${version}","place":${place},"threads":[\n${rows}\n]}\n`
writeFileSync(join(FIXTURES, 'odd', `${version}.json`), text)
process.stdout.write(`${version}: ${ODD_THREADS.length} threads\n`)
