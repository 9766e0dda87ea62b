/**
 * Verifying a store: every line is read again, its SHA-256 is computed anew, and its place compared with what stands before it;
 * with a home every byte is compared with its file too.
 */
import * as E from 'fp-ts/lib/Either.js'
import { createHash, type Hash } from 'node:crypto'
import type { StoreError } from '../../../domain/errors.ts'
import { threadStream } from '../stream/names.ts'
import type { StoredSegment, StreamDirectory } from '../stream/stored.ts'
import { ioFailure } from '../../../replay/guarded.ts'
import type { Wire } from '../wire.ts'
import { openStream } from './cold.ts'
import { comparisonWith, type Comparison } from './comparison.ts'
import { endsAll } from './failures.ts'
import type { SegmentFile } from './files.ts'
import { eachInFlight } from './in-flight.ts'
import { piecesOf } from './pieces.ts'
import { isDeleted } from './plan.ts'
import { openFile, type OpenFile } from './standing.ts'

/** What became of the comparison of a segment or a thread. */
export type VerifiedAs =
  /** The store holds what it says; nothing was compared with it. */
  | 'sound'
  | 'equal'
  | 'store_ahead'
  | 'home_ahead'
  | 'diverged'
  | 'only_in_store'
  | 'only_in_home'
  /** Deleted in the store; a home may still have the files. */
  | 'deleted'
  /** What the store holds is not what it says. */
  | 'damaged'
  /** The file cannot be read. */
  | 'unreadable'

/** One file of a thread. */
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

/** Worst last. */
const ORDER: ReadonlyArray<VerifiedAs> = [
  'sound',
  'equal',
  'deleted',
  'only_in_store',
  'only_in_home',
  'store_ahead',
  'home_ahead',
  'unreadable',
  'diverged',
  'damaged'
]

const FINE: ReadonlySet<VerifiedAs> = new Set(['sound', 'equal', 'deleted'])

/** True when store and home are the same, as far as they should be. */
export const isFine = ({ verdict }: Pick<VerifiedThread, 'verdict'>): boolean => FINE.has(verdict)

/** What is verified. */
export interface Verifying {
  readonly wire: Wire
  readonly thread: string
  /** Files of the thread in the home; null when the store is looked at by itself. */
  readonly files: ReadonlyArray<SegmentFile> | null
  readonly signal: AbortSignal
  readonly onBytes: (bytes: number) => void
}

interface Open {
  readonly file: OpenFile
  readonly comparison: Comparison
}

/** A segment while its bytes come in. */
interface Reading {
  readonly hash: Hash
  bytes: number
}

interface Read {
  readonly readings: ReadonlyMap<string, Reading>
  readonly fault: {
    readonly segment: string
    readonly offset: number
    readonly reason: string
  } | null
}

const read = async (
  { wire, thread, signal, onBytes }: Verifying,
  opened: ReadonlyMap<string, Open>,
  eventsMax: number
): Promise<Read> => {
  const readings = new Map<string, Reading>()
  for await (const piece of piecesOf(wire, threadStream(thread), eventsMax)) {
    if (signal.aborted) break
    if (piece.kind === 'fact') continue
    if (piece.kind === 'fault') {
      const { segment, offset, reason, revision } = piece
      return { readings, fault: { segment, offset, reason: `revision ${revision}: ${reason}` } }
    }
    const { segment, bytes } = piece
    const reading = readings.get(segment) ?? { hash: createHash('sha256'), bytes: 0 }
    readings.set(segment, reading)
    reading.hash.update(bytes)
    reading.bytes += bytes.length
    opened.get(segment)?.comparison.take(bytes)
    onBytes(bytes.length)
  }
  return { readings, fault: null }
}

const sizeOf = ({ bytes, tail }: StoredSegment): number => bytes + (tail?.bytes ?? 0)

const segmentVerdict = (
  segment: StoredSegment,
  { readings, fault }: Read,
  open: Open | undefined,
  hasHome: boolean
): Pick<VerifiedSegment, 'verdict' | 'atByte' | 'reason'> => {
  const read = readings.get(segment.segment)?.bytes ?? 0
  if (fault !== null && (fault.segment === segment.segment || read < sizeOf(segment)))
    return { verdict: 'damaged', atByte: read, reason: fault.reason }
  if (read !== sizeOf(segment)) {
    const reason = `it holds ${read} bytes, and says ${sizeOf(segment)}`
    return { verdict: 'damaged', atByte: Math.min(read, sizeOf(segment)), reason }
  }
  if (!hasHome) return { verdict: 'sound', atByte: null, reason: null }
  if (open === undefined) return { verdict: 'only_in_store', atByte: null, reason: null }
  const verdict = open.comparison.verdict()
  const atByte = verdict.kind === 'equal' ? null : verdict.atByte
  return { verdict: verdict.kind, atByte, reason: null }
}

const onlyHere = ({ segment, path }: SegmentFile): VerifiedSegment => ({
  ...{ segment, path, verdict: 'only_in_home', atByte: null },
  ...{ lines: 0, bytes: 0, sha256: null, reason: null }
})

