/**
 * Bringing a home to a store: every thread by itself, several at a time, a thread after those that its history leads through.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { NamedData } from '../stream/stored.ts'
import { auditHome } from '../../home/audit-home.ts'
import type { Wire } from '../wire.ts'
import { chosen, withAncestors } from './choose.ts'
import { homeFiles, type HomeFiles, type ThreadFiles } from './files.ts'
import { homeIdOf } from './home-id.ts'
import { importsOf } from './imports.ts'
import { eachInFlight } from './in-flight.ts'
import { pushLogs } from './log-push.ts'
import type { Problem } from './problems.ts'
import { newLimits } from './send.ts'
import { verify } from './verify.ts'
import { pushThread, type Pusher, type ThreadPushed } from './thread-push.ts'

/** What a push is asked. */
export interface PushOptions {
  /** Absolute path. */
  readonly home: string
  readonly wire: Wire
  /** Ids, beginnings of ids or names; all threads when empty. */
  readonly words: ReadonlyArray<string>
  /** Nothing is written; what would be is counted. */
  readonly dryRun: boolean
  /** Everything is read back, and every byte compared. */
  readonly verify?: boolean
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number, bytes: number) => void
}

/** What a push came to. */
export interface PushSummary {
  readonly home: string
  readonly homeId: string
  readonly store: string
  readonly dryRun: boolean
  /** Threads that were looked at. */
  readonly threads: number
  readonly newThreads: number
  /** Threads to whose streams anything was written, new ones too. */
  readonly changedThreads: number
  readonly lines: number
  readonly bytes: number
  readonly names: number
  /** Records of the logs of the home. */
  readonly records: number
  /** Files that the store has and the home does not; the store keeps them. */
  readonly keptFiles: number
  /** Documents of the TypeScript client in the home, which have no lines that a store could keep. */
  readonly leftOut: number
  readonly problems: ReadonlyArray<Problem>
}

/** Enough that the way to the server and back does not decide how long it takes. */
const THREADS_IN_FLIGHT = 12

/** Names of a home by thread, oldest first. */
export const namesIn = async (
  home: string
): Promise<ReadonlyMap<string, ReadonlyArray<NamedData>>> => {
  const names = new Map<string, Array<NamedData>>()
  for (const { threadId, name, updatedAt } of await auditHome(home).names()) {
    const known = names.get(threadId)
    if (known === undefined) names.set(threadId, [{ name, updatedAt }])
    else known.push({ name, updatedAt })
  }
  return names
}

/** What a home tells beside its rollouts. */
export interface Beside {
  readonly names: ReadonlyMap<string, ReadonlyArray<NamedData>>
  readonly imports: ReadonlyMap<string, ReadonlyArray<JsonObject>>
}

/** Reads what a home tells beside its rollouts. */
export const besideOf = async (home: string): Promise<Beside> => ({
  names: await namesIn(home),
  imports: importsOf(home)
})

const ancestorsIn =
  (files: HomeFiles) =>
  (thread: string): ReadonlyArray<string> =>
    files.lineage(thread).map((one) => one.thread)

/**
 * Pushes threads. `Left` ends it: the server cannot be reached. What is wrong with one thread is told with that thread, and the
 * others go on.
 */
export const pushThreads = async (
  pusher: Pusher,
  threads: ReadonlyArray<ThreadFiles>,
  { names, imports }: Beside,
  isHot: (thread: string) => boolean,
  onDone: (pushed: ThreadPushed) => void
): Promise<E.Either<StoreError, void>> => {
  const done = new Map<string, Promise<void>>()
  const order = new Map(threads.map(({ thread }, i) => [thread, i]))
  let failure: StoreError | null = null
  await eachInFlight(threads, THREADS_IN_FLIGHT, async (one) => {
    if (failure !== null || pusher.signal.aborted) return
    const { thread } = one
    let finish = (): void => undefined
    done.set(thread, new Promise((resolve) => (finish = resolve)))
    const own = order.get(thread) ?? 0
    const pushed = await pushThread(pusher, {
      ...one,
      names: names.get(thread) ?? [],
      imports: imports.get(thread) ?? [],
      isHot: isHot(thread),
      // A thread waits only for threads before it, so that none waits for itself.
      after: async (ancestors) => {
        for (const id of ancestors) if ((order.get(id) ?? own) < own) await done.get(id)
      }
    }).finally(finish)
    if (E.isLeft(pushed)) failure = pushed.left
    else onDone(pushed.right)
  })
  return failure === null ? E.right(undefined) : E.left(failure)
}

