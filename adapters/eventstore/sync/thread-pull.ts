/**
 * Bringing one stream to the files of a home. What is there is never changed but by bytes behind its end, and only while
 * nobody else writes to the thread.
 */
import * as E from 'fp-ts/lib/Either.js'
import { basename, join } from 'node:path'
import { describe, type StoreError } from '../../../domain/errors.ts'
import { streamId } from '../../../domain/ids.ts'
import { threadStream } from '../stream/names.ts'
import type { NamedData, StoredSegment, StreamDirectory } from '../stream/stored.ts'
import { ioFailure } from '../../../replay/guarded.ts'
import { isHeldByCodex } from '../../home/codex-lock.ts'
import { lockWriter } from '../../jsonl/writer-lock.ts'
import type { Wire } from '../wire.ts'
import { openStream } from './cold.ts'
import { endsAll } from './failures.ts'
import type { SegmentFile } from './files.ts'
import { piecesOf } from './pieces.ts'
import { isDeleted } from './plan.ts'
import type { Problem } from './problems.ts'
import { newTarget, oldTarget, type FilePulled, type Target } from './pull-file.ts'
import { makeFolderOf, refusalOf } from './safe-path.ts'
import { openFile, standingOf } from './standing.ts'
import type { Staging } from './staging.ts'

/** What a pull works with. */
export interface Puller {
  readonly wire: Wire
  readonly home: string
  readonly staging: Staging
  /** Files of the home by segment, as they were when the pull began. */
  readonly here: ReadonlyMap<string, SegmentFile>
  /** Ends it; what is whole stays. */
  readonly signal: AbortSignal
  readonly onBytes: (bytes: number) => void
}

/** What became of a thread. */
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

type Say = (kind: Problem['kind'], message: string, next: string, atByte?: number) => Problem

/** Problems of a segment, or of the thread. */
const sayOf =
  (thread: string, segment: StoredSegment | null): Say =>
  (kind, message, next, atByte) => ({
    ...{ thread, segment: segment?.segment ?? null, path: segment?.path ?? null },
    ...{ kind, atByte: atByte ?? null, message, next }
  })

/** A segment that has to be read, and where it goes. */
interface Wanted {
  readonly segment: StoredSegment
  readonly target: Target
}

/** What is known of the files of a thread before its stream is read. */
interface Looked {
  readonly wanted: Map<string, Wanted>
  readonly problems: Array<Problem>
  equal: number
}

const lookAtOld = (
  { home, staging }: Puller,
  looked: Looked,
  segment: StoredSegment,
  file: SegmentFile,
  say: Say
): void => {
  if (file.path !== segment.path)
    looked.problems.push(
      say(
        'elsewhere',
        `in this home it lies at ${file.path}`,
        `move it with "unroll archive" or "unroll unarchive ${file.thread}"`
      )
    )
  const open = openFile(file.file, file.compressed)
  const standing = standingOf(open.source, segment)
  if (standing.kind === 'other') {
    const target = oldTarget(staging, join(home, file.path), open, file.compressed)
    looked.wanted.set(segment.segment, { segment, target })
    return
  }
  open.close()
  if (standing.kind === 'same') looked.equal += 1
  else looked.problems.push(aheadOf(say, standing.from))
}

const aheadOf = (say: Say, atByte: number): Problem =>
  say(
    'home_ahead',
    `the file holds more than the store, from byte ${atByte} on`,
    'bring it there with "unroll store push"',
    atByte
  )

const lookAt = (puller: Puller, looked: Looked, thread: string, segment: StoredSegment): void => {
  const say = sayOf(thread, segment)
  const refusal = refusalOf(segment.path, thread, segment.segment)
  if (refusal !== null) {
    const next = `see what it is with "unroll store verify ${thread}"`
    looked.problems.push(say('refused', `it is not written: ${refusal}`, next))
    return
  }
  const file = puller.here.get(segment.segment)
  if (file !== undefined) {
    lookAtOld(puller, looked, segment, file, say)
    return
  }
  const folder = makeFolderOf(puller.home, segment.path)
  if (E.isLeft(folder))
    looked.problems.push(say('failed', describe(folder.left), 'pull to another folder with --to'))
  else {
    const target = newTarget(puller.staging, join(folder.right, basename(segment.path)))
    looked.wanted.set(segment.segment, { segment, target })
  }
}

const problemOf = (say: Say, thread: string, pulled: FilePulled): Problem | null => {
  switch (pulled.kind) {
    case 'created':
    case 'appended':
    case 'equal':
      return null
    case 'home_ahead':
      return aheadOf(say, pulled.atByte)
    case 'diverged':
      return say(
        'diverged',
        `the file holds other bytes than the store from byte ${pulled.atByte} on`,
        `pull the store's to another folder with "unroll store pull ${thread} --to DIR"`,
        pulled.atByte
      )
    case 'busy':
      return say('busy', pulled.reason, 'pull again later')
  }
}

