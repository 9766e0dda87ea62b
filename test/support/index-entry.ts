/**
 * Run as a child process: catches a home up and prints a dot after every rollout, then `done`.
 *
 * usage: index-entry <home> <index directory>
 */
import { writeSync } from 'node:fs'
import { openedEngine } from './engines.ts'

const [home = '', index = ''] = process.argv.slice(2)
const engine = await openedEngine({ home, index, onProgress: () => writeSync(1, '.') })
const status = await engine.status()()
writeSync(1, status._tag === 'Right' ? 'done\n' : `failed ${JSON.stringify(status.left)}\n`)
await engine.close()
