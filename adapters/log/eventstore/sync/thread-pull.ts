/**
 * Bringing one stream to the files of a home. What is there is never changed but by bytes behind its end, and only while
 * nobody else writes to the thread.
 */
import * as E from 'fp-ts/lib/Either.js'
import { basename, join } from 'node:path'
import { describe, type StoreError } from '../../../../domain/errors.ts'
import { streamId } from '../../../../domain/ids.ts'
import { ioFailure } from '../../../../replay/guarded.ts'
import { isHeldByCodex } from '../../../home/codex-lock.ts'
import { lockWriter } from '../../jsonl/writer-lock.ts'
import { lossOf, LOST_REASONS, type LostThread } from '../directory/lost.ts'
import { readDirectory } from '../directory/read-directory.ts'
import { EMPTY } from '../stream/directory.ts'
import { threadStream } from '../stream/names.ts'
import type { NamedData, StoredSegment, StreamDirectory } from '../stream/stored.ts'
import type { Wire } from '../wire.ts'
import type { SegmentFile } from './home.ts'
import { openFile, standingOf } from './local-file.ts'
import { piecesOf } from './pieces.ts'
import {
  comparisonProblem,
  endsAll,
  lossProblem,
  missingHistoryProblem,
  problemAt,
  type Problem
} from './problems.ts'
import { makeFolderOf, refusalOf } from './safe-path.ts'
import { newTarget, oldTarget, type PulledFile, type PullStaging, type Target } from './target.ts'
import { isDeleted } from './thread-difference.ts'

export interface Puller {
  readonly wire: Wire
  readonly home: string
  readonly staging: PullStaging
  /** Files of the home by segment, as they were when the pull began. */
  readonly local: ReadonlyMap<string, SegmentFile>
  /** False for a thread that comes along, because the history of another leads through it. */
  readonly isMeant: (thread: string) => boolean
  readonly lostOf: (thread: string) => Promise<LostThread | undefined>
  /** Ends it; what is whole stays. */
  readonly signal: AbortSignal
  readonly onBytes: (bytes: number) => void
}

export interface ThreadPulled {
  readonly thread: string
  readonly created: number
  readonly appended: number
  readonly equal: number
  readonly bytes: number
  /** Names the store has for it, oldest first: all of them where the stream was read, else the last. */
  readonly names: ReadonlyArray<NamedData>
  readonly problems: ReadonlyArray<Problem>
}

const nothingPulled = (thread: string, ...problems: ReadonlyArray<Problem>): ThreadPulled => ({
  ...{ thread, created: 0, appended: 0, equal: 0, bytes: 0, names: [], problems }
})

const placeOf = (thread: string, { segment, path }: StoredSegment) => ({ thread, segment, path })

/** Plans, before a stream is read, which of its segments are wanted and where they go. */
class FilePlan {
  readonly wanted = new Map<string, { readonly segment: StoredSegment; readonly target: Target }>()
  readonly problems: Array<Problem> = []
  equal = 0
  readonly #puller: Puller
  readonly #thread: string

  constructor(puller: Puller, thread: string) {
    this.#puller = puller
    this.#thread = thread
  }

  add(segment: StoredSegment): void {
    const thread = this.#thread
    const place = placeOf(thread, segment)
    const refusal = refusalOf(segment.path, thread, segment.segment)
    if (refusal !== null) {
      const next = `see what it is with "unroll store verify ${thread}"`
      this.problems.push(problemAt(place, 'refused', `it is not written: ${refusal}`, next))
      return
    }
    const file = this.#puller.local.get(segment.segment)
    if (file !== undefined) return this.#addOld(segment, file)
    const { home, staging } = this.#puller
    const folder = makeFolderOf(home, segment.path)
    if (E.isLeft(folder)) {
      const next = 'pull to another folder with --to'
      this.problems.push(problemAt(place, 'failed', describe(folder.left), next))
      return
    }
    const target = newTarget(staging, join(folder.right, basename(segment.path)))
    this.wanted.set(segment.segment, { segment, target })
  }

  #addOld(segment: StoredSegment, file: SegmentFile): void {
    const { home, staging } = this.#puller
    const place = placeOf(this.#thread, segment)
    if (file.path !== segment.path) {
      const next = `move it with "unroll archive" or "unroll unarchive ${file.thread}"`
      const message = `in this home it lies at ${file.path}`
      this.problems.push(problemAt(place, 'elsewhere', message, next))
    }
    const open = openFile(file.file, file.compressed)
    const standing = standingOf(open.source, segment)
    if (standing.kind === 'other') {
      const target = oldTarget(staging, join(home, file.path), open, file.compressed)
      this.wanted.set(segment.segment, { segment, target })
      return
    }
    open.close()
    if (standing.kind === 'same') this.equal += 1
    else this.#addProblem(segment, { kind: 'home_ahead', atByte: standing.from })
  }

