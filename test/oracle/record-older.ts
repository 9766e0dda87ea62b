/**
 * Records what a real Codex answers about homes that versions before 0.130 wrote, for `test/golden/older.test.ts`.
 *
 *   npx tsx test/oracle/record-older.ts <path of codex> <era> [beginning of the names of homes]
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolder } from '../support/fixture-home.ts'
import { askedAbout, copyOlder, OLDER, olderHomes } from '../support/older-homes.ts'
import { startCodex } from './codex.ts'

const [codex = '', era = '', only = ''] = process.argv.slice(2)

for (const name of olderHomes().filter((one) => one.startsWith(only))) {
  const home = copyOlder(name)
  const server = await startCodex(codex, home)
  const said = await askedAbout(home, server.answer)
  await server.stop()
  removeFolder(home)
  writeFileSync(join(OLDER, name, `golden-${era}.json`), `${JSON.stringify(said, null, 1)}\n`)
}
