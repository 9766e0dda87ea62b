/**
 * Bringing one thread of a home to its stream: only what is new, and nothing where the files do not go on from what the
 * store holds. Killed at any point and called again it writes what is missing; called twice at once it writes once.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isDeepStrictEqual } from 'node:util'
import { describe, type StoreError } from '../../../../domain/errors.ts'
import { ioFailure } from '../../../../replay/guarded.ts'
import { lossOf, LOST_REASONS } from '../directory/lost.ts'
import { readDirectory } from '../directory/read-directory.ts'
import { EMPTY, segmentBytes, segmentOf } from '../stream/directory.ts'
import { threadStream } from '../stream/names.ts'
import type { AppendCall } from '../stream/pack.ts'
import { Planner } from '../stream/plan.ts'
import type { NewFact, StoredSegment, StreamDirectory } from '../stream/stored.ts'
import { callBytesMaxOf, writeCalls, type CallsResult } from '../threads/write.ts'
import type { ThreadFiles } from './home.ts'
import { cutLines } from './local-file.ts'
import { endsAll, lossProblem, problemAt, type Problem, type ProblemPlace } from './problems.ts'
import {
  compareFiles,
  isDeleted,
  lineageOf,
  newImports,
  newNames,
  placedFacts,
  type ComparedRollout,
  type LocalThread,
  type Pusher,
  type ThreadPush
} from './thread-difference.ts'

export interface ThreadPushed {
  readonly thread: string
  readonly isNew: boolean
  /** Events that were appended, or would be. */
  readonly lines: number
  readonly bytes: number
  readonly names: number
  readonly isChanged: boolean
  readonly problems: ReadonlyArray<Problem>
  /** What the stream holds now; null when there is none. */
  readonly directory: StreamDirectory | null
}

/** Attempts while others write to the stream, before `Busy`. */
const ATTEMPTS_MAX = 16

const sendCalls = async (
  { pusher, stream }: ThreadPush,
  calls: E.Either<StoreError, ReadonlyArray<AppendCall>>
): Promise<E.Either<StoreError, CallsResult>> => {
  if (E.isLeft(calls)) return calls
  if (pusher.dryRun) return E.right('written')
  return writeCalls(pusher.wire, stream, calls.right, pusher.signal)
}

/** Sends what stands behind the place up to which the store has a file; `hasTail`: the store has an unfinished line there. */
const sendFile = async (
  push: ThreadPush,
  planner: Planner,
  { segment, open, standing }: ComparedRollout,
  hasTail: boolean
): Promise<E.Either<StoreError, CallsResult>> => {
  const chunks = cutLines(open.source, standing.kind === 'longer' ? standing.from : 0)
  let isTailReplaced = !hasTail
  for (;;) {
    const chunk = chunks.next()
    if (chunk.done === true) {
      const waits = push.local.isHot || (chunk.value.length === 0 && isTailReplaced)
      return waits ? E.right('written') : sendCalls(push, planner.tail(segment, chunk.value))
    }
    isTailReplaced = true
    const bytes = chunk.value.reduce((sum, line) => sum + line.length + 1, 0)
    const sent = await sendCalls(push, planner.lines(segment, chunk.value))
    if (E.isLeft(sent) || sent.right !== 'written') return sent
    push.pusher.onBytes(bytes)
  }
}

/**
 * Writes facts, what is new in one file after the other, and names, each file planned from where the one before it ended.
 * Answers the directory behind, or why not all of it was written.
 */
const sendThread = async (
  push: ThreadPush,
  start: StreamDirectory,
  before: ReadonlyArray<NewFact>,
  grown: ReadonlyArray<ComparedRollout>,
  after: ReadonlyArray<NewFact>
): Promise<E.Either<StoreError, StreamDirectory | Exclude<CallsResult, 'written'>>> => {
  const { pusher, stream } = push
  const isOnlyFacts = grown.length === 0 && before.length + after.length > 0
  const parts = isOnlyFacts ? [null] : grown
  let directory = start
  for (const [i, file] of parts.entries()) {
    const writer = { source: 'push', home: pusher.homeId, nonce: '' } as const
    const planner = new Planner({
      stream,
      directory,
      callBytesMax: callBytesMaxOf(pusher.wire),
      writer: file === null ? writer : { ...writer, atMs: file.modifiedAtMs },
      together: false
    })
    if (i === 0) for (const fact of before) planner.fact(fact)
    if (file !== null) {
      const hasTail = (segmentOf(start, file.segment)?.tail ?? null) !== null
      const sent = await sendFile(push, planner, file, hasTail)
      if (E.isLeft(sent)) return sent
      if (sent.right !== 'written') return E.right(sent.right)
    }
    if (i === parts.length - 1) for (const fact of after) planner.fact(fact)
    const rest = planner.end()
    if (E.isLeft(rest)) return rest
    const sent = await sendCalls(push, E.right(rest.right.calls))
    if (E.isLeft(sent)) return sent
    if (sent.right !== 'written') return E.right(sent.right)
    directory = rest.right.directory
  }
  return E.right(directory)
}

const placeOf = ({ thread, files }: ThreadFiles): ProblemPlace => ({
  thread,
  path: files[0]?.path
})

const threadProblem = (
  local: ThreadFiles,
  ...problem: [kind: Problem['kind'], message: string, next: string]
): Problem => problemAt(placeOf(local), ...problem)

