/**
 * Run as a child process: changes a home and is killed before a step of it.
 *
 * usage: crash-entry <home> <operation> <thread> <step>
 *
 * Steps are the records of the operation log and the steps of a relocation. Prints how many there were when it gets
 * to the end.
 */
import { writeSync } from 'node:fs'
import { fatalSteps, steppedEngine } from './fatal-steps.ts'

const [home = '', operation = '', threadId = '', fatal = '0'] = process.argv.slice(2)

const { step, taken } = fatalSteps(Number(fatal))
const engine = steppedEngine(home, step)

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
writeSync(1, JSON.stringify({ steps: taken(), done }))
