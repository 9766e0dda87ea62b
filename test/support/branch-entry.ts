/**
 * Run as a child process: branches a thread and rolls it back, and is killed before a step of that.
 *
 * usage: branch-entry <home> <thread> <step>
 *
 * Steps are those of every file that is made, the records of the operation log, and the writes of an append: before, in
 * the midst, behind. Prints a line for each operation that was acknowledged, and at the end how many steps there were.
 */
import { writeSync } from 'node:fs'
import { homeNames } from '../../adapters/home/names.ts'
import { homeWriter } from '../../adapters/upkeep/repair/home-writer.ts'
import { segmentWriter } from '../../adapters/log/jsonl/create.ts'
import { systemCalls, type FileCalls } from '../../adapters/log/jsonl/file-calls.ts'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import { DEFAULT_PROFILE as profile } from '../../domain/log/profile.ts'
import { createEngine } from '../../replay/engine.ts'
import { fatalSteps, steppedOperations } from './fatal-steps.ts'
import { performed, SEQUENCE } from './branches.ts'

const [home = '', threadId = '', fatal = '0'] = process.argv.slice(2)

const { step, taken } = fatalSteps(Number(fatal))

const real = systemCalls()
const calls: FileCalls = {
  write: (file, bytes) => {
    step()
    const half = Math.ceil(bytes.length / 2)
    if (taken() + 1 === Number(fatal)) real.write(file, bytes.subarray(0, half))
    step()
    const written = real.write(file, bytes)
    step()
    return written
  },
  sync: async (file) => {
    await real.sync(file)
    step()
  }
}
const operations = steppedOperations(home, step)

const store = jsonlStore({ home, profile, strict: false, calls })
const engine = createEngine({
  store,
  writer: segmentWriter(home, store, step),
  homeWriter: homeWriter(home, { step }),
  operations,
  index: memoryIndex(),
  profile,
  strict: false,
  rich: true,
  names: homeNames(home),
  defaultProvider: 'mock',
  progress: () => undefined
})

for (const operation of SEQUENCE) {
  const done = await performed(engine, threadId, operation)
  writeSync(1, `${JSON.stringify(done)}\n`)
}
writeSync(1, `${JSON.stringify({ steps: taken() })}\n`)
