/**
 * Exchanging the contents of files, all or none, through any kill.
 *
 * The old content gets its name in quarantine, then the new one takes the place of the old by rename, so that a reader finds
 * one or the other at any moment. What is staged keeps its name until everything is in place: after a kill, the next
 * run sees from what the files hold how far it came, and goes on. A file that is neither as before nor as after stops everything, and what
 * was exchanged goes back.
 */
import { existsSync, lstatSync, mkdirSync, renameSync, rmSync, unlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  OWN_FOLDER,
  strayPath,
  type FileContent,
  type FileExchange
} from '../../../domain/changes/relocation.ts'
import { LinkRefused, makeOrRemove, refuseLinks } from '../../home/plain-file.ts'
import { isThere, makePrivate, syncFolder } from '../../home/own-folder.ts'
import { addName, type StepHook } from '../../home/relocate.ts'
import { fileContent, prefixContent } from './content.ts'

type ExchangeProgress = 'before' | 'after' | 'other'

/** Why an exchange stopped; `bySystem`: a system call failed. */
interface ExchangeFailure {
  readonly reason: string
  readonly bySystem: boolean
}

/**
 * The outcome of a batch of exchanges. `refused`: every file is as before. `unclear`: unknown for now; the same call decides
 * it later.
 */
type ExchangeOutcome =
  | { readonly kind: 'done' }
  | ({ readonly kind: 'refused' } & ExchangeFailure)
  | { readonly kind: 'unclear'; readonly reason: string }

interface ExchangeRun {
  readonly home: string
  readonly step: StepHook
  /** Folders in which names were added or removed. */
  readonly folders: Set<string>
}

const sizeAt = (path: string): number | null => {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat === undefined ? null : stat.isFile() ? stat.size : -1
}

const isOneFile = (a: string, b: string): boolean => {
  const [one, other] = [a, b].map((path) => lstatSync(path, { throwIfNoEntry: false }))
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev
}

/** True when a path holds a content, or nothing where null is expected. */
const holds = (path: string, content: FileContent | null): boolean => {
  const bytes = sizeAt(path)
  if (content === null || bytes === null) return content === null && bytes === null
  return bytes === content.bytes && fileContent(path).sha256 === content.sha256
}

/** True when a file was exchanged and then written to; the old one has left its place. */
const wasWrittenSince = (
  { home }: ExchangeRun,
  { path, before, after, kept }: FileExchange
): boolean => {
  const here = join(home, path)
  if (after === null || (sizeAt(here) ?? 0) <= after.bytes) return false
  const hasLeft =
    before === null ||
    (kept !== null && existsSync(join(home, kept)) && !isOneFile(here, join(home, kept)))
  return hasLeft && prefixContent(here, after.bytes).sha256 === after.sha256
}

const progressOf = (work: ExchangeRun, one: FileExchange): ExchangeProgress => {
  const { path, before, after, staged } = one
  const here = join(work.home, path)
  if (staged !== null && isOneFile(here, join(work.home, staged))) return 'after'
  if (holds(here, after)) return 'after'
  if (holds(here, before)) return 'before'
  return wasWrittenSince(work, one) ? 'after' : 'other'
}

const makeFolder = (work: ExchangeRun, path: string): void => {
  if (path.startsWith(join(work.home, OWN_FOLDER))) makePrivate(work.home, path)
  else mkdirSync(path, { recursive: true })
}

/** A second name for a file that takes the place of whatever has the name now. */
const putInPlace = (work: ExchangeRun, from: string, to: string): void => {
  const temporary = `${from}.tmp`
  rmSync(temporary, { force: true })
  makeFolder(work, dirname(to))
  work.step('link')
  makeOrRemove(temporary, () => {
    addName(from, temporary)
    work.step(`place ${to}`)
    renameSync(temporary, to)
  })
  // Two names of one file are not renamed to each other: then the first one stays.
  rmSync(temporary, { force: true })
  work.folders.add(dirname(to))
}

const keep = (work: ExchangeRun, { path, before, kept }: FileExchange): void => {
  if (before === null || kept === null) return
  const [here, there] = [join(work.home, path), join(work.home, kept)]
  makeFolder(work, dirname(there))
  work.step(`keep ${path}`)
  if (!existsSync(there)) addName(here, there)
  work.folders.add(dirname(there))
}

/** True when somebody appended to the old file after the last look and before it was moved. */
const hasGrown = ({ home }: ExchangeRun, { before, kept }: FileExchange): boolean =>
  before !== null && kept !== null && sizeAt(join(home, kept)) !== before.bytes

