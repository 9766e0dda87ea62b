/**
 * Getting ready: every file is looked at once more, its writer kept away, and its new content written aside and checked.
 * Nothing of the home has changed when this is over, and giving up leaves nothing behind.
 */
import * as E from 'fp-ts/lib/Either.js'
import { existsSync, lstatSync, readdirSync, realpathSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import {
  OWN_FOLDER,
  quarantineOf,
  type FileContent,
  type FileExchange
} from '../../../domain/changes/relocation.ts'
import { notPossible, type StoreError } from '../../../domain/errors.ts'
import { streamId } from '../../../domain/ids.ts'
import type { PlanStep } from '../../../domain/upkeep/repair/plan.ts'
import { mayBeMade, mayBeRepaired, staysInside } from '../../../domain/upkeep/repair/plan-file.ts'
import type { StagedExchange } from '../../../replay/home-ports.ts'
import { makePrivate, syncFolder } from '../../home/own-folder.ts'
import { addName, type StepHook } from '../../home/relocate.ts'
import { isHeldByCodex, isLocked } from '../../home/codex-lock.ts'
import { lockWriter, type WriterLock } from '../../log/jsonl/writer-lock.ts'
import { fileContent, prefixContent, writeEdited } from './content.ts'
import { openWriter } from './open-writers.ts'

const STAGING = `${OWN_FOLDER}/repair`
const AGAIN = 'make a new plan: unroll repair plan'
const LOCK_WAIT_MS = 500

/** An exchange whose place in quarantine is not known yet: that is named after the operation. */
type ReadyExchange = Omit<FileExchange, 'kept'>

/** Where the old content of a path is kept. */
const keptAt = (operationId: string, path: string): string =>
  `${quarantineOf(operationId)}/files/${path}`

/** Folders that are made by a repair; a link in the place of one would lead out of the home. */
const OWN_FOLDERS = [OWN_FOLDER, STAGING, `${OWN_FOLDER}/quarantine`]

const isFolder = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true

/** Refuses a path that leads through anything but real folders to anything but a plain file, or to nothing. */
const pathFlaw = (home: string, path: string): string | null => {
  const parts = path.split('/')
  for (const [at] of parts.entries()) {
    const here = join(home, ...parts.slice(0, at + 1))
    const stat = lstatSync(here, { throwIfNoEntry: false })
    if (stat === undefined) return null
    const isLast = at === parts.length - 1
    if (isLast ? !stat.isFile() : !stat.isDirectory())
      return `${path} is not a plain file in plain folders`
  }
  return null
}

const isSame = (a: FileContent, b: FileContent): boolean =>
  a.bytes === b.bytes && a.sha256 === b.sha256

const sizeOf = (path: string): number | null => {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat === undefined || !stat.isFile() ? null : stat.size
}

const contentAt = (path: string): FileContent | null =>
  sizeOf(path) === null ? null : fileContent(path)

/** Keeps the writers of some threads away until it is released. */
const lockAll = async (
  home: string,
  threadIds: ReadonlyArray<string>,
  paths: ReadonlyArray<string>
): Promise<E.Either<StoreError, ReadonlyArray<WriterLock>>> => {
  const locks: Array<WriterLock> = []
  const release = (): void => locks.forEach((lock) => lock.release())
  const refuse = (refused: StoreError): E.Either<StoreError, never> => {
    release()
    return E.left(refused)
  }
  try {
    for (const id of [...threadIds].sort()) {
      if (isHeldByCodex(home, id)) return refuse({ _tag: 'Busy', what: `thread ${id}` })
      const lock = await lockWriter(home, streamId(id), LOCK_WAIT_MS)
      if (E.isLeft(lock)) return refuse(lock.left)
      locks.push(lock.right)
    }
    const names = 'session_index.jsonl'
    if (paths.includes(names) && isLocked(join(home, `${names}.lock`), false))
      return refuse({ _tag: 'Busy', what: names })
    const writer = openWriter(paths.map((path) => join(home, path)))
    if (writer === null) return E.right(locks)
    return refuse({ _tag: 'Busy', what: `${writer.path} (open in process ${writer.pid})` })
  } catch (cause) {
    release()
    throw cause
  }
}

interface StagingRun {
  readonly home: string
  readonly step: StepHook
  readonly made: Array<string>
}

const nextStaged = (staging: StagingRun): string => {
  const name = `${STAGING}/${staging.made.length}`
  staging.made.push(name)
  return name
}

/** What a killed process staged; nobody else does while the right to move files is held. */
const emptyStaging = (home: string): void => {
  const folder = join(home, STAGING)
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { force: true })
}

