/**
 * Bringing threads of a store to a home that Codex reads: rollouts byte for byte at their places, with their times and names.
 */
import * as E from 'fp-ts/lib/Either.js'
import { lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { OWN_FOLDER } from '../../../domain/changes/relocation.ts'
import type { StoreError } from '../../../domain/errors.ts'
import { streamId } from '../../../domain/ids.ts'
import { logStream, threadStream } from '../stream/names.ts'
import type { NamedData } from '../stream/stored.ts'
import type { HomeLogName } from '../../../replay/home-ports.ts'
import { ioFailure } from '../../../replay/guarded.ts'
import { giveNames } from '../../home/session-index.ts'
import { tryLock } from '../../jsonl/writer-lock.ts'
import type { Wire } from '../wire.ts'
import { openStream } from './cold.ts'
import { homeFiles } from './files.ts'
import { eachInFlight } from './in-flight.ts'
import { piecesOf } from './pieces.ts'
import { isDeleted } from './plan.ts'
import type { Problem } from './problems.ts'
import { newTarget, oldTarget } from './pull-file.ts'
import { namesIn } from './push.ts'
import { makeFolderOf } from './safe-path.ts'
import { openFile } from './standing.ts'
import { stagingIn, type Staging } from './staging.ts'
import { pullThread, type Puller, type ThreadPulled } from './thread-pull.ts'

/** What a pull is asked. */
export interface PullOptions {
  /** Absolute path of the home that is written to; made when it is not there. */
  readonly home: string
  readonly wire: Wire
  /** The threads that are meant; what their history leads through is brought too. */
  readonly threads: ReadonlyArray<string>
  /** True when these are all threads of the store: then the logs are brought too. */
  readonly isAll: boolean
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number, bytes: number) => void
}

/** What a pull came to. */
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
const LOGS: ReadonlyArray<HomeLogName> = ['operations', 'observations']
const LOG_MODE = 0o600

/** The same threads, and those that their history leads through and that are not deleted. */
const withHistory = async (
  wire: Wire,
  threads: ReadonlyArray<string>
): Promise<ReadonlyArray<string>> => {
  const all = new Set(threads)
  for (const thread of all) {
    const directory = await openStream(wire, threadStream(thread))
    if (directory === null || isDeleted(directory)) continue
    for (const one of directory.lineage) all.add(one.thread)
  }
  return [...all]
}

const nameLine = (thread: string, { name, updatedAt }: NamedData): string =>
  JSON.stringify({ id: thread, thread_name: name, updated_at: updatedAt })

/** Names that are newer than the last one of this home, in the order in which they were given. */
const pullNames = async (home: string, pulled: ReadonlyArray<ThreadPulled>): Promise<number> => {
  const here = await namesIn(home)
  const isNew = (thread: string, { updatedAt }: NamedData): boolean => {
    const last = here.get(thread)?.at(-1)
    return last === undefined || Date.parse(updatedAt) > Date.parse(last.updatedAt)
  }
  const lines = pulled
    .flatMap(({ thread, names }) => names.map((named) => ({ thread, named })))
    .filter(({ thread, named }) => isNew(thread, named))
    .sort((a, b) => Date.parse(a.named.updatedAt) - Date.parse(b.named.updatedAt))
  giveNames(
    home,
    lines.map(({ thread, named }) => nameLine(thread, named))
  )
  return lines.length
}

const isFile = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isFile() === true

/** A log that is not here, or is the beginning of that of the store; others stay as they are. */
const pullLog = async (
  wire: Wire,
  home: string,
  staging: Staging,
  name: HomeLogName
): Promise<E.Either<StoreError, void>> => {
  const directory = await openStream(wire, logStream(name))
  const segment = directory?.segments.find((one) => one.segment === name)
  if (segment === undefined) return E.right(undefined)
  const relative = `${OWN_FOLDER}/${name}.jsonl`
  const folder = makeFolderOf(home, relative)
  if (E.isLeft(folder)) return folder
  const path = join(home, relative)
  const target = isFile(path)
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

interface Pulled {
  readonly all: ReadonlyArray<ThreadPulled>
  readonly names: number
}

const pullAll = async (
  options: PullOptions,
  staging: Staging
): Promise<E.Either<StoreError, Pulled>> => {
  const { home, wire, isAll, signal, onProgress } = options
  const threads = isAll ? options.threads : await withHistory(wire, options.threads)
  const here = new Map(
    homeFiles(home)
      .threads()
      .flatMap(({ files }) => files.map((file) => [file.segment, file] as const))
  )
  const all: Array<ThreadPulled> = []
  let failure: StoreError | null = null
  let bytes = 0
  const progress = (more: number): void => onProgress(all.length, threads.length, (bytes += more))
  const puller: Puller = { wire, home, staging, here, signal, onBytes: progress }
  await eachInFlight(threads, THREADS_IN_FLIGHT, async (thread) => {
    if (failure !== null || signal.aborted) return
    const pulled = await pullThread(puller, thread)
    if (E.isLeft(pulled)) failure = pulled.left
    else all.push(pulled.right)
    progress(0)
  })
  if (failure !== null) return E.left(failure)
  if (isAll)
    for (const name of LOGS) {
      const log = await pullLog(wire, home, staging, name)
      if (E.isLeft(log)) return log
    }
  return E.right({ all, names: await pullNames(home, all) })
}

const summaryOf = ({ home, wire, isAll }: PullOptions, { all, names }: Pulled): PullSummary => {
  const sum = (of: (one: ThreadPulled) => number): number =>
    all.reduce((total, one) => total + of(one), 0)
  return {
    home,
    store: wire.name,
    threads: all.length,
    createdFiles: sum(({ created }) => created),
    appendedFiles: sum(({ appended }) => appended),
    equalFiles: sum(({ equal }) => equal),
    bytes: sum(({ bytes }) => bytes),
    names,
    // Who asks for everything knows that deleted threads are not brought.
    problems: all
      .flatMap(({ problems }) => problems)
      .filter(({ kind }) => !isAll || kind !== 'deleted')
  }
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
      return E.map((pulled: Pulled) => summaryOf(options, pulled))(await pullAll(options, staging))
    } finally {
      staging.close()
      lock.release()
    }
  } catch (cause) {
    return E.left(ioFailure(cause, home))
  }
}
