/**
 * Run as a child process: asks everything about a home with one hostile rollout, and prints what each question cost.
 *
 * usage: content-child <home> <index directory>
 */
import { askEverything } from './ask.ts'
import { memoryOf, watchStalls } from './stalls.ts'
import { openedEngine } from '../../support/engines.ts'

const [home = '', index = ''] = process.argv.slice(2)
const engine = await openedEngine({ home, index })
const baseBytes = memoryOf('VmRSS')
const stallsMs: Record<string, number> = {}
const problems = await askEverything(engine, async (question, ask) => {
  const watch = watchStalls()
  await ask()
  stallsMs[question] = Math.round(watch.stop())
})
await engine.close()
const overBaseBytes = memoryOf('VmHWM') - baseBytes
process.stdout.write(JSON.stringify({ overBaseBytes, stallsMs, problems }))
