/**
 * Verifying a store: every line is read again, its SHA-256 is computed anew, and its place compared with what stands before it;
 * with a home every byte is compared with its file too.
 */
import * as E from 'fp-ts/lib/Either.js'
import { createHash, type Hash } from 'node:crypto'
import type { StoreError } from '../../../../domain/errors.ts'
import { threadStream } from '../stream/names.ts'
import { EMPTY, segmentBytes } from '../stream/directory.ts'
import type { StoredSegment, StreamDirectory } from '../stream/stored.ts'
import { ioFailure } from '../../../../replay/guarded.ts'
import type { Wire } from '../wire.ts'
import {
  lossOf,
  LOST_REASONS,
  lostLookup,
  type AskLost,
  type LostThread
} from '../directory/lost.ts'
import { readDirectory } from '../directory/read-directory.ts'
import type { SegmentFile } from './home.ts'
import { eachInFlight } from './in-flight.ts'
import { piecesOf } from './pieces.ts'
import { comparisonWith, openFile, type Comparison, type OpenFile } from './local-file.ts'
import { endsAll } from './problems.ts'
import { isDeleted } from './thread-difference.ts'

/** Verdicts about a segment or a thread, the worst last. */
const VERDICTS = [
  /** The store holds what it says; nothing was compared with it. */
  'sound',
  'equal',
  /** Deleted in the store; a home may still have the files. */
  'deleted',
  'only_in_store',
  'only_in_home',
  'store_ahead',
  'home_ahead',
  /** The file cannot be read. */
  'unreadable',
  'diverged',
  /** What the store holds is not what it says. */
  'damaged',
  /** Neither the store nor the home has such a thread. */
  'unknown',
  /** Somebody took its stream away at the server, or what says where its files are. */
  'lost'
] as const

export type VerifiedAs = (typeof VERDICTS)[number]

const FINE: ReadonlySet<VerifiedAs> = new Set(['sound', 'equal', 'deleted'])

/** How one file of a thread compares with the store. */
export interface VerifiedSegment {
  readonly segment: string
  readonly path: string
  readonly verdict: VerifiedAs
  /** The first byte that is not the same, counted from 0; null where none is. */
  readonly atByte: number | null
  /** What the store holds: whole lines, and bytes with blank ones and a tail. */
  readonly lines: number
  readonly bytes: number
  /** Of those bytes, as `sha256sum` prints it for the file; null where they are not all there. */
  readonly sha256: string | null
  readonly reason: string | null
}

/** One thread; its verdict is the worst of its segments. */
export interface VerifiedThread {
  readonly thread: string
  readonly verdict: VerifiedAs
  readonly segments: ReadonlyArray<VerifiedSegment>
}

/** True when store and home are the same, as far as they should be. */
export const isFine = ({ verdict }: Pick<VerifiedThread, 'verdict'>): boolean => FINE.has(verdict)

export interface VerifyOptions {
  readonly wire: Wire
  readonly threads: ReadonlyArray<string>
  /** Files of the home by thread; null when the store is looked at by itself. */
  readonly files: ReadonlyMap<string, ReadonlyArray<SegmentFile>> | null
  /** Threads that somebody took away at the server, as the log tells; asked once, when a thread is not there. */
  readonly lost?: AskLost
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number, bytes: number) => void
  /** Called with each thread as soon as it is known, one after the other. */
  readonly onThread: (thread: VerifiedThread) => Promise<void>
}

export interface VerifySummary {
  readonly store: string
  readonly threads: number
  readonly bytes: number
  readonly verdicts: Readonly<Partial<Record<VerifiedAs, number>>>
}

interface Verification {
  readonly wire: Wire
  readonly thread: string
  readonly files: ReadonlyArray<SegmentFile> | null
  readonly lostOf: (thread: string) => Promise<LostThread | undefined>
  readonly signal: AbortSignal
  readonly onBytes: (bytes: number) => void
}

interface OpenSegment {
  readonly file: OpenFile
  readonly comparison: Comparison
}

interface StreamContent {
  readonly segments: ReadonlyMap<string, { readonly hash: Hash; bytes: number }>
  readonly fault: { readonly segment: string; readonly reason: string } | null
}

const readStream = async (
  { wire, thread, signal, onBytes }: Verification,
  opened: ReadonlyMap<string, OpenSegment>,
  eventsMax: number
): Promise<StreamContent> => {
  const segments = new Map<string, { readonly hash: Hash; bytes: number }>()
  for await (const piece of piecesOf(wire, threadStream(thread), eventsMax)) {
    if (signal.aborted) break
    if (piece.kind === 'fact') continue
    const { segment } = piece
    if (piece.kind === 'fault')
      return { segments, fault: { segment, reason: `revision ${piece.revision}: ${piece.reason}` } }
    const content = segments.get(segment) ?? { hash: createHash('sha256'), bytes: 0 }
    segments.set(segment, content)
    content.hash.update(piece.bytes)
    content.bytes += piece.bytes.length
    opened.get(segment)?.comparison.take(piece.bytes)
    onBytes(piece.bytes.length)
  }
  return { segments, fault: null }
}

const verdictOf = (
  segment: StoredSegment,
  { segments, fault }: StreamContent,
  open: OpenSegment | undefined,
  hasHome: boolean
): Pick<VerifiedSegment, 'verdict' | 'atByte' | 'reason'> => {
  const expected = segmentBytes(segment)
  const read = segments.get(segment.segment)?.bytes ?? 0
  if (fault !== null && (fault.segment === segment.segment || read < expected))
    return { verdict: 'damaged', atByte: read, reason: fault.reason }
  if (read !== expected) {
    const reason = `it holds ${read} bytes, and says ${expected}`
    return { verdict: 'damaged', atByte: Math.min(read, expected), reason }
  }
  if (!hasHome) return { verdict: 'sound', atByte: null, reason: null }
  if (open === undefined) return { verdict: 'only_in_store', atByte: null, reason: null }
  const result = open.comparison.result()
  return {
    verdict: result.kind,
    atByte: result.kind === 'equal' ? null : result.atByte,
    reason: null
  }
}

