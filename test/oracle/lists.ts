/**
 * Asks a real Codex and this server for lists of made homes, and for each of their threads, and prints where they differ.
 *
 *   npm run oracle:lists -- <path of codex> [first seed] [last seed] [--threads N] [--details] [--record]
 *
 * `--record` writes what Codex answered to `test/fixtures/lists`, for `test/golden/lists.test.ts`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { eraOfVersion } from '../support/agreement.ts'
import { FIXTURES, placed, removeFolder } from '../support/fixture-home.ts'
import { listHome, madeThreads } from '../support/list-homes.ts'
import { askAll, comparableList } from '../support/list-questions.ts'
import { packed, type Asked } from '../support/list-recording.ts'
import { differences } from '../support/normalise.ts'
import { clientOf, serverOf, shaken } from '../support/rpc-client.ts'
import { startCodex, versionOf } from './codex.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '24' },
    details: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false }
  }
})
const [codex = '', first = '1', last = first] = positionals
const version = versionOf(codex)
const profile = eraOfVersion(version)
const recordings: Array<{
  readonly seed: number
  readonly threads: number
  readonly asked: ReadonlyArray<Asked>
}> = []
let asked = 0
let different = 0
/** Answers that differ in nothing else than times which grew. */
let grown = 0

/** Codex gives a row the next free millisecond when it writes it again within a second of the newest of its home. */
const GROWS_MS = 1000
/** Cursors stand a millisecond before or behind the time. */
const CURSOR_MS = 2

/** An answer in which times that Codex lets grow are those of the newest file: only of that one, and only later. */
const grownBack = (answer: unknown, newestMs: number): unknown => {
  const back = (ms: number, exactMs: number): number =>
    ms >= exactMs - CURSOR_MS && ms <= exactMs + GROWS_MS ? exactMs : ms
  const inSeconds = Math.floor(newestMs / 1000)
  return JSON.parse(JSON.stringify(answer), (key, value: unknown) => {
    if (key === 'updatedAt' && typeof value === 'number')
      return value === inSeconds + 1 ? inSeconds : value
    if (!/Cursor$|^updatedAt$/.test(key) || typeof value !== 'string') return value
    return value.replace(/^[^|]+/, (time) =>
      Number.isNaN(Date.parse(time))
        ? time
        : new Date(back(Date.parse(time), newestMs)).toISOString()
    )
  })
}

const compareSeed = async (seed: number): Promise<void> => {
  const threads = madeThreads(seed, Number(values.threads), profile)
  const [ours, theirs] = [listHome(threads), listHome(threads)]
  const client = await shaken(clientOf(serverOf(ours, { profile, strict: true, version })))
  const real = await startCodex(codex, theirs)
  const newestMs = Math.floor(Math.max(...threads.map(({ modifiedMs }) => modifiedMs)))
  const steps: Array<Asked> = []
  await askAll(threads, profile, async ({ method, params }) => {
    const mine = comparableList(await client.ask(method, placed(params, ours)), ours, profile)
    const answer = await real.answer(method, placed(params, theirs))
    const other = comparableList(answer, theirs, profile)
    steps.push({ method, params, response: other })
    asked += 1
    const paths = [...new Set(differences(grownBack(mine, newestMs), grownBack(other, newestMs)))]
    if (paths.length === 0 && differences(mine, other).length > 0) grown += 1
    if (paths.length > 0) {
      different += 1
      process.stdout.write(
        `seed ${seed} ${method} ${JSON.stringify(params)}\n  ${paths.join(' ')}\n`
      )
      if (values.details)
        process.stdout.write(
          `  ours   ${JSON.stringify(mine)}\n  theirs ${JSON.stringify(other)}\n`
        )
    }
    return answer
  })
  recordings.push({ seed, threads: threads.length, asked: steps })
  await client.close()
  await real.stop()
  removeFolder(ours)
  removeFolder(theirs)
}

for (let seed = Number(first); seed <= Number(last); seed++) await compareSeed(seed)
process.stdout.write(
  `${asked} answers, ${different} different, ${grown} with a later time of the newest file\n`
)
if (values.record) {
  const folder = join(FIXTURES, 'lists')
  mkdirSync(folder, { recursive: true })
  const homes = recordings.map(({ seed, threads, asked: steps }) => ({
    seed,
    threads,
    ...packed(steps)
  }))
  writeFileSync(join(folder, `${version}.json`), `${JSON.stringify(homes)}\n`)
}
process.exitCode = different === 0 ? 0 : 1
