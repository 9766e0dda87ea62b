/**
 * Damaged indexes. The goal: the process that opens one lives, answers as without an index, and what it leaves is what building
 * from the files gives, row by row. The method: every damage in `index-damages.ts` to a copy of a whole index, opened by a child
 * process, because a damaged LMDB file may kill who maps it.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { randomFrom } from '../../../bench/home/random.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { INDEX_DAMAGES } from './index-damages.ts'
import { tallying, type Report, type Tally } from './tally.ts'

/** What the child says of the indexes it opened. */
export interface Opening {
  readonly rows: string
  readonly answers: string
  readonly failure: string | null
}

const CHILD = fileURLToPath(new URL('./index-child.ts', import.meta.url))

/** Opens indexes of a home in a child process, one after the other. */
const opened = (home: string, indexes: ReadonlyArray<string>): ReadonlyArray<Opening | string> => {
  const child = spawnSync(process.execPath, ['--import', 'tsx', CHILD, home, ...indexes], {
    encoding: 'utf8',
    timeout: 600_000,
    maxBuffer: 1 << 28
  })
  const said = child.stdout.split('\n').filter((line) => line !== '')
  return indexes.map((_, n) =>
    said[n] === undefined
      ? `the process ended with ${child.signal ?? child.status}: ${child.stderr.slice(-300)}`
      : (JSON.parse(said[n]) as Opening)
  )
}

/** Whole indexes: what they hold of other threads stays, and nobody is shown it. */
const OF_ANOTHER_HOME: ReadonlySet<string> = new Set([
  'the data of another home',
  'the whole index of another home'
])

/** Every kind of damage, so many times each. */
export const indexTrials = (
  seed: number,
  times: number,
  report: Report,
  isMeant: (name: string) => boolean = () => true
): Tally => {
  const tally = tallying()
  const folder = temporaryFolder()
  const [home, otherHome] = [copyHome('fork-rollback-142'), copyHome('basic-169')]
  const [whole, other, beside] = ['whole', 'other', 'beside'].map((name) => join(folder, name))
  if (whole === undefined || other === undefined || beside === undefined) return tally.done()
  mkdirSync(beside)
  const [expected] = opened(home, [whole])
  opened(otherHome, [other])
  if (expected === undefined || typeof expected === 'string') throw new Error(String(expected))
  for (let n = 0; n < times; n++) {
    const names = Object.keys(INDEX_DAMAGES).filter(isMeant)
    const indexes = names.map((name, i) => {
      const index = join(folder, `${n}-${i}`)
      cpSync(whole, index, { recursive: true, preserveTimestamps: true })
      const random = randomFrom(`index ${seed} ${n} ${name}`)
      INDEX_DAMAGES[name]?.({ index, other, beside: join(folder, 'beside') }, random)
      return index
    })
    for (const [i, is] of opened(home, indexes).entries()) {
      const name = `${names[i]}, seed ${seed}, time ${n}`
      tally.trial()
      if (typeof is === 'string') tally.problem(`${name}: ${is}`)
      else if (is.failure !== null) tally.problem(`${name}: ${is.failure}`)
      else if (is.answers !== expected.answers) tally.problem(`${name}: other answers`)
      else if (is.rows !== expected.rows && OF_ANOTHER_HOME.has(names[i] ?? ''))
        tally.count('answers as from the files, beside rows of threads that are not there')
      else if (is.rows !== expected.rows) tally.problem(`${name}: other rows`)
      else tally.count('as built from the files')
      if (existsSync(indexes[i] ?? '')) removeFolder(indexes[i] ?? '')
    }
    report(`${n + 1} times every damage of an index`)
  }
  for (const path of [folder, home, otherHome]) removeFolder(path)
  return tally.done()
}
