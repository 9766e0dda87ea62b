/**
 * Bringing a home to a store: every thread by itself, several at a time, a thread after those that its history leads through.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import type { Wire } from '../wire.ts'
import { chosen } from './choose.ts'
import { homeFiles, homeIdOf, notesOf } from './home.ts'
import type { HomeFiles, HomeNotes, ThreadFiles } from './home.ts'
import { eachInFlight } from './in-flight.ts'
import { pushLogs } from './log-push.ts'
import type { Problem } from './problems.ts'
import type { Pusher } from './thread-difference.ts'
import { pushThread, type ThreadPushed } from './thread-push.ts'
import { verify } from './verify.ts'

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

/** What was pushed. */
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

/** Enough to hide the round trips to the server. */
const THREADS_IN_FLIGHT = 12

/**
 * Pushes threads. `Left` ends it: the server cannot be reached. What is wrong with one thread is told with that thread, and the
 * others go on.
 */
export const pushThreads = async (
  pusher: Pusher,
  threads: ReadonlyArray<ThreadFiles>,
  { names, imports }: HomeNotes,
  isHot: (thread: string) => boolean,
  onDone: (pushed: ThreadPushed) => void
): Promise<E.Either<StoreError, void>> => {
  const done = new Map<string, Promise<void>>()
  const order = new Map(threads.map(({ thread }, i) => [thread, i]))
  const failure = await eachInFlight(threads, THREADS_IN_FLIGHT, async (one) => {
    if (pusher.signal.aborted) return null
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
    if (E.isLeft(pushed)) return pushed.left
    onDone(pushed.right)
    return null
  })
  return failure === null ? E.right(undefined) : E.left(failure)
}

/** The threads that words name, and those that their history leads through. */
const chosenThreads = (
  files: HomeFiles,
  words: ReadonlyArray<string>,
  names: HomeNotes['names']
): E.Either<StoreError, ReadonlyArray<ThreadFiles>> => {
  const all = files.threads()
  if (words.length === 0) return E.right(all)
  const ids = all.map(({ thread }) => thread)
  const found = chosen(words, ids, (id) => names.get(id)?.at(-1)?.name ?? null)
  if (E.isLeft(found)) return found
  const wanted = new Set(found.right)
  // What is added while the set is walked is walked too.
  for (const thread of wanted) for (const one of files.lineage(thread)) wanted.add(one.thread)
  return E.right(all.filter(({ thread }) => wanted.has(thread)))
}

const keptFilesOf = ({ directory }: ThreadPushed, { files }: ThreadFiles): number => {
  const local = new Set(files.map(({ segment }) => segment))
  return directory?.segments.filter(({ segment }) => !local.has(segment)).length ?? 0
}

/** What is not the same after a push; of a file that was written to meanwhile the home may be ahead. */
const verifyPushed = async (
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
        const next = 'see "unroll store verify" for all of them'
        problems.push({ thread, segment, path, kind: verdict, atByte, message, next })
      }
    }
  })
  return E.map(() => problems)(done)
}

export const push = async (options: PushOptions): Promise<E.Either<StoreError, PushSummary>> => {
  const { home, wire, words, dryRun, signal, onProgress } = options
  const files = homeFiles(home)
  const notes = await notesOf(home)
  const threads = chosenThreads(files, words, notes.names)
  if (E.isLeft(threads)) return threads
  const byId = new Map(threads.right.map((one) => [one.thread, one]))
  const sums = { newThreads: 0, changedThreads: 0, lines: 0, bytes: 0, names: 0, keptFiles: 0 }
  const problems: Array<Problem> = []
  let [done, sentBytes] = [0, 0]
  const onBytes = (bytes: number): void => onProgress(done, byId.size, (sentBytes += bytes))
  const homeId = homeIdOf(home)
  const pusher: Pusher = { wire, files, homeId, dryRun, signal, onBytes }
  const take = (pushed: ThreadPushed): void => {
    const local = byId.get(pushed.thread)
    sums.newThreads += pushed.isNew && pushed.isChanged ? 1 : 0
    sums.changedThreads += pushed.isChanged ? 1 : 0
    sums.lines += pushed.lines
    sums.bytes += pushed.bytes
    sums.names += pushed.names
    sums.keptFiles += local === undefined ? 0 : keptFilesOf(pushed, local)
    problems.push(...pushed.problems)
    done += 1
    onBytes(0)
  }
  const pushed = await pushThreads(pusher, threads.right, notes, () => false, take)
  if (E.isLeft(pushed)) return pushed
  const isAll = words.length === 0
  const records = isAll ? await pushLogs(pusher, home) : E.right(0)
  if (E.isLeft(records)) return records
  if (options.verify === true && !dryRun && !signal.aborted) {
    const wrong = await verifyPushed(options, threads.right)
    if (E.isLeft(wrong)) return wrong
    const reported = new Set(problems.map(({ thread }) => thread))
    problems.push(...wrong.right.filter(({ thread }) => !reported.has(thread)))
  }
  return E.right({
    ...{ home, homeId, store: wire.name, dryRun, threads: byId.size, ...sums },
    ...{ records: records.right, leftOut: isAll ? files.documents() : 0, problems }
  })
}
