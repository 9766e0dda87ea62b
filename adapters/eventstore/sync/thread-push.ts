/**
 * Bringing one thread of a home to its stream: only what is new, and nothing where the files do not go on from what the
 * store holds. Killed at any point and called again it writes what is missing; called twice at once it writes once.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isDeepStrictEqual } from 'node:util'
import { describe, type StoreError } from '../../../domain/errors.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { EMPTY } from '../stream/directory.ts'
import { threadStream } from '../stream/names.ts'
import type { NamedData, StoredLineage, StoredSegment, StreamDirectory } from '../stream/stored.ts'
import { ioFailure } from '../../../replay/guarded.ts'
import type { Wire } from '../wire.ts'
import { closerLook } from './closer-look.ts'
import { openStream } from './cold.ts'
import { endsAll } from './failures.ts'
import type { HomeFiles, SegmentFile, ThreadFiles } from './files.ts'
import { newImports } from './imports.ts'
import { partsOf, sendParts, type Seen } from './parts.ts'
import { isDeleted, planThread, type SeenFile } from './plan.ts'
import type { Problem } from './problems.ts'
import type { Limits } from './send.ts'
import { openFile, standingOf, type OpenFile } from './standing.ts'

/** What a push works with. */
export interface Pusher {
  readonly wire: Wire
  readonly files: HomeFiles
  readonly homeId: string
  readonly limits: Limits
  readonly dryRun: boolean
  /** Ends between two calls; what was written counts, and the next push goes on there. */
  readonly signal: AbortSignal
  /** Bytes of rollouts that arrived. */
  readonly onBytes: (bytes: number) => void
}

/** A thread as the home tells it. */
export interface ThreadTold extends ThreadFiles {
  /** Oldest first. */
  readonly names: ReadonlyArray<NamedData>
  readonly imports: ReadonlyArray<JsonObject>
  /** True while its files are being written: times and unfinished lines wait. */
  readonly isHot: boolean
  /** Waits for the threads that its history leads through. */
  readonly after: (threads: ReadonlyArray<string>) => Promise<void>
}

/** What became of a thread. */
export interface ThreadPushed {
  readonly thread: string
  readonly isNew: boolean
  /** Events that were appended, or would be. */
  readonly lines: number
  readonly bytes: number
  readonly names: number
  /** True when anything was written. */
  readonly isChanged: boolean
  readonly problems: ReadonlyArray<Problem>
  /** What the stream holds now; null when there is none. */
  readonly directory: StreamDirectory | null
}

/** So often others may write to the stream meanwhile. */
const ATTEMPTS_MAX = 16

const seenIn = (directory: StreamDirectory, file: SegmentFile, open: OpenFile): SeenFile => {
  const segment = directory.segments.find((one) => one.segment === file.segment)
  const { modifiedAtMs } = open
  const isAsBefore =
    file.compressed && segment?.modifiedAtMs === modifiedAtMs && segment.path === file.path
  const standing = isAsBefore ? ({ kind: 'same' } as const) : standingOf(open.source, segment)
  return { ...file, modifiedAtMs, standing }
}

/** A history is read again when files came, or when a part of it was missing. */
const lineageOf = (
  { files }: Pusher,
  directory: StreamDirectory,
  thread: ThreadFiles
): ReadonlyArray<StoredLineage> => {
  const known = new Set(directory.segments.map(({ segment }) => segment))
  const isKnown =
    directory.facts >= 0 &&
    thread.files.every(({ segment }) => known.has(segment)) &&
    directory.lineage.length > 0 &&
    directory.lineage.every(({ gap }) => gap === null)
  return isKnown ? directory.lineage : files.lineage(thread.thread)
}

/** One thread, while it is pushed. */
interface Work {
  readonly pusher: Pusher
  readonly told: ThreadTold
  readonly stream: string
}

const problem = (
  told: ThreadFiles,
  kind: Problem['kind'],
  message: string,
  next: string
): Problem => ({
  ...{ thread: told.thread, segment: null, path: told.files[0]?.path ?? null },
  ...{ kind, atByte: null, message, next }
})

const deleted = (told: ThreadFiles): Problem =>
  problem(
    told,
    'deleted',
    'the thread was deleted in the store; it is not brought back',
    `delete it here too with "unroll delete ${told.thread}", or restore it in the store with "unroll restore ${told.thread} --store …"`
  )

/** Compares what the server holds with what was planned; null when it is the same, or others have gone on from there. */
const checked = async (
  { pusher, told, stream }: Work,
  planned: StreamDirectory
): Promise<Problem | null> => {
  const held = await openStream(pusher.wire, stream)
  const words = (directory: StreamDirectory | null) =>
    directory?.segments.map(({ segment, lines, bytes, last }) => [segment, lines, bytes, last])
  const isSame =
    held !== null &&
    (held.revision > planned.revision || isDeepStrictEqual(words(held), words(planned)))
  return isSame
    ? null
    : problem(
        told,
        'damaged',
        'the server holds other events than those that it took',
        `see which with "unroll store verify ${told.thread}"`
      )
}