/** Reads the stream into its files. */
const fetch = async (
  { wire, onBytes, signal }: Puller,
  thread: string,
  { wanted, problems, equal }: Looked,
  last: NamedData | null
): Promise<ThreadPulled> => {
  const names: Array<NamedData> = []
  for await (const piece of piecesOf(wire, threadStream(thread))) {
    if (signal.aborted) {
      for (const { target } of wanted.values()) target.abandon()
      return nothing(thread)
    }
    if (piece.kind === 'fact') {
      if (piece.fact.type === 'unroll-named') names.push(piece.fact.data as unknown as NamedData)
      continue
    }
    if (piece.kind === 'fault') {
      const { segment = null } = wanted.get(piece.segment) ?? {}
      const message = `the store is damaged at revision ${piece.revision}: ${piece.reason}`
      const next = `see "unroll store verify ${thread}"`
      const damage = sayOf(thread, segment)('damaged', message, next, piece.offset)
      for (const { target } of wanted.values()) target.abandon()
      return { ...nothing(thread), equal, names, problems: [...problems, damage] }
    }
    wanted.get(piece.segment)?.target.take(piece.bytes)
    if (wanted.has(piece.segment)) onBytes(piece.bytes.length)
  }
  const sums = { created: 0, appended: 0, equal, bytes: 0 }
  for (const { segment, target } of wanted.values()) {
    const pulled = target.finish(segment.modifiedAtMs)
    const problem = problemOf(sayOf(thread, segment), thread, pulled)
    if (problem !== null) problems.push(problem)
    else if (pulled.kind === 'equal') sums.equal += 1
    else if (pulled.kind === 'created' || pulled.kind === 'appended') {
      sums[pulled.kind] += 1
      sums.bytes += pulled.bytes
    }
  }
  return { thread, ...sums, names: names.length === 0 && last !== null ? [last] : names, problems }
}

const nothing = (thread: string): ThreadPulled => ({
  ...{ thread, created: 0, appended: 0, equal: 0, bytes: 0, names: [], problems: [] }
})

const withLock = async (
  { home }: Puller,
  thread: string,
  use: () => Promise<ThreadPulled>
): Promise<ThreadPulled> => {
  const busy = (reason: string): ThreadPulled => ({
    ...nothing(thread),
    problems: [sayOf(thread, null)('busy', reason, 'pull again when it is closed there')]
  })
  if (isHeldByCodex(home, thread)) return busy('a running Codex has the thread open')
  const lock = await lockWriter(home, streamId(thread))
  if (E.isLeft(lock)) return busy(describe(lock.left))
  try {
    return isHeldByCodex(home, thread) ? busy('a running Codex has the thread open') : await use()
  } finally {
    lock.right.release()
  }
}

const fetchAll = async (
  puller: Puller,
  thread: string,
  directory: StreamDirectory
): Promise<ThreadPulled> => {
  const looked: Looked = { wanted: new Map(), problems: [], equal: 0 }
  try {
    for (const segment of directory.segments) lookAt(puller, looked, thread, segment)
    if (looked.wanted.size > 0) return await fetch(puller, thread, looked, directory.name)
  } catch (cause) {
    for (const { target } of looked.wanted.values()) target.abandon()
    throw cause
  }
  const { equal, problems } = looked
  const names = directory.name === null ? [] : [directory.name]
  return { ...nothing(thread), equal, problems, names }
}

/** True when some file has to be read from the store. */
const isBehind = (puller: Puller, directory: StreamDirectory): boolean =>
  directory.segments.some((segment) => {
    const file = puller.here.get(segment.segment)
    if (file === undefined) return true
    const open = openFile(file.file, file.compressed)
    try {
      return standingOf(open.source, segment).kind === 'other'
    } finally {
      open.close()
    }
  })

/**
 * Pulls a thread. What is wrong with it is told as a problem; `Left` when the server cannot be reached or refuses.
 */
export const pullThread = async (
  puller: Puller,
  thread: string
): Promise<E.Either<StoreError, ThreadPulled>> => {
  const say = sayOf(thread, null)
  try {
    const directory = await openStream(puller.wire, threadStream(thread))
    if (directory === null || directory.facts < 0)
      return E.left({ _tag: 'StreamNotFound', streamId: thread })
    if (isDeleted(directory)) {
      const next = `restore it in the store with "unroll restore ${thread}"`
      const gone = say('deleted', 'the thread is deleted in the store', next)
      return E.right({ ...nothing(thread), problems: [gone] })
    }
    const run = () => fetchAll(puller, thread, directory)
    const isHere = directory.segments.some(({ segment }) => puller.here.has(segment))
    const needsLock = isHere && isBehind(puller, directory)
    return E.right(needsLock ? await withLock(puller, thread, run) : await run())
  } catch (cause) {
    const error = ioFailure(cause, puller.home)
    if (endsAll(error)) return E.left(error)
    return E.right({ ...nothing(thread), problems: [say('failed', describe(error), 'pull again')] })
  }
}
