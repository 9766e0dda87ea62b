/**
 * Asks a real Codex which skills it finds in made folders, and compares them with what unroll finds.
 *
 *   npm run oracle:skills -- CODEX [COUNT] [SEED] [--details] [--record]
 *
 * Seed 0 is a table of every case, the others are made. With `--record` the answers are written to `test/fixtures/skills`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import type { ProfileName } from '../../domain/log/profile.ts'
import { removeFolder } from '../support/fixture-home.ts'
import {
  askedIn,
  comparableSkills,
  compactSkills,
  type ListedSkills,
  type ToldDirectory
} from '../support/listed-skills.ts'
import { madeSkills } from '../support/made-skills.ts'
import { plantedRoot } from '../support/planted-settings.ts'
import { startCodex, versionOf } from './codex.ts'
import { ourSkills } from '../support/our-skills.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { details: { type: 'boolean' }, record: { type: 'boolean' } }
})
const [codex = '', count = '301', first = '0'] = positionals
if (codex === '') {
  process.stderr.write(
    'usage: npm run oracle:skills -- CODEX [COUNT] [SEED] [--details] [--record]\n'
  )
  process.exit(2)
}
const version = versionOf(codex)
const era = version.split('.').slice(0, 2).join('.') as ProfileName

const realSkills = async (seed: number): Promise<ListedSkills> => {
  const root = plantedRoot(madeSkills(seed))
  const env = { HOME: join(root, 'user') }
  const real = await startCodex(codex, join(root, 'user/.codex'), { experimentalApi: true }, env)
  try {
    const answer = await real.answer('skills/list', { cwds: askedIn(root) })
    const { data } = answer['result'] as { readonly data: ReadonlyArray<ToldDirectory> }
    return comparableSkills(root, seed, data)
  } finally {
    await real.stop()
    removeFolder(root)
  }
}

/** Rows that one of the two has and the other has not. */
const difference = (real: ListedSkills, ours: ListedSkills): string =>
  real.data
    .flatMap(({ cwd, skills, errors }, at) => {
      const own = ours.data[at]
      const rows = (of: ReadonlyArray<unknown>): ReadonlyArray<string> =>
        of.map((row) => JSON.stringify(row))
      const [a, b] = [
        rows([...skills, ...errors]),
        rows([...(own?.skills ?? []), ...(own?.errors ?? [])])
      ]
      const lines = [
        ...a.filter((row) => !b.includes(row)).map((row) => `    codex ${row}\n`),
        ...b.filter((row) => !a.includes(row)).map((row) => `    here  ${row}\n`)
      ]
      return isDeepStrictEqual(a, b)
        ? []
        : [`  ${cwd}${lines.length === 0 ? ' (order)' : ''}\n`, ...lines]
    })
    .join('')

const records: Array<ListedSkills> = []
const differing: Array<number> = []
for (let seed = Number(first); seed < Number(first) + Number(count); seed += 1) {
  const real = await realSkills(seed)
  const ours = await ourSkills(seed, era)
  records.push(real)
  if (isDeepStrictEqual(real, ours)) continue
  differing.push(seed)
  if (values.details === true) process.stdout.write(`${seed}\n${difference(real, ours)}`)
}
const told = differing.length === 0 ? '' : `; seeds that differ: ${differing.join(', ')}`
process.stdout.write(`${version}: ${count} trees, ${differing.length} differ${told}\n`)
if (values.record === true) {
  const folder = join(import.meta.dirname, '..', 'fixtures', 'skills')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, `${version}.json`),
    `[\n${records.map((record) => JSON.stringify(compactSkills(record))).join(',\n')}\n]\n`
  )
}