interface Looked {
  readonly opened: ReadonlyMap<string, Seen>
  readonly problems: ReadonlyArray<Problem>
  /** True when the stream is not what it was a moment ago. */
  readonly isStale: boolean
}

const look = async (
  { pusher, told, stream }: Work,
  directory: StreamDirectory,
  closing: Array<() => void>
): Promise<Looked> => {
  const opened = new Map<string, Seen>()
  const problems: Array<Problem> = []
  for (const file of told.files) {
    const open = openFile(file.file, file.compressed)
    closing.push(open.close)
    const seen = { open, file: seenIn(directory, file, open) }
    opened.set(file.segment, seen)
    if (seen.file.standing.kind !== 'other') continue
    const found = await closerLook(pusher.wire, stream, pusher.homeId, file, open.source)
    if (found === null) return { opened, problems, isStale: true }
    problems.push(found)
  }
  return { opened, problems, isStale: false }
}

const gained = (
  before: StreamDirectory,
  after: StreamDirectory
): Pick<ThreadPushed, 'lines' | 'bytes'> => {
  const sum = ({ segments }: StreamDirectory, of: (one: StoredSegment) => number): number =>
    segments.reduce((total, one) => total + of(one), 0)
  const lines = ({ lines: count }: StoredSegment): number => count
  const bytes = ({ bytes: count, tail }: StoredSegment): number => count + (tail?.bytes ?? 0)
  return {
    lines: sum(after, lines) - sum(before, lines),
    bytes: sum(after, bytes) - sum(before, bytes)
  }
}

type Tried = E.Either<StoreError, Omit<ThreadPushed, 'isNew' | 'lines' | 'bytes'> | 'again'>

const attempt = async (
  work: Work,
  directory: StreamDirectory,
  closing: Array<() => void>
): Promise<Tried> => {
  const { pusher, told, stream } = work
  const { thread } = told
  const unchanged = { thread, names: 0, isChanged: false, directory, problems: [] }
  if (isDeleted(directory)) return E.right({ ...unchanged, problems: [deleted(told)] })
  const { opened, problems, isStale } = await look(work, directory, closing)
  if (isStale) return E.right('again')
  const files = [...opened.values()].map(({ file }) => file)
  const lineage = lineageOf(pusher, directory, told)
  await told.after(lineage.map((one) => one.thread))
  const plan = planThread(directory, { files, lineage, names: told.names })
  const imports = await newImports(pusher.wire, stream, directory, told.imports)
  const parts = partsOf(plan, imports, opened, directory)
  const sent = await sendParts({ ...pusher, stream, isHot: told.isHot }, directory, parts)
  if (E.isLeft(sent))
    return sent.left._tag === 'StoreRefused' && sent.left.tombstoned === true
      ? E.right({ ...unchanged, problems: [deleted(told)] })
      : sent
  if (sent.right === 'again') return E.right('again')
  const isStopped = sent.right === 'stopped'
  const after = isStopped ? ((await openStream(pusher.wire, stream)) ?? directory) : sent.right
  const isChanged = after.revision > directory.revision
  const wrong = isChanged && !isStopped && !pusher.dryRun ? await checked(work, after) : null
  return E.right({
    ...{ thread, names: isStopped ? 0 : plan.names.length, isChanged, directory: after },
    problems: wrong === null ? problems : [...problems, wrong]
  })
}

const nothing = (told: ThreadFiles, problems: ReadonlyArray<Problem>): ThreadPushed => ({
  ...{ thread: told.thread, isNew: false, lines: 0, bytes: 0, names: 0, isChanged: false },
  ...{ directory: null, problems }
})

const failed = (told: ThreadFiles, error: StoreError): Problem =>
  problem(told, 'failed', describe(error), 'push again')

/**
 * Brings a thread to its stream. What is wrong with one thread or file is told as a problem; `Left` when the server cannot
 * be reached or refuses.
 */
export const pushThread = async (
  pusher: Pusher,
  told: ThreadTold
): Promise<E.Either<StoreError, ThreadPushed>> => {
  const stream = threadStream(told.thread)
  const work: Work = { pusher, told, stream }
  let start: StreamDirectory | null = null
  for (let tries = 0; tries < ATTEMPTS_MAX; tries++) {
    const closing: Array<() => void> = []
    try {
      const directory = (await openStream(pusher.wire, stream)) ?? EMPTY
      start ??= directory
      const tried = await attempt(work, directory, closing)
      if (E.isLeft(tried)) return tried
      if (tried.right === 'again') continue
      const after = tried.right.directory ?? directory
      return E.right({ ...tried.right, isNew: start.facts < 0, ...gained(start, after) })
    } catch (cause) {
      const error = ioFailure(cause, told.files[0]?.file ?? '')
      if (endsAll(error)) return E.left(error)
      return E.right(nothing(told, [failed(told, error)]))
    } finally {
      for (const close of closing) close()
    }
  }
  return E.right(nothing(told, [failed(told, { _tag: 'Busy', what: `stream ${stream}` })]))
}