const deletedProblem = (local: ThreadFiles, isForGood: boolean): Problem => {
  const { thread } = local
  const here = `delete it here too with "unroll delete ${thread}"`
  return isForGood
    ? threadProblem(
        local,
        'deleted',
        'the thread was deleted for good in the store, which takes its id never again',
        `keep it here, or ${here}`
      )
    : threadProblem(
        local,
        'deleted',
        'the thread was deleted in the store; it is not brought back',
        `${here}, or restore it in the store with "unroll restore ${thread} --store …"`
      )
}

/** Compares what the server holds with what was planned; none when it is the same, or others have gone on from there. */
const readBack = async (
  { pusher, local, stream }: ThreadPush,
  planned: StreamDirectory
): Promise<ReadonlyArray<Problem>> => {
  const held = await readDirectory(pusher.wire, stream)
  const loss = await lossOf(pusher.wire, stream, held ?? EMPTY)
  if (loss !== null) return [lossProblem(placeOf(local), LOST_REASONS[loss])]
  const contentOf = (directory: StreamDirectory | null) =>
    directory?.segments.map(({ segment, lines, bytes, last }) => [segment, lines, bytes, last])
  const isSame =
    held !== null &&
    (held.revision > planned.revision || isDeepStrictEqual(contentOf(held), contentOf(planned)))
  if (isSame) return []
  const next = `see which with "unroll store verify ${local.thread}"`
  const message = 'the server holds other events than those that it took'
  return [threadProblem(local, 'damaged', message, next)]
}

type AttemptResult = Pick<ThreadPushed, 'names' | 'isChanged' | 'problems'> & {
  readonly directory: StreamDirectory
}

/** Null when the stream is not what it was planned from. */
const attempt = async (
  push: ThreadPush,
  directory: StreamDirectory,
  closing: Array<() => void>
): Promise<E.Either<StoreError, AttemptResult | null>> => {
  const { pusher, local, stream } = push
  const kept = (problem: Problem) =>
    E.right({ names: 0, isChanged: false, directory, problems: [problem] })
  if (isDeleted(directory)) return kept(deletedProblem(local, directory.purged))
  const loss = await lossOf(pusher.wire, stream, directory)
  if (loss !== null) return kept(lossProblem(placeOf(local), LOST_REASONS[loss]))
  const compared = await compareFiles(push, directory, closing)
  if (compared === null) return E.right(null)
  const { sound, problems } = compared
  const lineage = lineageOf(push, directory)
  await local.after(lineage.map((one) => one.thread))
  const imports = await newImports(push, directory)
  const names = newNames(directory.name, local.names)
  const sent = await sendThread(
    push,
    directory,
    [
      ...placedFacts(directory, sound, lineage, sound.length === local.files.length),
      ...imports.map((data) => ({ type: 'unroll-imported', data }) as const)
    ],
    sound.filter(({ standing }) => standing.kind === 'longer'),
    names.map((data) => ({ type: 'unroll-named', data }) as const)
  )
  if (E.isLeft(sent))
    return sent.left._tag === 'StoreRefused' && sent.left.tombstoned === true
      ? kept(deletedProblem(local, true))
      : sent
  if (sent.right === 'moved') return E.right(null)
  const isStopped = sent.right === 'stopped'
  const after =
    sent.right === 'stopped'
      ? ((await readDirectory(pusher.wire, stream)) ?? directory)
      : sent.right
  const isChanged = after.revision > directory.revision
  const wrong = isChanged && !isStopped && !pusher.dryRun ? await readBack(push, after) : []
  return E.right({
    names: isStopped ? 0 : names.length,
    isChanged,
    directory: after,
    problems: [...problems, ...wrong]
  })
}

const total = (
  { segments }: StreamDirectory,
  countOf: (segment: StoredSegment) => number
): number => segments.reduce((sum, one) => sum + countOf(one), 0)

/**
 * Brings a thread to its stream. What is wrong with one thread or file is told as a problem; `Left` when the server cannot
 * be reached or refuses.
 */
export const pushThread = async (
  pusher: Pusher,
  local: LocalThread
): Promise<E.Either<StoreError, ThreadPushed>> => {
  const { thread } = local
  const stream = threadStream(thread)
  const failed = (error: StoreError): E.Either<StoreError, ThreadPushed> =>
    E.right({
      ...{ thread, isNew: false, lines: 0, bytes: 0, names: 0, isChanged: false, directory: null },
      problems: [threadProblem(local, 'failed', describe(error), 'push again')]
    })
  let start: StreamDirectory | null = null
  for (let tries = 0; tries < ATTEMPTS_MAX; tries++) {
    const closing: Array<() => void> = []
    try {
      const before = (await readDirectory(pusher.wire, stream)) ?? EMPTY
      start ??= before
      const pushed = await attempt({ pusher, local, stream }, before, closing)
      if (E.isLeft(pushed)) return pushed
      if (pushed.right === null) continue
      const { directory } = pushed.right
      const lines = ({ lines: count }: StoredSegment): number => count
      return E.right({
        ...{ thread, ...pushed.right, isNew: start.facts < 0 },
        lines: total(directory, lines) - total(start, lines),
        bytes: total(directory, segmentBytes) - total(start, segmentBytes)
      })
    } catch (cause) {
      const error = ioFailure(cause, local.files[0]?.file ?? '')
      return endsAll(error) ? E.left(error) : failed(error)
    } finally {
      for (const close of closing) close()
    }
  }
  return failed({ _tag: 'Busy', what: `stream ${stream}` })
}
