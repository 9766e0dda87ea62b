/**
 * Run as a child process: imports every session of a folder and is killed before a step of it.
 *
 * usage: import-crash-entry <home> <folder> <step>
 *
 * Steps are the records of the operation log and the stages of every file. Prints how many there were when it gets to the end.
 */
import { writeSync } from 'node:fs'
import { homeOperations } from '../../adapters/home/operations.ts'
import { homeNames } from '../../adapters/home/names.ts'
import { importNamed, namedSessions } from '../../adapters/imports/import-sessions.ts'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { homeWriter } from '../../adapters/upkeep/repair/home-writer.ts'
import { CLAUDE } from '../../domain/imports/claude.ts'
import { DEFAULT_PROFILE as profile } from '../../domain/log/profile.ts'
import { createEngine } from '../../replay/engine.ts'
import type { OperationLog } from '../../replay/home-ports.ts'
import { NO_WRITER } from './no-writer.ts'

const [home = '', folder = '', fatal = '0'] = process.argv.slice(2)

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

const target = {
  ...{ home, operations, actor: 'cli', originator: 'unroll', modelProvider: 'mock', step },
  engine: () => Promise.resolve(engine),
  nowMs: Date.now
}
const sessions = namedSessions([{ source: CLAUDE, folder }], '', folder)
const choices = { appends: true, again: false }
const done = await importNamed(target, '0.169', sessions, choices, () => undefined)
await engine.close()
writeSync(1, JSON.stringify({ steps, done }))
