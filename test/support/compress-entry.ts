/**
 * Run as a child process: compresses a thread of a home and is killed before a step of it.
 *
 * usage: compress-entry <home> <thread> <step>
 *
 * Prints how many steps there were when it gets to the end.
 */
import { writeSync } from 'node:fs'
import { compressRollouts } from '../../adapters/upkeep/storage/change.ts'

const [home = '', threadId = '', fatal = '0'] = process.argv.slice(2)

let steps = 0
const step = (): void => {
  steps += 1
  if (steps === Number(fatal)) process.kill(process.pid, 'SIGKILL')
}

const done = await compressRollouts({ home, threads: [threadId], step })
writeSync(1, JSON.stringify({ steps, done }))
