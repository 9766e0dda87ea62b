/**
 * Run as a child process: imports every session of a folder and is killed before a step of it.
 *
 * usage: import-crash-entry <home> <folder> <step>
 *
 * Steps are the records of the operation log and the stages of every file. Prints how many there were when it gets to the end.
 */
import { writeSync } from 'node:fs'
import { importNamed, namedSessions } from '../../adapters/imports/import-sessions.ts'
import { CLAUDE } from '../../domain/imports/claude.ts'
import { fatalSteps, steppedEngine, steppedOperations } from './fatal-steps.ts'

const [home = '', folder = '', fatal = '0'] = process.argv.slice(2)

const { step, taken } = fatalSteps(Number(fatal))
const operations = steppedOperations(home, step)

const engine = steppedEngine(home, step)

const target = {
  ...{ home, operations, actor: 'cli', originator: 'unroll', modelProvider: 'mock', step },
  engine: () => Promise.resolve(engine),
  nowMs: Date.now
}
const sessions = namedSessions([{ source: CLAUDE, folder }], '', folder)
const choices = { appends: true, again: false }
const done = await importNamed(target, '0.169', sessions, choices, () => undefined)
await engine.close()
writeSync(1, JSON.stringify({ steps: taken(), done }))