const stageStep = (staging: StagingRun, one: PlanStep): string | null => {
  const { home, step } = staging
  const { to, after, edits, decompressedBytes } = one
  if (to === null || after === null) return null
  const source = join(home, one.path)
  const staged = nextStaged(staging)
  const target = join(home, staged)
  if (edits.length === 0 && decompressedBytes === null) {
    step(`link ${staged}`)
    addName(source, target)
    return staged
  }
  const { mode, atimeMs, mtimeMs } = lstatSync(source)
  const original = { path: source, decompressedBytes }
  const made = writeEdited(original, edits, { target, mode: mode & 0o777, tail: null, step })
  if (!isSame(made, after))
    throw new ChangedSincePlan(`the new content of ${one.path} is not what was planned`)
  // Codex takes the time of the file for the time of its last event.
  utimesSync(target, atimeMs / 1000, mtimeMs / 1000)
  return staged
}

/** A file changed after its repair was planned. */
class ChangedSincePlan extends Error {}

const readyOf = (staging: StagingRun, one: PlanStep): ReadonlyArray<ReadyExchange> => {
  const { threadId, path, before, to, after } = one
  const staged = stageStep(staging, one)
  if (to === path) return [{ threadId, path, before, after, staged }]
  const leaves: ReadyExchange = { threadId, path, before, after: null, staged: null }
  // The file has its new name before it loses the old one.
  return to === null ? [leaves] : [{ threadId, path: to, before: null, after, staged }, leaves]
}

const changedSince = (path: string): StoreError =>
  notPossible(`${path} is not as it was when the repair was planned; nothing was touched`, AGAIN)

/** Why the steps cannot be done to the files as they are; null when they can. */
const refusal = (home: string, steps: ReadonlyArray<PlanStep>): StoreError | null => {
  for (const { path, to, before } of steps) {
    for (const one of to === null ? [path] : [path, to]) {
      const flaw = pathFlaw(home, one)
      if (flaw !== null) return notPossible(flaw, 'move the file itself to its place')
    }
    if (sizeOf(join(home, path)) !== before.bytes) return changedSince(path)
    if (to !== null && to !== path && sizeOf(join(home, to)) !== null)
      return notPossible(`${to} is there already; nothing was touched`, AGAIN)
  }
  const changed = steps.find(({ path, before }) => !isSame(fileContent(join(home, path)), before))
  return changed === undefined ? null : changedSince(changed.path)
}

const threadsOf = (steps: ReadonlyArray<{ readonly threadId: string | null }>) => [
  ...new Set(steps.flatMap(({ threadId }) => (threadId === null ? [] : [threadId])))
]

interface StagedFiles {
  readonly ready: ReadonlyArray<ReadyExchange>
  readonly threadIds: ReadonlyArray<string>
}

/** Runs with the writers of some threads away; on failure everything is as before. */
const withLocks = async (
  home: string,
  step: StepHook,
  asked: { readonly threadIds: ReadonlyArray<string>; readonly paths: ReadonlyArray<string> },
  stage: (staging: StagingRun) => E.Either<StoreError, StagedFiles>
): Promise<E.Either<StoreError, StagedExchange>> => {
  const link = OWN_FOLDERS.find((path) => !isFolder(join(home, path)))
  if (link !== undefined) return E.left(notPossible(`${link} is no folder`, 'move it away'))
  const locks = await lockAll(home, asked.threadIds, asked.paths)
  if (E.isLeft(locks)) return locks
  const staging: StagingRun = { home, step, made: [] }
  const close = (unfinished: boolean): void => {
    try {
      for (const path of unfinished ? [] : staging.made) rmSync(join(home, path), { force: true })
    } catch {
      // The next repair empties the folder; the writers must not wait for it.
    } finally {
      for (const lock of locks.right) lock.release()
    }
  }
  try {
    step('staging')
    makePrivate(home, join(home, STAGING))
    emptyStaging(home)
    const staged = stage(staging)
    if (E.isLeft(staged)) {
      close(false)
      return staged
    }
    syncFolder(join(home, STAGING))
    const { ready, threadIds } = staged.right
    return E.right({
      threadIds,
      exchanges: (operationId) =>
        ready.map((one) => ({
          ...one,
          kept: one.before === null ? null : keptAt(operationId, one.path)
        })),
      close
    })
  } catch (cause) {
    close(false)
    if (cause instanceof ChangedSincePlan) return E.left(notPossible(cause.message, AGAIN))
    throw cause
  }
}

