/**
 * Run as a child process: changes a home and is killed before a step of it.
 *
 * usage: crash-entry <home> <operation> <thread> <step>
 *
 * Steps are the records of the operation log and the steps of a relocation. Prints how many there were when it gets
 * to the end.
 */
import { writeSync } from 'node:fs'
import { homeOperations } from '../../adapters/home/operations.ts'
import { homeWriter } from '../../adapters/upkeep/repair/home-writer.ts'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import { homeNames } from '../../adapters/home/names.ts'
import { DEFAULT_PROFILE as profile } from '../../domain/log/profile.ts'
import { createEngine } from '../../replay/engine.ts'
import type { OperationLog } from '../../replay/home-ports.ts'
import { NO_WRITER } from './no-writer.ts'

const [home = '', operation = '', threadId = '', fatal = '0'] = process.argv.slice(2)

let steps = 0
const step = (): void => {
  steps += 1
  if (steps === Number(fatal)) process.kill(process.pid, 'SIGKILL')
}

const log = homeOperations(home)
const operations: OperationLog = {
  ...log,
  append: async (record, durable) => {
    step()
    const done = await log.append(record, durable)
    step()
    return done
  }
}

const engine = createEngine({
  writer: NO_WRITER,
  store: jsonlStore({ home, profile, strict: false }),
  homeWriter: homeWriter(home, { step }),
  operations,
  index: memoryIndex(),
  profile,
  strict: false,
  names: homeNames(home),
  defaultProvider: 'mock',
  progress: () => undefined
})

const NOBODY = '00000000-0000-7000-8000-000000000000'

const run = {
  archive: () => engine.archive(threadId),
  unarchive: () => engine.unarchive(threadId),
  delete: () => engine.remove(threadId),
  permanent: () => engine.remove(threadId, { permanent: true }),
  restore: () => engine.restore(null),
  undo: () => engine.undo(null),
  // Whatever is asked first, the work that was left behind is finished before.
  recover: () => engine.archive(NOBODY)
}[operation]

const done = await run?.()()
writeSync(1, JSON.stringify({ steps, done }))
