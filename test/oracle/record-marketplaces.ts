/**
 * Records what a real Codex answers about marketplaces of this machine, and what it leaves in the home.
 *
 *   npx tsx test/oracle/record-marketplaces.ts CODEX
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeFolder } from '../support/fixture-home.ts'
import { MARKETPLACE_CASES } from '../support/marketplace-cases.ts'
import {
  marketplaceRoot,
  playedMarketplaces,
  type ToldMarketplaces
} from '../support/marketplaces.ts'
import { askedCodex, startCodex } from './codex.ts'

const { codex, version, era, rest } = askedCodex(
  'npx tsx test/oracle/record-marketplaces.ts CODEX [CASE]'
)

/** Longer than Codex takes to bring a few plugins up to date. */
const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 400))

const records: Array<ToldMarketplaces> = []
for (const one of MARKETPLACE_CASES) {
  if (one.since === '0.142' && era === '0.130') continue
  if (rest[0] !== undefined && rest[0] !== one.name) continue
  const root = marketplaceRoot(one)
  const env = { HOME: join(root, 'user') }
  const real = await startCodex(codex, join(root, 'user/.codex'), { experimentalApi: true }, env)
  try {
    records.push(await playedMarketplaces(root, one, tmpdir(), real.answer, settled))
  } finally {
    await real.stop()
    removeFolder(root)
  }
}
const text = `[\n${records
  .map(
    ({ name, steps }) =>
      `{"name":${JSON.stringify(name)},"steps":[\n${steps.map((step) => JSON.stringify(step)).join(',\n')}\n]}`
  )
  .join(',\n')}\n]\n`
if (rest[0] === undefined) {
  const folder = join(import.meta.dirname, '..', 'fixtures', 'marketplaces')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${version}.json`), text)
  process.stdout.write(`${version}: ${records.length} cases\n`)
} else process.stdout.write(text)
