/**
 * The LMDB environment of an index directory: `data.mdb`, `lock.mdb` and `unroll-index.json`.
 *
 * A damaged LMDB file can kill the process that maps it. So an environment is opened only when it is as the last
 * process left it (`unroll-index.json` holds the size and times of `data.mdb` after the last commit). Otherwise a
 * child process reads every row and writes a verified copy, which takes the place of the file. When the child fails
 * or dies the files are deleted: they can be built again.
 */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { open, type RootDatabase } from 'lmdb'
import { writeWhole } from '../plain-file.ts'
import { isRunning } from '../process-identity.ts'
import { copyPrefix, INDEX_FILES, roomFile, workerOf } from './files.ts'
import { unlessOpening, whileOpening } from './opening.ts'
import { nameOfFile } from './remembered.ts'
import { isBeingWritten, isStaleMark, markOn, type Mark } from './writing.ts'
import type { RowKey } from '../../projections/projection.ts'
import type { LabelsOf } from '../../replay/metrics.ts'
import { noTelemetry, stopwatch, type Telemetry } from '../../replay/telemetry.ts'

/** Raised when keys or rows are laid out differently: an older layout is deleted and built again. */
export const LAYOUT_VERSION = 2

/** LMDB's own default of 126 is too few for many readers at once. */
const READERS_MAX = 1024

/** An open environment: keys are ordered tuples, values are raw bytes. */
export type Environment = RootDatabase<Buffer, Array<string | number>>

interface Seal {
  readonly layout: number
  readonly data: string
}

const dataFile = (directory: string): string => join(directory, 'data.mdb')
const sealFile = (directory: string): string => join(directory, 'unroll-index.json')

/** What the outside of the data file tells: which file it is, and in which state; a link is never as it was left. */
export interface Outside {
  readonly inode: bigint
  readonly size: bigint
  readonly data: string
}

export const outsideOf = (directory: string): Outside | null => {
  const stat = lstatSync(dataFile(directory), { throwIfNoEntry: false, bigint: true })
  if (stat === undefined) return null
  const { size, mtimeNs, ctimeNs, ino: inode } = stat
  return { inode, size, data: `${size} ${mtimeNs} ${ctimeNs} ${inode}` }
}

const readSeal = (directory: string): Seal | null => {
  try {
    const seal = JSON.parse(readFileSync(sealFile(directory), 'utf8')) as Partial<Seal>
    return typeof seal.layout === 'number' && typeof seal.data === 'string'
      ? { layout: seal.layout, data: seal.data }
      : null
  } catch {
    return null
  }
}

/**
 * Notes that the environment is whole as it is now, if the file is still the one this process maps, and takes the mark down. A
 * failure to note it only costs the next start a verified copy.
 */
export const seal = (
  directory: string,
  { inode, mark }: Pick<OpenEnvironment, 'inode' | 'mark'>
): void => {
  const temporary = `${sealFile(directory)}.${process.pid}`
  try {
    const outside = outsideOf(directory)
    if (outside?.inode !== inode) return
    const { data } = outside
    const known = readSeal(directory)
    if (known?.data === data && known.layout === LAYOUT_VERSION) return
    writeFileSync(temporary, JSON.stringify({ layout: LAYOUT_VERSION, data } satisfies Seal), {
      mode: 0o600
    })
    renameSync(temporary, sealFile(directory))
  } catch {
    removeQuietly(temporary)
  } finally {
    mark.down()
  }
}

const removeQuietly = (path: string): void => {
  try {
    rmSync(path, { force: true })
  } catch {
    // A disk that takes nothing back either: the file is written anew by the next process of this number.
  }
}

/** Deletes the index files of a directory; a process that still maps them keeps its own copy. */
export const deleteIndex = (directory: string): void => {
  for (const file of INDEX_FILES) rmSync(join(directory, file), { recursive: true, force: true })
}

/**
 * Addresses kept free for the file, which is no larger than its pages are: a map that grows is made anew, and its old ones
 * stay until the end.
 */
const MAP_BYTES = 1024 * 1024 * 1024

/** What LMDB makes at once, and some: a slot of 64 bytes for each reader, and the first pages. */
const FIRST_BYTES = 128 * READERS_MAX
/** More than LMDB opens at once. */
const DESCRIPTORS = 4

const closeAll = (files: ReadonlyArray<number>): void => files.forEach((file) => closeSync(file))

/**
 * Throws where LMDB could not open its files, or make them: its driver (lmdb 3.5.6) ends the process when that fails. Too few file
 * descriptors, a full disk and files that may not grow (`ulimit -f`) are found so; a disk that fails at that very moment is not.
 */
const mustOpen = (directory: string): void => {
  const files: Array<number> = []
  const path = join(directory, roomFile())
  try {
    while (files.length < DESCRIPTORS) files.push(openSync(directory, 'r'))
    if (['data.mdb', 'lock.mdb'].every((name) => existsSync(join(directory, name)))) return
    const file = openSync(path, 'w', 0o600)
    files.push(file)
    writeWhole(file, new Uint8Array(FIRST_BYTES))
    fsyncSync(file)
  } finally {
    closeAll(files)
    rmSync(path, { force: true })
  }
}

const canOpen = (directory: string): boolean => {
  try {
    mustOpen(directory)
    return true
  } catch {
    return false
  }
}

