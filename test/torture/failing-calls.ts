/**
 * System calls of this process that fail, are cut short or are its end: the n-th one on a file below some folders.
 *
 * The functions of `node:fs` are replaced once. Until a fault is armed they do what they always did. Native code, such as
 * LMDB's, does not pass here; `strace.ts` reaches it.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { dirname } from 'node:path'

/** What the system answers when it fails. */
export type Code = 'ENOSPC' | 'EIO' | 'EFBIG' | 'EROFS' | 'EMFILE'

/**
 * What becomes of the call: an error; a write that takes half of its bytes; the end of the process, before the call or
 * within a write; nothing; or a sync that says it did its work and did not.
 */
export type Act = Code | 'short' | 'kill' | 'kill_within' | 'none' | 'no_sync'

/** The fault that is armed. */
export interface Fault {
  readonly act: Act
  /** Which of the calls that could fail so; from 1. */
  readonly at: number
  /** True when every one after it fails as well, until the fault is taken away. */
  readonly lasts: boolean
}

/** A call that was made while a fault was armed. */
export interface Call {
  readonly name: string
  readonly paths: ReadonlyArray<string>
  /** What was not there before, of what is opened or made, nearest to the root last. */
  readonly made: ReadonlyArray<string>
}

/** What happened since a fault was armed. */
export interface Seen {
  /** Calls that could have failed so. */
  readonly calls: number
  /** The one that did. */
  readonly hit: Call | null
  readonly trace: ReadonlyArray<Call>
}

const WRITES = ['writeSync', 'writeFileSync', 'copyFileSync', 'ftruncateSync']
const NAMES = ['mkdirSync', 'mkdtempSync', 'linkSync', 'renameSync']
const LESS = ['unlinkSync', 'rmSync', 'rmdirSync']
const FACTS = ['utimesSync', 'futimesSync', 'chmodSync', 'fchmodSync']
const SYNCS = ['fsyncSync', 'fdatasyncSync', 'fdatasync']
const LOOKS = ['statSync', 'lstatSync', 'existsSync', 'fstatSync', 'readlinkSync', 'realpathSync']
const READS = ['readSync', 'readFileSync', 'readdirSync']
const EVERY = ['openSync', ...WRITES, ...NAMES, ...LESS, ...FACTS, ...SYNCS, ...LOOKS, ...READS]
const CHANGES = ['openSync', ...WRITES, ...NAMES, ...LESS, ...FACTS]

/** Calls that may end so; an `openSync` among them only when it could change something. */
const MAY: Readonly<Record<Act, ReadonlySet<string>>> = {
  ENOSPC: new Set(['openSync', ...WRITES, ...NAMES, ...SYNCS]),
  EIO: new Set(EVERY),
  EFBIG: new Set(WRITES),
  EROFS: new Set(CHANGES),
  EMFILE: new Set(['openSync', 'readFileSync', 'readdirSync', 'writeFileSync', 'copyFileSync']),
  short: new Set(['writeSync']),
  kill: new Set([...CHANGES, ...SYNCS]),
  kill_within: new Set(['writeSync', 'writeFileSync']),
  none: new Set(EVERY),
  no_sync: new Set(SYNCS)
}

const ANY_OPEN: ReadonlySet<Act> = new Set<Act>(['EIO', 'EMFILE', 'none'])
const BY_FILE = new Set(['readSync', 'writeSync', 'fstatSync', 'ftruncateSync', 'futimesSync'])
for (const name of ['fchmodSync', ...SYNCS]) BY_FILE.add(name)
const TWO_PATHS = new Set(['linkSync', 'renameSync', 'copyFileSync'])

const opensToChange = (flags: unknown): boolean => {
  if (typeof flags === 'number') return (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) > 0
  return typeof flags === 'string' && /[wa+]/.test(flags)
}

const MESSAGES: Readonly<Record<Code, string>> = {
  ENOSPC: 'no space left on device',
  EIO: 'i/o error',
  EFBIG: 'file too large',
  EROFS: 'read-only file system',
  EMFILE: 'too many open files'
}

const failed = (code: Code, { name, paths }: Call): Error => {
  const syscall = name.replace(/(File|dir)?Sync$/, '')
  const [path] = paths
  const message = `${code}: ${MESSAGES[code]}, ${syscall} '${path}'`
  return Object.assign(new Error(message), { code, syscall, path })
}

type AnyCall = (...args: Array<unknown>) => unknown
const real = new Map<string, AnyCall>()
const open = new Map<number, string>()

let fault: Fault | null = null
let roots: ReadonlyArray<string> = []
let calls = 0
let depth = 0
let hit: Call | null = null
let trace: Array<Call> = []

