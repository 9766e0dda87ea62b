/**
 * Records what the real Codex at a path answers and tells about processes and commands, for `test/golden/processes.test.ts`.
 *
 *   npx tsx test/oracle/record-processes.ts <path of codex>
 *
 * Writes `test/fixtures/processes/<version>.json`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIXTURES, removeFolder } from '../support/fixture-home.ts'
import { configuredHome } from '../support/host-questions.ts'
import { CASES, playCase } from '../support/process-questions.ts'
import { askedCodex, startCodex } from './codex.ts'

const { codex, version } = askedCodex('npx tsx test/oracle/record-processes.ts <path of codex>')
const home = configuredHome('')
const real = await startCodex(codex, home, { experimentalApi: true }, { HOME: home })
const recorded: Record<string, unknown> = {}
for (const [name, steps] of Object.entries(CASES))
  recorded[name] = await playCase(real, steps).catch((cause: unknown) => {
    throw new Error(name, { cause })
  })
await real.stop()
removeFolder(home)
mkdirSync(join(FIXTURES, 'processes'), { recursive: true })
const path = join(FIXTURES, 'processes', `${version}.json`)
writeFileSync(path, `${JSON.stringify(recorded, null, 1)}\n`)
process.stdout.write(`${version}: ${Object.keys(recorded).length} cases\n`)
