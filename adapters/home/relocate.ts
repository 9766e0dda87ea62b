/**
 * Carrying out a relocation: files move one by one, and every step can be repeated after a kill.
 *
 * A file gets its new name before it loses the old one, and nothing is ever overwritten: at any moment every file has at
 * least one name, and whoever finishes the work may find both.
 */
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import {
  isHomePath,
  OWN_FOLDER,
  strayPath,
  type FileMove,
  type Relocation
} from '../../domain/changes/relocation.ts'
import { hasNoLinks, makeOrRemove, readPlain, refuseLinks } from './plain-file.ts'
import { replaceFile } from './replace-file.ts'
import type { RelocationResult, SkippedThread } from '../../replay/home-ports.ts'
import { isThere, makeFolder, makePrivate, syncFolder } from './own-folder.ts'
import { giveNames, takeNames } from './session-index.ts'
import { walk } from './walk.ts'

/** Called before every step; a test kills the process there. */
export type StepHook = (name: string) => void

/** What `manifest.json` of a trash folder says: enough to bring everything back by hand. */
export interface Manifest {
  readonly operationId: string
  readonly rootId: string
  readonly threadIds: ReadonlyArray<string>
  readonly files: ReadonlyArray<
    FileMove & { readonly mode: number; readonly mtimeMs: number; readonly sizeBytes: number }
  >
  /** Lines of `session_index.jsonl`. */
  readonly names: ReadonlyArray<string>
}

const MANIFEST = 'manifest.json'
/** File times that differ by less are the same: they are set in microseconds. */
const SAME_TIME_MS = 1

/** Why a file cannot be moved though no system call failed. */
class BlockedMove extends Error {}

const codeOf = (cause: unknown): string => (cause as NodeJS.ErrnoException).code ?? ''

