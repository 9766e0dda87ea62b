/**
 * Asks a real Codex and this server for lists of made homes, and for each of their threads, and prints where they differ.
 *
 *   npm run oracle:lists -- <path of codex> [first seed] [last seed] [--threads N] [--record]
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

const compareSeed = async (seed: number): Promise<void> => {
  const threads = madeThreads(seed, Number(values.threads), profile)
  const [ours, theirs] = [listHome(threads), listHome(threads)]
  const client = await shaken(clientOf(serverOf(ours, { profile, strict: true, version })))
  const real = await startCodex(codex, theirs)
  const steps: Array<Asked> = []
  await askAll(threads, profile, async ({ method, params }) => {
    const mine = comparableList(await client.ask(method, placed(params, ours)), ours, profile)
    const answer = await real.answer(method, placed(params, theirs))
    const other = comparableList(answer, theirs, profile)
    steps.push({ method, params, response: other })
    asked += 1
    const paths = [...new Set(differences(mine, other))]
    if (paths.length > 0) {
      different += 1
      process.stdout.write(
        `seed ${seed} ${method} ${JSON.stringify(params)}\n  ${paths.join(' ')}\n`
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
process.stdout.write(`${asked} answers, ${different} different\n`)
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