/** Stages the steps of a plan. Throws system errors; then everything is as before. */
export const stageSteps = (
  home: string,
  steps: ReadonlyArray<PlanStep>,
  step: StepHook = () => undefined
): Promise<E.Either<StoreError, StagedExchange>> => {
  const threadIds = threadsOf(steps)
  const paths = steps.map(({ path }) => path)
  return withLocks(realpathSync(home), step, { threadIds, paths }, (staging) => {
    const refused = refusal(staging.home, steps)
    if (refused !== null) return E.left(refused)
    return E.right({ ready: steps.flatMap((one) => readyOf(staging, one)), threadIds })
  })
}

const APPENDED = 'it was appended to since, and the repair moved its bytes'

/** The old content with what was appended behind the new one since; offsets must not have moved. */
const carried = (
  staging: StagingRun,
  one: FileExchange & { readonly kept: string }
): ReadyExchange | string => {
  const { home, step } = staging
  const { path, before, after, threadId } = one
  const here = join(home, path)
  const [now, old] = [fileContent(here), join(home, one.kept)]
  const isLonger = after !== null && now.bytes > after.bytes
  if (!isLonger || !isSame(prefixContent(here, after.bytes), after)) return 'it was changed since'
  if (before?.bytes !== after.bytes) return APPENDED
  const staged = nextStaged(staging)
  const target = join(home, staged)
  const { mode, atimeMs, mtimeMs } = lstatSync(here)
  const tail = { path: here, from: after.bytes }
  const original = { path: old, decompressedBytes: null }
  const made = writeEdited(original, [], { target, mode: mode & 0o777, tail, step })
  utimesSync(target, atimeMs / 1000, mtimeMs / 1000)
  return { threadId, path, before: now, after: made, staged }
}

/** One file on its way back; a text says why it cannot go. */
const backOf = (staging: StagingRun, one: FileExchange): ReadyExchange | string => {
  const { home } = staging
  const { threadId, path, before, after, kept } = one
  const isSafe = staysInside(path) && (mayBeRepaired(path) || mayBeMade(path))
  if (!isSafe || pathFlaw(home, path) !== null) return 'it is no plain file of the home'
  const now = contentAt(join(home, path))
  if (before !== null) {
    const old = kept === null ? null : contentAt(join(home, kept))
    const isThere = kept !== null && pathFlaw(home, kept) === null && old !== null
    if (!isThere || !isSame(old, before)) return 'its old content is not in quarantine any more'
    if (after !== null && now !== null && !isSame(now, after))
      return carried(staging, { ...one, kept })
  }
  if (after === null ? now !== null : now === null || !isSame(now, after))
    return 'it was changed since'
  return { threadId, path, before: after, after: before, staged: kept }
}

/** Gets the files of a repair ready to go back to what they were; refused when one was changed since. */
export const stageUndo = (
  home: string,
  operationId: string,
  done: ReadonlyArray<FileExchange>,
  step: StepHook = () => undefined
): Promise<E.Either<StoreError, StagedExchange>> => {
  const threadIds = threadsOf(done)
  const paths = done.map(({ path }) => path)
  const isOwn = done.every(({ path, kept }) => kept === null || kept === keptAt(operationId, path))
  const notOurs = notPossible(`operation ${operationId} is no repair`, 'see "unroll log"')
  if (!isOwn) return Promise.resolve(E.left(notOurs))
  return withLocks(realpathSync(home), step, { threadIds, paths }, (staging) => {
    const ready: Array<ReadyExchange> = []
    // Last one first, so that a file has its old name again before it loses the new one.
    for (const one of [...done].reverse()) {
      const back = backOf(staging, one)
      const next = `its old bytes are in ${quarantineOf(operationId)}`
      if (typeof back === 'string')
        return E.left(notPossible(`${one.path} cannot go back: ${back}`, next))
      ready.push(back)
    }
    return E.right({ ready, threadIds })
  })
}