/** Copies to another file system; the name appears when the file is whole. */
const copyAcross = (from: string, to: string): void => {
  const temporary = join(dirname(to), `.moving.${process.pid}.tmp`)
  makeOrRemove(temporary, () => {
    copyFileSync(from, temporary)
    const { atimeMs, mtimeMs } = statSync(from)
    utimesSync(temporary, atimeMs / 1000, mtimeMs / 1000)
    const file = openSync(temporary, 'r')
    try {
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    if (isThere(to)) throw new BlockedMove(`${to} is there already`)
    renameSync(temporary, to)
  })
}

/** Gives a file a second name, or a copy where it cannot have one. */
export const addName = (from: string, to: string): void => {
  try {
    linkSync(from, to)
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') throw new BlockedMove(`${to} is there already`)
    if (!hasNoLinks(cause)) throw cause
    copyAcross(from, to)
  }
}

const isSameFile = (a: string, b: string): boolean => {
  const [one, other] = [lstatSync(a), lstatSync(b)]
  if (one.ino === other.ino && one.dev === other.dev) return true
  return one.dev !== other.dev && one.size === other.size && readFileSync(a).equals(readFileSync(b))
}

interface RelocationWork {
  readonly home: string
  readonly step: StepHook
  /** Folders to sync: names came or went there. */
  readonly folders: Set<string>
}

const setTime = (path: string, modifiedAtMs: number | null): void => {
  if (modifiedAtMs === null) return
  const { atimeMs, mtimeMs } = statSync(path)
  if (Math.abs(mtimeMs - modifiedAtMs) > SAME_TIME_MS)
    utimesSync(path, atimeMs / 1000, modifiedAtMs / 1000)
}

const moveFile = (work: RelocationWork, { from, to, modifiedAtMs }: FileMove): void => {
  const [source, target] = [join(work.home, from), join(work.home, to)]
  for (const path of [source, target]) refuseLinks(work.home, dirname(path))
  const [atSource, atTarget] = [isThere(source), isThere(target)]
  if (!atSource && !atTarget) throw new BlockedMove(`${from} is gone`)
  if (atSource && atTarget && !isSameFile(source, target))
    throw new BlockedMove(`${to} is there already`)
  if (atSource) {
    const folder = dirname(target)
    if (folder.startsWith(join(work.home, OWN_FOLDER))) makePrivate(work.home, folder)
    else makeFolder(folder)
    work.step(`name ${to}`)
    if (!atTarget) addName(source, target)
    work.step(`unname ${from}`)
    unlinkSync(source)
  }
  work.step(`time ${to}`)
  setTime(target, modifiedAtMs)
  work.folders.add(dirname(source)).add(dirname(target))
}

/** Moves the files of one thread, or none of them; the error is what stood in the way. */
const moveFiles = (work: RelocationWork, moves: ReadonlyArray<FileMove>): Error | null => {
  const done: Array<FileMove> = []
  for (const move of moves) {
    try {
      moveFile(work, move)
      done.push(move)
    } catch (cause) {
      if (!(cause instanceof BlockedMove) && codeOf(cause) === '') throw cause
      undoMoves(work, [...done, move])
      return cause as Error
    }
  }
  return null
}

const reasonOf = ({ home }: RelocationWork, { message }: Error): string =>
  message.replaceAll(`${home}/`, '')

/** Puts files back; one that never left stays. */
const undoMoves = (work: RelocationWork, moves: ReadonlyArray<FileMove>): void => {
  for (const { from, to } of [...moves].reverse()) {
    const [source, target] = [join(work.home, from), join(work.home, to)]
    if (!isThere(target)) continue
    if (isThere(source)) {
      if (isSameFile(source, target)) unlinkSync(target)
      continue
    }
    addName(target, source)
    unlinkSync(target)
  }
}

/** Faults and shortages: they do not say that the file is missing. */
const NO_ANSWER = new Set(['EIO', 'EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'])

/** The manifest of a trash folder; null when it is missing or not whole. Throws when the disk cannot tell. */
export const readManifest = (home: string, trash: string): Manifest | null => {
  try {
    const path = join(home, trash, MANIFEST)
    refuseLinks(home, dirname(path))
    const read = JSON.parse(readPlain(path).toString('utf8')) as Manifest
    const { files, names } = read
    if (!Array.isArray(files) || !Array.isArray(names)) return null
    // Anybody may have written it: only what stays in the home counts.
    const known = files.filter(({ from, to }) => isHomePath(from) && isHomePath(to))
    return { ...read, files: known, names: names.filter((line) => typeof line === 'string') }
  } catch (cause) {
    if (NO_ANSWER.has(codeOf(cause))) throw cause
    return null
  }
}

const writeManifest = (work: RelocationWork, trash: string, manifest: Manifest): void => {
  const path = join(work.home, trash, MANIFEST)
  makePrivate(work.home, dirname(path))
  work.step('manifest')
  replaceFile(path, `${JSON.stringify(manifest)}\n`, { temporary: `${path}.tmp`, mode: 0o600 })
}

const factsOf = (work: RelocationWork, { from, to }: FileMove) => {
  const path = [from, to].map((each) => join(work.home, each)).find((each) => isThere(each))
  const { mode, mtimeMs, size } =
    path === undefined ? { mode: 0, mtimeMs: 0, size: 0 } : statSync(path)
  return { mode: mode & 0o777, mtimeMs, sizeBytes: size }
}

/** Writes the manifest before anything is deleted. */
const describeTrash = (
  work: RelocationWork,
  relocation: Relocation,
  trash: string,
  operationId: string
): void => {
  if (readManifest(work.home, trash) !== null) return
  writeManifest(work, trash, {
    operationId,
    rootId: relocation.rootId,
    threadIds: [...new Set(relocation.moves.map(({ threadId }) => threadId))],
    files: relocation.moves.map((move) => ({ ...move, ...factsOf(work, move) })),
    names: []
  })
}

const moveNames = (
  work: RelocationWork,
  relocation: Relocation,
  threadIds: ReadonlyArray<string>
): void => {
  const { names, trash } = relocation
  if (names === 'keep' || trash === null) return
  work.step('names')
  const manifest = readManifest(work.home, trash)
  if (names === 'give') {
    const ids = new Set(threadIds)
    giveNames(
      work.home,
      (manifest?.names ?? []).filter((line) => [...ids].some((id) => line.includes(id)))
    )
    return
  }
  takeNames(work.home, threadIds, (lines) => {
    if (manifest === null) return
    const all = [...new Set([...manifest.names, ...lines])]
    writeManifest(work, trash, { ...manifest, names: all })
    work.step('index')
  })
}

const hasFiles = (home: string, folder: string): boolean =>
  isThere(join(home, folder)) &&
  Array.from(walk(home, folder, { depthMax: Infinity })).some(
    ({ entry }) => entry.isFile() && entry.name.startsWith('rollout-')
  )

/** A folder is renamed before it is deleted for good, so that after a kill it is only deleted further. */
const purgedName = (home: string, trash: string): string => `${join(home, trash)}.purge`

/** Deletes the folder of the trash; after a restore only when nothing was left in it. */
const purge = (work: RelocationWork, { names, trash, purge: isWanted }: Relocation): void => {
  if (trash === null || !isWanted) return
  const folder = join(work.home, trash)
  const purged = purgedName(work.home, trash)
  if (names === 'give' && hasFiles(work.home, trash)) return
  work.step('purge')
  if (isThere(folder)) renameSync(folder, purged)
  work.step('delete')
  rmSync(purged, { recursive: true, force: true })
  if (isThere(dirname(purged))) syncFolder(dirname(purged))
}

/** True when only the last step is left, or nothing. */
const isNearlyDone = (home: string, { purge: isWanted, trash, moves }: Relocation): boolean => {
  if (!isWanted || trash === null) return false
  if (isThere(purgedName(home, trash))) return true
  return !isThere(join(home, trash)) && moves.every(({ from }) => !isThere(join(home, from)))
}

/**
 * Moves files and names, and deletes what is to be gone. A text when something stood in the way of the root, an error when the
 * system failed there: everything is as it was then.
 */
const move = (
  work: RelocationWork,
  relocation: Relocation,
  ids: ReadonlyArray<string>
): RelocationResult | string | Error => {
  const { home } = work
  const { rootId, moves, names, trash } = relocation
  const skipped: Array<SkippedThread> = []
  const done: Array<FileMove> = []
  for (const threadId of ids) {
    const mine = moves.filter((one) => one.threadId === threadId)
    const cause = moveFiles(work, mine)
    if (cause === null) done.push(...mine)
    else if (threadId !== rootId) skipped.push({ threadId, reason: reasonOf(work, cause) })
    else {
      undoMoves(work, done)
      if (names === 'take' && trash !== null)
        rmSync(join(home, trash), { recursive: true, force: true })
      return cause instanceof BlockedMove ? reasonOf(work, cause) : cause
    }
  }
  const left = new Set(skipped.map(({ threadId }) => threadId))
  const threadIds = ids.filter((id) => !left.has(id))
  for (const folder of work.folders) if (isThere(folder)) syncFolder(folder)
  moveNames(work, relocation, threadIds)
  purge(work, relocation)
  return { threadIds, skipped }
}

/** Failures that left files in two places or names missing: the next one to move files goes on. */
const halfway = new WeakSet<object>()

/** True for a failure of a relocation that did not put everything back. */
export const stoppedHalfway = (cause: unknown): boolean =>
  typeof cause === 'object' && cause !== null && halfway.has(cause)

/**
 * Carries out a relocation, or what is left of it; a text when something stood in the way of the root and everything went back.
 * Throws failures of the system; `stoppedHalfway` tells those after which not everything went back.
 */
export const relocate = (
  home: string,
  relocation: Relocation,
  operationId: string,
  step: StepHook = () => undefined
): RelocationResult | string => {
  const stray = strayPath(relocation)
  if (stray !== null) return `${stray} is not a path in the home`
  if (relocation.trash !== null) refuseLinks(home, join(home, relocation.trash))
  const work: RelocationWork = { home, step, folders: new Set() }
  const { moves, names, trash } = relocation
  const ids = [...new Set(moves.map(({ threadId }) => threadId))]
  const isLast = isNearlyDone(home, relocation)
  if (!isLast && names === 'take' && trash !== null)
    describeTrash(work, relocation, trash, operationId)
  let done: RelocationResult | string | Error = { threadIds: ids, skipped: [] }
  try {
    if (isLast) purge(work, relocation)
    else done = move(work, relocation, ids)
  } catch (cause) {
    if (cause instanceof Error) halfway.add(cause)
    throw cause
  }
  if (done instanceof Error) throw done
  return done
}
