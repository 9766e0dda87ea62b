/**
 * The LMDB environment of an index directory: `data.mdb` and `lock.mdb`.
 *
 * A damaged LMDB file can kill the process that maps it. So an environment is opened only when it is as the last process left it
 * (see `seal.ts`), or as one that was killed did (see `verifying.ts`). Otherwise a child process reads every row and writes a verified copy, which takes the place of the file. When
 * the child fails or dies the files are deleted: they can be built again.
 */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { open, type RootDatabase } from 'lmdb'
import type { LabelsOf } from '../../../replay/metrics.ts'
import { noTelemetry, stopwatch, type Telemetry } from '../../../replay/telemetry.ts'
import { writeWhole } from '../../home/plain-file.ts'
import { isRunning } from '../../home/process-identity.ts'
import { isStaleDoubt } from './doubts.ts'
import { copyPrefix, INDEX_FILES, roomFile, workerOf } from './files.ts'
import { unlessOpening, whileOpening } from './opening.ts'
import { nameOfFile } from './reply-cache.ts'
import { dataFile, isIntact, isOutdated, stateOf } from './seal.ts'
import { hasEveryPage, verifyBehind } from './verifying.ts'
import { isStaleMark, leftMarks, markOn, type WriteMark } from './writing.ts'

/** LMDB's own default of 126 is too few for many readers at once. */
const READERS_MAX = 1024

/**
 * Addresses kept free for the file, which is no larger than its pages are: a map that grows is made anew, and its old ones
 * stay until the end.
 */
const MAP_BYTES = 1024 * 1024 * 1024

/** An open environment: keys are ordered tuples, values are raw bytes. */
export type Environment = RootDatabase<Buffer, Array<string | number>>

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

/** Deletes the index files of a directory; a process that still maps them keeps its own copy. */
export const deleteIndex = (directory: string): void => {
  for (const file of INDEX_FILES) rmSync(join(directory, file), { recursive: true, force: true })
}

/** What LMDB makes at once, and some: a slot of 64 bytes for each reader, and the first pages. */
const FIRST_BYTES = 128 * READERS_MAX
/** More than LMDB opens at once. */
const DESCRIPTORS = 4

/**
 * Throws where LMDB could not open its files, or make them: its driver (lmdb 3.5.6) ends the process when that fails. Too few file
 * descriptors, a full disk and files that may not grow (`ulimit -f`) are found so; a disk that fails at that very moment is not.
 */
const checkCanOpen = (directory: string): void => {
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
    for (const file of files) closeSync(file)
    rmSync(path, { force: true })
  }
}

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

/** Deletes what killed processes left: copies, marks, and what was written to see whether there is room. */
const sweep = (directory: string): void => {
  const inode = stateOf(directory)?.inode
  for (const name of readdirSync(directory)) {
    const worker = workerOf(name)
    if (
      isStaleMark(name, inode) ||
      isStaleDoubt(name, inode) ||
      (worker !== null && !isRunning(worker))
    )
      rmSync(join(directory, name), { recursive: true, force: true })
  }
}

/** Makes sure that the index in a directory is whole; deletes it when nothing else helps. */
const ensureWhole = (
  directory: string,
  inDoubt: boolean
): LabelsOf<'index.open.duration'>['how'] => {
  const state = stateOf(directory)
  if (state === null) return 'created'
  const outdated = isOutdated(directory)
  if (!outdated && !inDoubt && isIntact(directory)) {
    if (leftMarks(directory, state.inode).length === 0) return 'as_left'
    if (hasEveryPage(directory)) return 'unverified'
  }
  if (!outdated && replaceByVerifiedCopy(directory)) return 'copied'
  deleteIndex(directory)
  return outdated ? 'outdated' : 'replaced'
}

const NO_DOUBT = { isDamaged: () => false }

/** An environment and the file it maps: another process may put a new file in its place. */
interface OpenEnvironment {
  readonly environment: Environment
  readonly inode: bigint
  /** The lock file that belongs to it, as `nameOfFile` names it. */
  readonly lockName: string
  /** Up already when the file is not as a seal has it. */
  readonly mark: WriteMark
  /** What is found out about an index whose writer was killed. */
  readonly isDamaged: () => boolean
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
  const undo: Array<() => unknown> = []
  const stop = stopwatch(telemetry, 'index.open.duration')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const open = (): OpenEnvironment => {
    sweep(directory)
    const how = ensureWhole(directory, inDoubt)
    if (how === 'copied') telemetry.count('repairs', { what: 'index_copied' })
    if (how === 'replaced') telemetry.count('repairs', { what: 'index_replaced' })
    checkCanOpen(directory)
    const environment = openUnchecked(directory, false)
    undo.push(() => environment.close())
    for (const file of ['data.mdb', 'lock.mdb']) chmodSync(join(directory, file), 0o600)
    const { ino: inode } = statSync(dataFile(directory), { bigint: true })
    const lockName = nameOfFile(statSync(join(directory, 'lock.mdb'), { bigint: true }))
    const mark = markOn(directory, inode)
    undo.push(mark.down)
    if (how !== 'as_left') mark.up()
    stop({ how })
    // Whatever the dead process read keeps pages from being used again.
    if (how === 'unverified') environment.readerCheck()
    const { isDamaged } = how === 'unverified' ? verifyBehind(directory) : NO_DOUBT
    return { environment, inode, lockName, mark, isDamaged }
  }
  try {
    const done = whileOpening(directory, open, telemetry)
    begin(done.environment)
    return done
  } catch (cause) {
    for (const step of undo) void step()
    throw cause
  }
}

const canOpen = (directory: string): boolean => {
  try {
    checkCanOpen(directory)
    return true
  } catch {
    return false
  }
}

/**
 * Maps a file anew: what was looked at counts as memory of the process as long as its map stands. Closing is done when it
 * returns, since nothing here is written or read asynchronously. Nothing happens while another process opens the file, or when it
 * has put another in its place: who has a file keeps it.
 */
export const remap = (
  directory: string,
  { environment, inode }: Pick<OpenEnvironment, 'environment' | 'inode'>
): Environment => {
  const anew = (): Environment => {
    if (stateOf(directory)?.inode !== inode || !canOpen(directory)) return environment
    void environment.close()
    return openUnchecked(directory, false)
  }
  return unlessOpening(directory, anew) ?? environment
}
