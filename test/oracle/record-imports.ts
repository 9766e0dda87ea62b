/**
 * Records what the real Codex at a path answers and tells about sessions of another agent, and the ledger and threads that it leaves;
 * written to `test/fixtures/imports` for `test/golden/imports-wire.test.ts`.
 *
 *   npx tsx test/oracle/record-imports.ts CODEX
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIXTURES } from '../support/fixture-home.ts'
import { importSteps, importUser, ledgerOf, removeImportUser } from '../support/import-home.ts'
import { importNames } from '../support/import-wire.ts'
import { importedRollouts } from '../support/imported-lines.ts'
import { askedCodex, startCodex } from './codex.ts'

const { codex, version, era } = askedCodex('npx tsx test/oracle/record-imports.ts CODEX')
const user = importUser()
const names = importNames(user)
const real = await startCodex(codex, user.home, { experimentalApi: true }, { HOME: user.userHome })
const steps: Array<unknown> = []
for (const step of importSteps(user, era)) {
  if ('change' in step) {
    step.change(user)
    continue
  }
  const told = await real.ask(step.method, step.params)
  const kept = told.filter(
    (message) =>
      message['id'] !== undefined || String(message['method']).startsWith('externalAgent')
  )
  const texts = kept.map(({ id: _, ...message }) => names(JSON.stringify(message)))
  steps.push({
    asked: names(JSON.stringify([step.method, step.params])),
    told: texts,
    ledger: names(ledgerOf(user))
  })
}
await real.stop()
const folder = join(FIXTURES, 'imports', version)
mkdirSync(folder, { recursive: true })
writeFileSync(
  join(folder, 'wire.json'),
  `${JSON.stringify({ steps, rollouts: importedRollouts(user.home).map(names) }, null, 1)}\n`
)
removeImportUser(user)
process.stdout.write(`${version}: ${steps.length} questions\n`)
