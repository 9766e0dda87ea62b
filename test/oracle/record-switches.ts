/**
 * Records what a real Codex answers, lists and writes when skills are switched on and off.
 *
 *   npx tsx test/oracle/record-switches.ts CODEX
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolder } from '../support/fixture-home.ts'
import {
  BROKEN_CASES,
  LOSSY_CASES,
  playedSwitches,
  SWITCH_CASES,
  switchRoot,
  type ToldSwitches
} from '../support/skill-switches.ts'
import { askedCodex, startCodex } from './codex.ts'

const { codex, version } = askedCodex('npx tsx test/oracle/record-switches.ts CODEX')

const records: Array<ToldSwitches> = []
for (const one of [...SWITCH_CASES, ...BROKEN_CASES, ...LOSSY_CASES]) {
  const root = switchRoot(one)
  const env = { HOME: join(root, 'user') }
  const real = await startCodex(codex, join(root, 'user/.codex'), { experimentalApi: true }, env)
  try {
    records.push(await playedSwitches(root, one, real.answer))
  } finally {
    await real.stop()
    removeFolder(root)
  }
}
const folder = join(import.meta.dirname, '..', 'fixtures', 'skill-switches')
mkdirSync(folder, { recursive: true })
const lines = records.map((record) => JSON.stringify(record)).join(',\n')
writeFileSync(join(folder, `${version}.json`), `[\n${lines}\n]\n`)
process.stdout.write(`${version}: ${records.length} cases\n`)
