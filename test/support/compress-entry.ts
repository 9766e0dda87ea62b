/**
 * Run as a child process: compresses a thread of a home and is killed before a step of it.
 *
 * usage: compress-entry <home> <thread> <step>
 *
 * Prints how many steps there were when it gets to the end.
 */
import { writeSync } from 'node:fs'
import { compressRollouts } from '../../adapters/upkeep/storage/change.ts'
import { fatalSteps } from './fatal-steps.ts'

const [home = '', threadId = '', fatal = '0'] = process.argv.slice(2)

const { step, taken } = fatalSteps(Number(fatal))

const done = await compressRollouts({ home, threads: [threadId], step })
writeSync(1, JSON.stringify({ steps: taken(), done }))