/** Opens without asking whether the files are whole. */
export const openUnchecked = (directory: string, readOnly: boolean): Environment =>
  open<Buffer, Array<string | number>>({
    path: directory,
    encoding: 'binary',
    maxReaders: READERS_MAX,
    mapSize: MAP_BYTES,
    readOnly,
    noSubdir: false
  })

const PROBE_TIMEOUT_MS = 120_000

/** Puts a verified copy in the place of a doubtful file; false when a child process could not make one. */
const replaceByVerifiedCopy = (directory: string): boolean => {
  const script = import.meta.url.endsWith('.ts') ? './probe.ts' : './probe.cjs'
  const path = fileURLToPath(new URL(script, import.meta.url))
  const copy = mkdtempSync(join(directory, copyPrefix()))
  try {
    const child = spawnSync(process.execPath, [...process.execArgv, path, directory, copy], {
      stdio: 'ignore',
      timeout: PROBE_TIMEOUT_MS
    })
    if (child.status !== 0) return false
    // A process that has the old file open keeps it, with the lock file that belongs to it.
    rmSync(join(directory, 'lock.mdb'), { force: true })
    renameSync(dataFile(copy), dataFile(directory))
    return true
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** Deletes what processes left behind when they were killed: copies, marks, and what was written to see whether there is room. */
const sweep = (directory: string): void => {
  const inode = outsideOf(directory)?.inode
  for (const name of readdirSync(directory)) {
    const worker = workerOf(name)
    if (isStaleMark(name, inode) || (worker !== null && !isRunning(worker)))
      rmSync(join(directory, name), { recursive: true, force: true })
  }
}

/** An environment and the file it maps: another process may put a new file in its place. */
export interface OpenEnvironment {
  readonly environment: Environment
  readonly inode: bigint
  /** The lock file that belongs to it, as `nameOfFile` names it. */
  readonly lockName: string
  /** Up already when the file is not as a seal has it. */
  readonly mark: Mark
}

type How = LabelsOf<'index.open.duration'>['how']

/**
 * True when the file is as its last seal has it, or another process is between a commit and the next seal. Asked twice: that
 * process may seal the file, and take its mark down, between the two questions.
 */
export const isAsLeft = (directory: string): boolean =>
  [1, 2].some(() => {
    const outside = outsideOf(directory)
    if (outside === null) return false
    return readSeal(directory)?.data === outside.data || isBeingWritten(directory, outside.inode)
  })

/** Makes sure that what is in a directory is whole; deletes it when there is no other way. */
const madeSure = (directory: string, inDoubt: boolean): How => {
  if (outsideOf(directory) === null) return 'created'
  const known = readSeal(directory)
  const otherLayout = known !== null && known.layout !== LAYOUT_VERSION
  if (!otherLayout && !inDoubt && isAsLeft(directory)) return 'as_left'
  if (!otherLayout && replaceByVerifiedCopy(directory)) return 'copied'
  deleteIndex(directory)
  return otherLayout ? 'outdated' : 'replaced'
}

/**
 * Opens the environment of a directory, made new when there is any doubt about the old one, and begins with it; when that fails
 * nothing stays open.
 */
export const openEnvironment = (
  directory: string,
  begin: (environment: Environment) => void,
  telemetry: Telemetry = noTelemetry,
  inDoubt = false
): OpenEnvironment => {
  let opened: Environment | null = null
  let mark: Mark | null = null
  const stop = stopwatch(telemetry, 'index.open.duration')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const open = (): OpenEnvironment => {
    sweep(directory)
    const how = madeSure(directory, inDoubt)
    if (how === 'copied') telemetry.count('repairs', { what: 'index_copied' })
    if (how === 'replaced') telemetry.count('repairs', { what: 'index_replaced' })
    mustOpen(directory)
    const environment = (opened = openUnchecked(directory, false))
    for (const file of ['data.mdb', 'lock.mdb']) chmodSync(join(directory, file), 0o600)
    const { ino: inode } = statSync(dataFile(directory), { bigint: true })
    const lockName = nameOfFile(statSync(join(directory, 'lock.mdb'), { bigint: true }))
    mark = markOn(directory, inode)
    if (how !== 'as_left') mark.up()
    stop({ how })
    return { environment, inode, lockName, mark }
  }
  try {
    const done = whileOpening(directory, open, telemetry)
    begin(done.environment)
    return done
  } catch (cause) {
    void (opened as Environment | null)?.close()
    ;(mark as Mark | null)?.down()
    throw cause
  }
}

const isThere = (directory: string, inode: bigint): boolean =>
  statSync(dataFile(directory), { bigint: true, throwIfNoEntry: false })?.ino === inode

/**
 * Maps a file anew: what was looked at counts as memory of the process as long as its map stands. Closing is done when it
 * returns, since nothing here is written or read asynchronously. Nothing happens while another process opens the file, or when it has put another
 * in its place: who has a file keeps it.
 */
export const mappedAnew = (
  directory: string,
  { environment, inode }: Pick<OpenEnvironment, 'environment' | 'inode'>
): Environment => {
  const anew = (): Environment => {
    if (!isThere(directory, inode) || !canOpen(directory)) return environment
    void environment.close()
    return openUnchecked(directory, false)
  }
  return unlessOpening(directory, anew) ?? environment
}

/** Key of a row, in the mutable form LMDB's types ask for. */
export const lmdbKey = (key: RowKey): Array<string | number> => key as Array<string | number>