  #addProblem(
    segment: StoredSegment,
    result: Exclude<PulledFile, { readonly bytes: number }>
  ): void {
    const place = placeOf(this.#thread, segment)
    const diverged = `pull the store's to another folder with "unroll store pull ${this.#thread} --to DIR"`
    const problem =
      result.kind === 'busy'
        ? problemAt(place, 'busy', result.reason, 'pull again later')
        : comparisonProblem(place, result, { diverged })
    if (problem !== null) this.problems.push(problem)
  }

  abandon(): void {
    for (const { target } of this.wanted.values()) target.abandon()
  }

  finish(): Pick<ThreadPulled, 'created' | 'appended' | 'equal' | 'bytes'> {
    const sums = { created: 0, appended: 0, equal: this.equal, bytes: 0 }
    for (const { segment, target } of this.wanted.values()) {
      const result = target.finish(segment.modifiedAtMs)
      if ('bytes' in result) {
        sums[result.kind] += 1
        sums.bytes += result.bytes
      } else if (result.kind === 'equal') sums.equal += 1
      else this.#addProblem(segment, result)
    }
    return sums
  }
}

const readInto = async (
  plan: FilePlan,
  { wire, onBytes, signal }: Puller,
  thread: string,
  lastName: NamedData | null
): Promise<ThreadPulled> => {
  const { wanted, problems, equal } = plan
  const names: Array<NamedData> = []
  for await (const piece of piecesOf(wire, threadStream(thread))) {
    if (signal.aborted) {
      plan.abandon()
      return nothingPulled(thread)
    }
    if (piece.kind === 'fact') {
      if (piece.fact.type === 'unroll-named') names.push(piece.fact.data as unknown as NamedData)
      continue
    }
    const file = wanted.get(piece.segment)
    if (piece.kind === 'fault') {
      const place = file === undefined ? { thread } : placeOf(thread, file.segment)
      const message = `the store is damaged at revision ${piece.revision}: ${piece.reason}`
      const next = `see "unroll store verify ${thread}"`
      const damage = problemAt(place, 'damaged', message, next, piece.offset)
      plan.abandon()
      return { ...nothingPulled(thread, ...problems, damage), equal, names }
    }
    if (file === undefined) continue
    file.target.take(piece.bytes)
    onBytes(piece.bytes.length)
  }
  const sums = plan.finish()
  const known = names.length === 0 && lastName !== null ? [lastName] : names
  return { thread, ...sums, names: known, problems }
}

const pullFiles = async (
  puller: Puller,
  thread: string,
  { segments, name }: StreamDirectory
): Promise<ThreadPulled> => {
  const plan = new FilePlan(puller, thread)
  try {
    for (const segment of segments) plan.add(segment)
    if (plan.wanted.size > 0) return await readInto(plan, puller, thread, name)
  } catch (cause) {
    plan.abandon()
    throw cause
  }
  const { equal, problems } = plan
  return { ...nothingPulled(thread, ...problems), equal, names: name === null ? [] : [name] }
}

/** True when a file that is there has to be read from the store. */
const hasOldFileBehind = ({ local }: Puller, { segments }: StreamDirectory): boolean => {
  if (!segments.some(({ segment }) => local.has(segment))) return false
  return segments.some((segment) => {
    const file = local.get(segment.segment)
    if (file === undefined) return true
    const open = openFile(file.file, file.compressed)
    try {
      return standingOf(open.source, segment).kind === 'other'
    } finally {
      open.close()
    }
  })
}

const withLock = async (
  { home }: Puller,
  thread: string,
  use: () => Promise<ThreadPulled>
): Promise<ThreadPulled> => {
  const busy = (reason: string): ThreadPulled =>
    nothingPulled(
      thread,
      problemAt({ thread }, 'busy', reason, 'pull again when it is closed there')
    )
  const held = 'a running Codex has the thread open'
  if (isHeldByCodex(home, thread)) return busy(held)
  const lock = await lockWriter(home, streamId(thread))
  if (E.isLeft(lock)) return busy(describe(lock.left))
  try {
    return isHeldByCodex(home, thread) ? busy(held) : await use()
  } finally {
    lock.right.release()
  }
}

/**
 * Pulls a thread. What is wrong with it is told as a problem; `Left` when the server cannot be reached or refuses.
 */
export const pullThread = async (
  puller: Puller,
  thread: string
): Promise<E.Either<StoreError, ThreadPulled>> => {
  const failed = (...problem: [kind: Problem['kind'], message: string, next: string]) =>
    E.right(nothingPulled(thread, problemAt({ thread }, ...problem)))
  try {
    const stream = threadStream(thread)
    const directory = await readDirectory(puller.wire, stream)
    if (directory === null || directory.facts < 0) {
      const loss = await lossOf(puller.wire, stream, directory ?? EMPTY)
      // The path, and tombstones, are told by the log only.
      const known = await puller.lostOf(thread)
      const reason = loss === null ? known?.reason : LOST_REASONS[loss]
      if (reason !== undefined)
        return E.right(nothingPulled(thread, lossProblem({ thread, path: known?.path }, reason)))
      return puller.isMeant(thread)
        ? E.left({ _tag: 'StreamNotFound', streamId: thread })
        : E.right(nothingPulled(thread, missingHistoryProblem({ thread })))
    }
    if (isDeleted(directory)) {
      const next = `restore it in the store with "unroll restore ${thread}"`
      return failed('deleted', 'the thread is deleted in the store', next)
    }
    const run = () => pullFiles(puller, thread, directory)
    const needsLock = hasOldFileBehind(puller, directory)
    return E.right(needsLock ? await withLock(puller, thread, run) : await run())
  } catch (cause) {
    const error = ioFailure(cause, puller.home)
    return endsAll(error) ? E.left(error) : failed('failed', describe(error), 'pull again')
  }
}