const chosenFiles = (
  files: HomeFiles,
  words: ReadonlyArray<string>,
  names: Beside['names']
): E.Either<StoreError, ReadonlyArray<ThreadFiles>> => {
  const all = files.threads()
  if (words.length === 0) return E.right(all)
  const ids = all.map(({ thread }) => thread)
  const found = chosen(words, ids, (id) => names.get(id)?.at(-1)?.name ?? null)
  if (E.isLeft(found)) return found
  const wanted = withAncestors(found.right, ancestorsIn(files))
  return E.right(all.filter(({ thread }) => wanted.has(thread)))
}

const keptIn = ({ directory }: ThreadPushed, { files }: ThreadFiles): number => {
  const here = new Set(files.map(({ segment }) => segment))
  return directory?.segments.filter(({ segment }) => !here.has(segment)).length ?? 0
}

const NEXT = 'see "unroll store verify" for all of them'

/** What is not the same after a push; of a file that was written to meanwhile the home may be ahead. */
const verifiedAgain = async (
  { wire, signal, onProgress }: PushOptions,
  threads: ReadonlyArray<ThreadFiles>
): Promise<E.Either<StoreError, ReadonlyArray<Problem>>> => {
  const problems: Array<Problem> = []
  const files = new Map(threads.map((one) => [one.thread, one.files] as const))
  const done = await verify({
    ...{ wire, threads: [...files.keys()], files, signal, onProgress },
    onThread: async ({ thread, segments }) => {
      for (const { segment, path, verdict, atByte, reason } of segments) {
        if (verdict !== 'diverged' && verdict !== 'damaged') continue
        const message = `read back, it is ${verdict} at byte ${atByte ?? 0}${reason === null ? '' : `: ${reason}`}`
        problems.push({ thread, segment, path, kind: verdict, atByte, message, next: NEXT })
      }
    }
  })
  return E.map(() => problems)(done)
}

/** Pushes a home, or some of its threads and what their history stands on. */
export const push = async (options: PushOptions): Promise<E.Either<StoreError, PushSummary>> => {
  const { home, wire, words, dryRun, signal, onProgress } = options
  const files = homeFiles(home)
  const beside = await besideOf(home)
  const threads = chosenFiles(files, words, beside.names)
  if (E.isLeft(threads)) return threads
  const byId = new Map(threads.right.map((one) => [one.thread, one]))
  const sums = { newThreads: 0, changedThreads: 0, lines: 0, bytes: 0, names: 0, keptFiles: 0 }
  const problems: Array<Problem> = []
  let done = 0
  let sent = 0
  const progress = (bytes: number): void => onProgress(done, byId.size, (sent += bytes))
  const homeId = homeIdOf(home)
  const limits = newLimits()
  const pusher: Pusher = { wire, files, homeId, limits, dryRun, signal, onBytes: progress }
  const pushed = await pushThreads(
    pusher,
    threads.right,
    beside,
    () => false,
    (one) => {
      const told = byId.get(one.thread)
      sums.newThreads += one.isNew && one.isChanged ? 1 : 0
      sums.changedThreads += one.isChanged ? 1 : 0
      sums.lines += one.lines
      sums.bytes += one.bytes
      sums.names += one.names
      sums.keptFiles += told === undefined ? 0 : keptIn(one, told)
      problems.push(...one.problems)
      done += 1
      progress(0)
    }
  )
  if (E.isLeft(pushed)) return pushed
  const records = words.length === 0 ? await pushLogs(pusher, home) : E.right(0)
  if (E.isLeft(records)) return records
  if (options.verify === true && !dryRun && !signal.aborted) {
    const wrong = await verifiedAgain(options, threads.right)
    if (E.isLeft(wrong)) return wrong
    const told = new Set(problems.map((one) => one.thread))
    problems.push(...wrong.right.filter((one) => !told.has(one.thread)))
  }
  const where = { home, homeId, store: wire.name, dryRun, threads: byId.size }
  const leftOut = words.length === 0 ? files.documents() : 0
  return E.right({ ...where, ...sums, records: records.right, leftOut, problems })
}
