/**
 * Run as a child process: reads every row of an index. When all are whole it writes a compact copy of it, free of whatever its
 * unused pages held; `--behind` it takes back the doubt about a file that others use meanwhile. A damaged file may kill this process,
 * which is what it is for.
 *
 * usage: probe <index directory> [<directory for the copy> | --behind]; exits 0 when all is well, 1 when the index is damaged, 2 when nothing is known
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { noteDoubt } from './doubts.ts'
import { openUnchecked, type Environment } from './environment.ts'
import { rowJson } from './row.ts'
import { dataFile, stateOf } from './seal.ts'
import { leftMarks } from './writing.ts'

const isWhole = (environment: Environment): boolean => {
  const { entryCount } = environment.getStats() as { readonly entryCount: number }
  let rows = 0
  for (const { key, value } of environment.getRange()) {
    // The driver gives a key of one part as that part.
    rowJson(Array.isArray(key) ? key : [key], value)
    // A row that can be walked to but not found is as good as lost.
    if (!environment.doesExist(key)) return false
    rows += 1
  }
  return rows === entryCount
}

const ENDED_BY_OTHERS: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGKILL'
])

/** Reads it in one more process, and says what came of it whatever becomes of that one. */
const verifyBehind = (directory: string): number => {
  // Who is ended here leaves a doubt behind; its child ends, and then nothing is known.
  for (const signal of ENDED_BY_OTHERS)
    if (signal !== 'SIGKILL') process.on(signal, () => undefined)
  setPriority(constants.priority.PRIORITY_LOW)
  const inode = stateOf(directory)?.inode
  if (inode === undefined) return 0
  const marks = leftMarks(directory, inode)
  const doubt = noteDoubt(directory, inode)
  const [, script = ''] = process.argv
  const read = spawnSync(process.execPath, [...process.execArgv, script, directory], {
    stdio: 'ignore'
  })
  if (read.signal !== null && ENDED_BY_OTHERS.has(read.signal)) {
    doubt.takeBack()
    return 2
  }
  if (read.status !== 0) {
    doubt.confirm()
    // Who uses the file compares its times.
    if (stateOf(directory)?.inode === inode) chmodSync(dataFile(directory), 0o600)
    return 1
  }
  for (const mark of marks) rmSync(join(directory, mark), { force: true })
  doubt.takeBack()
  return 0
}

const run = async ([directory, copy]: ReadonlyArray<string>): Promise<number> => {
  if (directory === undefined) return 2
  if (copy === '--behind') return verifyBehind(directory)
  const environment = openUnchecked(directory, true)
  if (!isWhole(environment)) return 1
  if (copy !== undefined) await environment.backup(copy, true)
  return 0
}

run(process.argv.slice(2)).then(
  (code) => process.exit(code),
  () => process.exit(1)
)
