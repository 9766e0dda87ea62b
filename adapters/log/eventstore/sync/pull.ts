/**
 * Bringing threads of a store to a home that Codex reads: rollouts byte for byte at their places, with their times and names.
 */
import * as E from 'fp-ts/lib/Either.js'
import { lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { StoreError } from '../../../../domain/errors.ts'
import { streamId } from '../../../../domain/ids.ts'
import { ioFailure } from '../../../../replay/guarded.ts'
import type { HomeLogName } from '../../../../replay/home-ports.ts'
import { giveNames } from '../../../home/session-index.ts'
import { tryLock } from '../../jsonl/writer-lock.ts'
import { lostLookup, type AskLost } from '../directory/lost.ts'
import { readDirectory } from '../directory/read-directory.ts'
import { segmentOf } from '../stream/directory.ts'
import { logStream, threadStream } from '../stream/names.ts'
import type { Wire } from '../wire.ts'
import { homeFiles, namesIn } from './home.ts'
import { eachInFlight } from './in-flight.ts'
import { openFile } from './local-file.ts'
import { LOG_NAMES, logPath } from './log-push.ts'
import { piecesOf } from './pieces.ts'
import type { Problem } from './problems.ts'
import { makeFolderOf } from './safe-path.ts'
import { newTarget, oldTarget, stagingIn, type PullStaging } from './target.ts'
import { pullThread, type Puller, type ThreadPulled } from './thread-pull.ts'
import { isDeleted } from './thread-difference.ts'

export interface PullOptions {
  /** Absolute path of the home that is written to; made when it is not there. */
  readonly home: string
  readonly wire: Wire
  /** The threads that are meant; what their history leads through is brought too. */
  readonly threads: ReadonlyArray<string>
  /** True when these are all threads of the store: then the logs are brought too. */
  readonly isAll: boolean
  /** Threads that somebody took away at the server, as the log tells; asked once, when a thread is not there. */
  readonly lost?: AskLost
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number, bytes: number) => void
}

/** What was pulled. */
export interface PullSummary {
  readonly home: string
  readonly store: string
  readonly threads: number
  readonly createdFiles: number
  readonly appendedFiles: number
  readonly equalFiles: number
  readonly bytes: number
  /** Lines added to `session_index.jsonl`. */
  readonly names: number
  readonly problems: ReadonlyArray<Problem>
}

const THREADS_IN_FLIGHT = 6
const LOG_MODE = 0o600

/** The same threads, and those that their history leads through and that are not deleted. */
const withHistory = async (
  wire: Wire,
  threads: ReadonlyArray<string>
): Promise<ReadonlyArray<string>> => {
  const all = new Set(threads)
  // What is added while the set is walked is walked too.
  for (const thread of all) {
    const directory = await readDirectory(wire, threadStream(thread))
    if (directory === null || isDeleted(directory)) continue
    for (const one of directory.lineage) all.add(one.thread)
  }
  return [...all]
}

/** Names that are newer than the last one of this home, in the order in which they were given. */
const pullNames = async (home: string, pulled: ReadonlyArray<ThreadPulled>): Promise<number> => {
  const local = await namesIn(home)
  const lines = pulled
    .flatMap(({ thread, names }) => {
      const lastMs = Date.parse(local.get(thread)?.at(-1)?.updatedAt ?? '')
      return names
        .map(({ name, updatedAt }) => ({ thread, name, updatedAt, atMs: Date.parse(updatedAt) }))
        .filter(({ atMs }) => !local.has(thread) || atMs > lastMs)
    })
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ thread: id, name, updatedAt }) =>
      JSON.stringify({ id, thread_name: name, updated_at: updatedAt })
    )
  giveNames(home, lines)
  return lines.length
}

/** A log that is not here, or is the beginning of that of the store; others stay as they are. */
const pullLog = async (
  { wire, home }: PullOptions,
  staging: PullStaging,
  name: HomeLogName
): Promise<E.Either<StoreError, void>> => {
  const directory = await readDirectory(wire, logStream(name))
  const segment = directory === null ? undefined : segmentOf(directory, name)
  if (segment === undefined) return E.right(undefined)
  const folder = makeFolderOf(home, logPath(name))
  if (E.isLeft(folder)) return folder
  const path = join(home, logPath(name))
  const isFile = lstatSync(path, { throwIfNoEntry: false })?.isFile() === true
  const target = isFile
    ? oldTarget(staging, path, openFile(path, false), false)
    : newTarget(staging, path, LOG_MODE)
  try {
    for await (const piece of piecesOf(wire, logStream(name))) {
      if (piece.kind === 'bytes' && piece.segment === name) target.take(piece.bytes)
      if (piece.kind === 'fault') {
        target.abandon()
        return E.right(undefined)
      }
    }
  } catch (cause) {
    target.abandon()
    throw cause
  }
  target.finish(segment.modifiedAtMs)
  return E.right(undefined)
}

const pullAll = async (
  options: PullOptions,
  staging: PullStaging
): Promise<E.Either<StoreError, PullSummary>> => {
  const { home, wire, isAll, signal, onProgress } = options
  const threads = isAll ? options.threads : await withHistory(wire, options.threads)
  const files = homeFiles(home)
    .threads()
    .flatMap((thread) => thread.files)
  const local = new Map(files.map((file) => [file.segment, file]))
  const sums = { createdFiles: 0, appendedFiles: 0, equalFiles: 0, bytes: 0 }
  const all: Array<ThreadPulled> = []
  let receivedBytes = 0
  const onBytes = (bytes: number): void =>
    onProgress(all.length, threads.length, (receivedBytes += bytes))
  const meant = new Set(options.threads)
  const isMeant = (thread: string): boolean => meant.has(thread)
  const lostOf = lostLookup(options.lost)
  const puller: Puller = { wire, home, staging, local, isMeant, lostOf, signal, onBytes }
  const failure = await eachInFlight(threads, THREADS_IN_FLIGHT, async (thread) => {
    if (signal.aborted) return null
    const pulled = await pullThread(puller, thread)
    if (E.isLeft(pulled)) return pulled.left
    all.push(pulled.right)
    sums.createdFiles += pulled.right.created
    sums.appendedFiles += pulled.right.appended
    sums.equalFiles += pulled.right.equal
    sums.bytes += pulled.right.bytes
    onBytes(0)
    return null
  })
  if (failure !== null) return E.left(failure)
  for (const name of isAll ? LOG_NAMES : []) {
    const log = await pullLog(options, staging, name)
    if (E.isLeft(log)) return log
  }
  return E.right({
    ...{ home, store: wire.name, threads: all.length, ...sums },
    names: await pullNames(home, all),
    // A pull of everything does not report threads that are deleted.
    problems: all
      .flatMap(({ problems }) => problems)
      .filter(({ kind }) => !isAll || kind !== 'deleted')
  })
}

/** Pulls threads into a home. One pull at a time works in a home: `Busy` when another one does. */
export const pull = async (options: PullOptions): Promise<E.Either<StoreError, PullSummary>> => {
  const { home } = options
  try {
    mkdirSync(home, { recursive: true })
    const lock = tryLock(home, streamId('store-pull'))
    if (lock === null) return E.left({ _tag: 'Busy', what: `a pull into ${home}` })
    const staging = stagingIn(home)
    try {
      return await pullAll(options, staging)
    } finally {
      staging.close()
      lock.release()
    }
  } catch (cause) {
    return E.left(ioFailure(cause, home))
  }
}