const exchange = (work: ExchangeRun, one: FileExchange): string | null => {
  const { path, staged } = one
  keep(work, one)
  const here = join(work.home, path)
  if (staged !== null) putInPlace(work, join(work.home, staged), here)
  else {
    work.step(`unname ${path}`)
    unlinkSync(here)
    work.folders.add(dirname(here))
  }
  return hasGrown(work, one) ? `${path} was written to at the same moment` : null
}

/** Puts one file back; nothing where it never left. */
const goBack = (
  work: ExchangeRun,
  { path, before, after, staged, kept }: FileExchange
): string | null => {
  const here = join(work.home, path)
  const there = kept === null ? null : join(work.home, kept)
  if (before === null) {
    // A file that was there before is not ours to take away.
    if (staged === null || !isOneFile(here, join(work.home, staged))) return null
    if (!holds(here, after)) return `${path} was changed meanwhile and stays`
    work.step(`unname ${path}`)
    unlinkSync(here)
    work.folders.add(dirname(here))
    return null
  }
  if (there === null || !existsSync(there)) return null
  if (!isOneFile(here, there)) {
    if (!holds(here, after)) return holds(here, before) ? null : `${path} was changed meanwhile`
    putInPlace(work, there, here)
  }
  work.step(`forget ${path}`)
  unlinkSync(there)
  work.folders.add(dirname(there))
  return null
}

const syncFolders = ({ folders, step }: ExchangeRun): void => {
  step('folders')
  for (const folder of folders) if (existsSync(folder)) syncFolder(folder)
}

const unstage = (work: ExchangeRun, exchanges: ReadonlyArray<FileExchange>): void => {
  for (const { staged } of exchanges) {
    if (staged === null) continue
    work.step(`unstage ${staged}`)
    rmSync(join(work.home, staged), { force: true })
    rmSync(join(work.home, `${staged}.tmp`), { force: true })
  }
}

const takeBack = (
  work: ExchangeRun,
  exchanges: ReadonlyArray<FileExchange>
): ReadonlyArray<string> => {
  const left = [...exchanges].reverse().map((one) => goBack(work, one))
  syncFolders(work)
  return left.filter((reason) => reason !== null)
}

/** Why the files can no longer be exchanged; null when each is as before or as after. */
const obstacle = (work: ExchangeRun, exchanges: ReadonlyArray<FileExchange>): string | null => {
  for (const one of exchanges) {
    const progress = progressOf(work, one)
    if (progress === 'other') return `${one.path} is not as it was when the work was planned`
    const isReady = one.staged === null || isThere(join(work.home, one.staged))
    if (progress === 'before' && !isReady) return `what was to become of ${one.path} is gone`
  }
  return null
}

const refusal = (reason: string | null): ExchangeFailure | null =>
  reason === null ? null : { reason, bySystem: false }

const tryAll = (
  work: ExchangeRun,
  exchanges: ReadonlyArray<FileExchange>
): ExchangeFailure | null => {
  try {
    for (const { path, staged, kept } of exchanges)
      for (const each of [path, staged, kept])
        if (each !== null) refuseLinks(work.home, dirname(join(work.home, each)))
    const reason = obstacle(work, exchanges)
    if (reason !== null) return refusal(reason)
    for (const one of exchanges) {
      const failed = progressOf(work, one) === 'after' ? null : exchange(work, one)
      if (failed !== null) return refusal(failed)
    }
    syncFolders(work)
    return null
  } catch (cause) {
    const { message, code } = cause as NodeJS.ErrnoException
    const bySystem = code !== undefined && !(cause instanceof LinkRefused)
    return { reason: message.replaceAll(`${work.home}/`, ''), bySystem }
  }
}

/** Exchanges files, or goes on where a killed process was. */
export const exchangeFiles = (
  home: string,
  exchanges: ReadonlyArray<FileExchange>,
  step: StepHook = () => undefined
): ExchangeOutcome => {
  const work: ExchangeRun = { home, step, folders: new Set() }
  const nothing = { rootId: '', moves: [], names: 'keep', trash: null, purge: false } as const
  const stray = strayPath({ ...nothing, exchanges })
  if (stray !== null)
    return { kind: 'refused', reason: `${stray} is not a path in the home`, bySystem: false }
  const failed = tryAll(work, exchanges)
  try {
    if (failed === null) {
      unstage(work, exchanges)
      return { kind: 'done' }
    }
    const left = takeBack(work, exchanges)
    return { ...failed, kind: 'refused', reason: [failed.reason, ...left].join('; ') }
  } catch (cause) {
    // Everything is in place; only leftover names remain.
    if (failed === null) return { kind: 'done' }
    return { kind: 'unclear', reason: `${failed.reason}; ${(cause as Error).message}` }
  }
}
