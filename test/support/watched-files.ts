/**
 * Which paths this process opens and changes: the functions of `node:fs` note them while somebody watches. Native code, such as
 * LMDB's, is not noticed; the long form of these trials watches system calls with `strace`.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { resolve } from 'node:path'

const ONE_PATH = [
  ...['openSync', 'readFileSync', 'readdirSync', 'writeFileSync', 'appendFileSync', 'truncateSync'],
  ...['mkdirSync', 'mkdtempSync', 'unlinkSync', 'rmSync', 'rmdirSync', 'utimesSync', 'chmodSync'],
  ...['createReadStream', 'createWriteStream', 'opendirSync', 'open', 'readFile', 'writeFile']
]
const TWO_PATHS = ['linkSync', 'renameSync', 'copyFileSync', 'symlinkSync', 'cpSync']

type AnyFunction = (...given: ReadonlyArray<unknown>) => unknown

let noted: Set<string> | null = null
let isReplaced = false

const note = (path: unknown): void => {
  if (typeof path === 'string' || Buffer.isBuffer(path)) noted?.add(resolve(String(path)))
}

const replaceAll = (): void => {
  if (isReplaced) return
  isReplaced = true
  const functions = fs as unknown as Record<string, AnyFunction>
  for (const name of [...ONE_PATH, ...TWO_PATHS]) {
    const original = functions[name] as AnyFunction
    functions[name] = (...given) => {
      note(given[0])
      if (TWO_PATHS.includes(name)) note(given[1])
      return original(...given)
    }
  }
  syncBuiltinESMExports()
}

/** Runs and answers every path that was opened, listed, made, moved or deleted meanwhile, in order. */
export const watchFiles = async (run: () => Promise<unknown>): Promise<ReadonlyArray<string>> => {
  replaceAll()
  noted = new Set()
  try {
    await run()
    return [...noted].toSorted()
  } finally {
    noted = null
  }
}

/** Paths that are below none of some folders; what the system tells of processes and the code of the program do not count. */
export const outside = (
  paths: ReadonlyArray<string>,
  folders: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const root = resolve(import.meta.dirname, '..', '..')
  const allowed = [...folders, '/proc', root, fs.realpathSync(`${root}/node_modules`)]
  return paths.filter((path) => !allowed.some((one) => path === one || path.startsWith(`${one}/`)))
}
