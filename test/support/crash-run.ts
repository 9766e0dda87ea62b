/**
 * Many crash trials, for a nightly run:
 *
 *     npm run crash -- --trials 500 --seed 1
 *
 * Then one append is killed at each of its system calls, where strace is installed. Prints what was found; exit code 1 when an
 * acknowledged event was lost or a thread was broken.
 */
import { parseArgs } from 'node:util'
import { crashes, sweep } from './crash.ts'

const { trials, seed } = parseArgs({
  options: {
    trials: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) }
  }
}).values
const THREADS = 4
const report = await crashes(Math.ceil(Number(trials) / THREADS), THREADS, Number(seed))
process.stdout.write(`seed ${seed}: ${JSON.stringify(report, null, 1)}\n`)
const swept = await sweep()
process.stdout.write(`every system call of an append: ${JSON.stringify(swept, null, 1)}\n`)
const found = [report, swept].flatMap(({ lost, broken }) => [...lost, ...broken])
process.exitCode = found.length === 0 ? 0 : 1