const worst = (segments: ReadonlyArray<VerifiedSegment>, otherwise: VerifiedAs): VerifiedAs =>
  segments.reduce<VerifiedAs>(
    (found, { verdict }) => (ORDER.indexOf(verdict) > ORDER.indexOf(found) ? verdict : found),
    otherwise
  )

const segmentsOf = (
  { files }: Verifying,
  directory: StreamDirectory,
  done: Read,
  opened: ReadonlyMap<string, Open>
): ReadonlyArray<VerifiedSegment> =>
  directory.segments.map((segment) => {
    const open = opened.get(segment.segment)
    const found = segmentVerdict(segment, done, open, files !== null && !isDeleted(directory))
    const hash = found.verdict === 'damaged' ? undefined : done.readings.get(segment.segment)?.hash
    const sha256 = (hash ?? createHash('sha256')).digest('hex')
    return {
      ...{ segment: segment.segment, path: segment.path, ...found },
      ...{ lines: segment.lines, bytes: sizeOf(segment) },
      sha256: found.verdict === 'damaged' ? null : sha256
    }
  })

const verified = async (
  verifying: Verifying,
  opened: Map<string, Open>
): Promise<VerifiedThread> => {
  const { wire, thread, files } = verifying
  for (const { segment, file, compressed } of files ?? []) {
    const open = openFile(file, compressed)
    opened.set(segment, { file: open, comparison: comparisonWith(open.source) })
  }
  const directory = await openStream(wire, threadStream(thread))
  if (directory === null || directory.facts < 0) {
    const segments = (files ?? []).map(onlyHere)
    return { thread, verdict: worst(segments, 'only_in_home'), segments }
  }
  // What is appended meanwhile is not looked at: the directory does not know it.
  const done = await read(verifying, opened, directory.revision + 1)
  const known = new Set(directory.segments.map(({ segment }) => segment))
  const segments = [
    ...segmentsOf(verifying, directory, done, opened),
    ...(files ?? []).filter(({ segment }) => !known.has(segment)).map(onlyHere)
  ]
  const start = isDeleted(directory) ? 'deleted' : files === null ? 'sound' : 'equal'
  return { thread, verdict: worst(segments, start), segments }
}

/** Verifies one thread. `Left` when the server cannot be reached or refuses. */
export const verifyThread = async (
  verifying: Verifying
): Promise<E.Either<StoreError, VerifiedThread>> => {
  const opened = new Map<string, Open>()
  try {
    return E.right(await verified(verifying, opened))
  } catch (cause) {
    const error = ioFailure(cause, verifying.files?.[0]?.file ?? '')
    if (endsAll(error) || verifying.files === null) return E.left(error)
    const segments = verifying.files.map((file) => ({
      ...onlyHere(file),
      verdict: 'unreadable' as const
    }))
    return E.right({ thread: verifying.thread, verdict: 'unreadable', segments })
  } finally {
    for (const { file } of opened.values()) file.close()
  }
}

/** What a verification is asked. */
export interface VerifyOptions {
  readonly wire: Wire
  readonly threads: ReadonlyArray<string>
  /** Files of the home by thread; null when the store is looked at by itself. */
  readonly files: ReadonlyMap<string, ReadonlyArray<SegmentFile>> | null
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number, bytes: number) => void
  /** Told of each thread as soon as it is known, one after the other. */
  readonly onThread: (thread: VerifiedThread) => Promise<void>
}

/** How many threads came to which verdict, and what was read. */
export interface VerifySummary {
  readonly store: string
  readonly threads: number
  readonly bytes: number
  readonly verdicts: Readonly<Partial<Record<VerifiedAs, number>>>
}

const THREADS_IN_FLIGHT = 6

/** Verifies threads, several at a time. */
export const verify = async (
  options: VerifyOptions
): Promise<E.Either<StoreError, VerifySummary>> => {
  const { wire, threads, files, signal, onProgress, onThread } = options
  const verdicts: Partial<Record<VerifiedAs, number>> = {}
  let failure: StoreError | null = null
  let told: Promise<void> = Promise.resolve()
  let [done, bytes] = [0, 0]
  const progress = (more: number): void => onProgress(done, threads.length, (bytes += more))
  await eachInFlight(threads, THREADS_IN_FLIGHT, async (thread) => {
    if (failure !== null || signal.aborted) return
    const own = files === null ? null : (files.get(thread) ?? [])
    const found = await verifyThread({ wire, thread, files: own, signal, onBytes: progress })
    done += 1
    progress(0)
    if (E.isLeft(found)) failure = found.left
    else {
      const { right } = found
      verdicts[right.verdict] = (verdicts[right.verdict] ?? 0) + 1
      told = told.then(() => onThread(right))
      await told
    }
  })
  return failure === null
    ? E.right({ store: wire.name, threads: done, bytes, verdicts })
    : E.left(failure)
}