const pathsOf = (name: string, args: ReadonlyArray<unknown>): ReadonlyArray<string> => {
  const [first, second] = args
  if (BY_FILE.has(name) || typeof first === 'number') return [open.get(first as number) ?? '']
  return (TWO_PATHS.has(name) ? [first, second] : [first]).map(String)
}

const isThere = (path: string): boolean => (real.get('existsSync') as AnyCall)(path) as boolean

/** The path and the folders above it that are not there, where a call may make them. */
const madeBy = (name: string, [path = '']: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (!['openSync', 'mkdirSync', 'writeFileSync'].includes(name) || isThere(path)) return []
  const made = [path]
  if (name === 'mkdirSync')
    for (let above = dirname(path); !isThere(above); above = dirname(above)) made.push(above)
  return made
}

const isBelow = (path: string): boolean => roots.some((root) => path.startsWith(root))

/** Writes half of what was to be written. */
const writeHalf = (name: string, args: ReadonlyArray<unknown>): number => {
  const from = name === 'writeSync' && typeof args[2] === 'number' ? args[2] : 0
  const bytes = Buffer.from(args[1] as string).subarray(from)
  const half = bytes.subarray(0, bytes.length >> 1)
  const write = real.get(name) as AnyCall
  const written = write(args[0], half, ...(name === 'writeFileSync' ? [args[2]] : []))
  return typeof written === 'number' ? written : half.length
}

const isDue = ({ act, at, lasts }: Fault, { name }: Call, args: ReadonlyArray<unknown>) => {
  if (!MAY[act].has(name)) return false
  if (name === 'openSync' && !ANY_OPEN.has(act) && !opensToChange(args[1])) return false
  calls += 1
  return calls === at || (lasts && calls > at)
}

/** One byte cannot be halved: it is written. */
const isLong = ([, bytes, from]: ReadonlyArray<unknown>): boolean =>
  (bytes as Buffer).length - (typeof from === 'number' ? from : 0) > 1

/** Makes the fault happen: an answer instead of the real one, or null when the real call is to be made. */
const happen = (act: Act, call: Call, args: ReadonlyArray<unknown>): readonly [unknown] | null => {
  const { name } = call
  hit ??= call
  if (act === 'none') return null
  if (act === 'kill_within') writeHalf(name, args)
  if (act === 'kill' || act === 'kill_within') process.kill(process.pid, 'SIGKILL')
  if (act === 'short') return isLong(args) ? [writeHalf(name, args)] : null
  const done = args.at(-1)
  if (act === 'no_sync') {
    if (typeof done === 'function') setImmediate(() => void (done as AnyCall)(null))
    return [undefined]
  }
  if (name === 'existsSync') return [false]
  if (act === 'ENOSPC' && name === 'writeFileSync') writeHalf(name, args)
  const error = failed(act as Code, call)
  if (typeof done !== 'function') throw error
  setImmediate(() => void (done as AnyCall)(error))
  return [undefined]
}

const counted =
  (name: string, call: AnyCall): AnyCall =>
  (...args) => {
    const paths = depth > 0 || roots.length === 0 ? [] : pathsOf(name, args)
    if (paths.some(isBelow) && fault !== null) {
      const one = { name, paths, made: madeBy(name, paths) }
      trace.push(one)
      if (isDue(fault, one, args)) {
        const answer = happen(fault.act, one, args)
        if (answer !== null) return answer[0]
      }
    }
    depth += 1
    try {
      const answer = call(...args)
      if (name === 'openSync') open.set(answer as number, String(args[0]))
      return answer
    } finally {
      depth -= 1
    }
  }

/** Puts the counting functions in the place of the real ones. */
export const watchCalls = (): void => {
  if (real.size > 0) return
  const functions = fs as unknown as Record<string, AnyCall>
  for (const name of EVERY) {
    const call = functions[name] as AnyCall
    real.set(name, call)
    functions[name] = Object.assign(counted(name, call), call)
  }
  syncBuiltinESMExports()
}

/** Puts the real functions back. */
export const unwatchCalls = (): void => {
  for (const [name, call] of real) (fs as unknown as Record<string, AnyCall>)[name] = call
  real.clear()
  syncBuiltinESMExports()
}

/** Arms a fault for files below some folders; counting begins anew. */
export const arm = (next: Fault, folders: ReadonlyArray<string>): void => {
  ;[fault, roots, calls, hit, trace] = [next, folders, 0, null, []]
}

/** Takes the fault away, and answers what happened. */
export const disarm = (): Seen => {
  fault = null
  return { calls, hit, trace }
}