/** A file of which the store has nothing. */
const absentSegment = (
  { segment, path }: Pick<SegmentFile, 'segment' | 'path'>,
  verdict: 'only_in_home' | 'unreadable' | 'unknown' | 'lost',
  reason: string | null = null
): VerifiedSegment => ({
  ...{ segment, path, verdict, atByte: null },
  ...{ lines: 0, bytes: 0, sha256: null, reason }
})

/** A thread, with the worst verdict of its segments, or `otherwise` where that is worse. */
const threadOf = (
  thread: string,
  segments: ReadonlyArray<VerifiedSegment>,
  otherwise: VerifiedAs
): VerifiedThread => {
  const ranks = [otherwise, ...segments.map(({ verdict }) => verdict)].map((verdict) =>
    VERDICTS.indexOf(verdict)
  )
  return { thread, verdict: VERDICTS[Math.max(...ranks)] ?? otherwise, segments }
}

/** A thread that the store does not have: lost there, or in the home alone, or nowhere. */
const absentThread = async (
  { wire, thread, files, lostOf }: Verification,
  directory: StreamDirectory
): Promise<VerifiedThread> => {
  const stream = threadStream(thread)
  const reason = await lossOf(wire, stream, directory)
  // The path, and tombstones, are told by the log only.
  const known = await lostOf(thread)
  const found = (verdict: Parameters<typeof absentSegment>[1], why?: string): VerifiedThread => {
    const places = files ?? []
    const of = places.length > 0 ? places : [{ segment: thread, path: known?.path ?? stream }]
    return threadOf(
      thread,
      of.map((one) => absentSegment(one, verdict, why)),
      verdict
    )
  }
  if (reason !== null) return found('lost', LOST_REASONS[reason])
  if (known !== undefined) return found('lost', known.reason)
  return found((files ?? []).length > 0 ? 'only_in_home' : 'unknown')
}

const compareThread = async (
  verification: Verification,
  opened: Map<string, OpenSegment>
): Promise<VerifiedThread> => {
  const { wire, thread, files } = verification
  for (const { segment, file, compressed } of files ?? []) {
    const open = openFile(file, compressed)
    opened.set(segment, { file: open, comparison: comparisonWith(open.source) })
  }
  const onlyHere = (file: SegmentFile): VerifiedSegment => absentSegment(file, 'only_in_home')
  const directory = await readDirectory(wire, threadStream(thread))
  if (directory === null || directory.facts < 0)
    return absentThread(verification, directory ?? EMPTY)
  // What is appended meanwhile is not looked at: the directory does not know it.
  const content = await readStream(verification, opened, directory.revision + 1)
  const isCompared = files !== null && !isDeleted(directory)
  const stored = directory.segments.map((segment): VerifiedSegment => {
    const { segment: id, path, lines } = segment
    const found = verdictOf(segment, content, opened.get(id), isCompared)
    const hash = content.segments.get(id)?.hash ?? createHash('sha256')
    return {
      ...{ segment: id, path, ...found, lines, bytes: segmentBytes(segment) },
      sha256: found.verdict === 'damaged' ? null : hash.digest('hex')
    }
  })
  const known = new Set(stored.map(({ segment }) => segment))
  const others = (files ?? []).filter(({ segment }) => !known.has(segment)).map(onlyHere)
  const start = isDeleted(directory) ? 'deleted' : files === null ? 'sound' : 'equal'
  return threadOf(thread, [...stored, ...others], start)
}

/** `Left` when the server cannot be reached or refuses. */
const verifyThread = async (
  verification: Verification
): Promise<E.Either<StoreError, VerifiedThread>> => {
  const { thread, files } = verification
  const opened = new Map<string, OpenSegment>()
  try {
    return E.right(await compareThread(verification, opened))
  } catch (cause) {
    const error = ioFailure(cause, files?.[0]?.file ?? '')
    if (endsAll(error) || files === null) return E.left(error)
    const segments = files.map((file) => absentSegment(file, 'unreadable'))
    return E.right({ thread, verdict: 'unreadable', segments })
  } finally {
    for (const { file } of opened.values()) file.close()
  }
}

const THREADS_IN_FLIGHT = 6

export const verify = async (
  options: VerifyOptions
): Promise<E.Either<StoreError, VerifySummary>> => {
  const { wire, threads, files, signal, onProgress, onThread } = options
  const verdicts: Partial<Record<VerifiedAs, number>> = {}
  const lostOf = lostLookup(options.lost)
  let reported: Promise<void> = Promise.resolve()
  let [done, bytes] = [0, 0]
  const onBytes = (more: number): void => onProgress(done, threads.length, (bytes += more))
  const failure = await eachInFlight(threads, THREADS_IN_FLIGHT, async (thread) => {
    if (signal.aborted) return null
    const own = files === null ? null : (files.get(thread) ?? [])
    const found = await verifyThread({ wire, thread, files: own, lostOf, signal, onBytes })
    done += 1
    onBytes(0)
    if (E.isLeft(found)) return found.left
    const { right } = found
    verdicts[right.verdict] = (verdicts[right.verdict] ?? 0) + 1
    reported = reported.then(() => onThread(right))
    await reported
    return null
  })
  return failure === null
    ? E.right({ store: wire.name, threads: done, bytes, verdicts })
    : E.left(failure)
}
