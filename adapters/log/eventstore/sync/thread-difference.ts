/**
 * What a thread of a home has that its stream does not: files that go on, places, history, names and imports.
 */
import { isDeepStrictEqual } from 'node:util'
import type { JsonObject } from '../../../../domain/json.ts'
import { segmentOf } from '../stream/directory.ts'
import type { NamedData, NewFact, StoredLineage, StreamDirectory } from '../stream/stored.ts'
import { joinedEvents } from '../threads/segment-bytes.ts'
import type { Wire } from '../wire.ts'
import type { HomeFiles, SegmentFile, ThreadFiles } from './home.ts'
import { comparisonWith, openFile, standingOf, type OpenFile, type Standing } from './local-file.ts'
import { piecesOf } from './pieces.ts'
import { comparisonProblem, type Problem } from './problems.ts'

export interface Pusher {
  readonly wire: Wire
  readonly files: HomeFiles
  readonly homeId: string
  readonly dryRun: boolean
  /** Ends between two calls; what was written counts, and the next push goes on there. */
  readonly signal: AbortSignal
  /** Bytes of rollouts that arrived. */
  readonly onBytes: (bytes: number) => void
}

export interface LocalThread extends ThreadFiles {
  /** Oldest first. */
  readonly names: ReadonlyArray<NamedData>
  readonly imports: ReadonlyArray<JsonObject>
  /** True while its files are being written: times and unfinished lines wait. */
  readonly isHot: boolean
  /** Waits for the threads that its history leads through. */
  readonly after: (threads: ReadonlyArray<string>) => Promise<void>
}

/** Times are set in microseconds, and not every file system keeps them. */
const SAME_TIME_MS = 1
/** A record of an import is written with the first lines of its thread, as a rule. */
const FIRST_EVENTS = 64

const TRASH = '.unroll/'

/** True when the thread was deleted in the store; a push does not bring it back. */
export const isDeleted = ({ purged, segments }: StreamDirectory): boolean =>
  purged || segments.some(({ path }) => path.startsWith(TRASH))

export interface ThreadPush {
  readonly pusher: Pusher
  readonly local: LocalThread
  readonly stream: string
}

/** A file that was compared with its segment, and is open. */
export interface ComparedRollout extends SegmentFile {
  readonly open: OpenFile
  readonly standing: Standing
}

const compare = (
  directory: StreamDirectory,
  file: SegmentFile,
  open: OpenFile
): ComparedRollout => {
  const segment = segmentOf(directory, file.segment)
  const { modifiedAtMs } = open
  const isAsBefore =
    file.compressed && segment?.modifiedAtMs === modifiedAtMs && segment.path === file.path
  const standing = isAsBefore ? ({ kind: 'same' } as const) : standingOf(open.source, segment)
  return { ...file, modifiedAtMs, open, standing }
}

/**
 * Compares a file that does not hold the last line of the store with its segment, byte for byte; null when it turns out to go
 * on from it. Throws `StoreError` when the server cannot be asked.
 */
const closerLook = async (
  { pusher, stream }: ThreadPush,
  { open, ...file }: ComparedRollout
): Promise<Problem | null> => {
  const comparison = comparisonWith(open.source)
  let home: string | null = null
  for await (const piece of piecesOf(pusher.wire, stream)) {
    if (piece.kind !== 'bytes' || piece.segment !== file.segment) continue
    comparison.take(piece.bytes)
    if (!comparison.isDecided()) continue
    home = piece.home
    break
  }
  const { thread } = file
  const result = comparison.result()
  return result.kind === 'home_ahead'
    ? null
    : comparisonProblem(file, result, {
        diverged: `see both with "unroll store verify ${thread}"; pull the store's with "unroll store pull ${thread} --to DIR"`,
        isOwn: home === pusher.homeId
      })
}

/** The files of a thread beside its stream; null when the stream is not what it was a moment ago. */
export const compareFiles = async (
  push: ThreadPush,
  directory: StreamDirectory,
  closing: Array<() => void>
): Promise<{
  readonly sound: ReadonlyArray<ComparedRollout>
  readonly problems: ReadonlyArray<Problem>
} | null> => {
  const sound: Array<ComparedRollout> = []
  const problems: Array<Problem> = []
  for (const file of push.local.files) {
    const open = openFile(file.file, file.compressed)
    closing.push(open.close)
    const compared = compare(directory, file, open)
    if (compared.standing.kind !== 'other') {
      sound.push(compared)
      continue
    }
    const problem = await closerLook(push, compared)
    if (problem === null) return null
    problems.push(problem)
  }
  return { sound, problems }
}

/** A history is read again when files came, or when a part of it was missing. */
export const lineageOf = (
  { pusher, local }: ThreadPush,
  directory: StreamDirectory
): ReadonlyArray<StoredLineage> => {
  const isKnown =
    directory.facts >= 0 &&
    local.files.every(({ segment }) => segmentOf(directory, segment) !== undefined) &&
    directory.lineage.length > 0 &&
    directory.lineage.every(({ gap }) => gap === null)
  return isKnown ? directory.lineage : pusher.files.lineage(local.thread)
}

/** The fact about files that came or moved and about another history; none when all is as the store has it. */
export const placedFacts = (
  directory: StreamDirectory,
  sound: ReadonlyArray<ComparedRollout>,
  lineage: ReadonlyArray<StoredLineage>,
  isWhole: boolean
): ReadonlyArray<NewFact> => {
  const moved = sound.filter(({ segment: id, path, modifiedAtMs, standing }) => {
    const segment = segmentOf(directory, id)
    // New lines bring the time of their file with them.
    const isSameTime =
      standing.kind === 'longer' ||
      Math.abs((segment?.modifiedAtMs ?? 0) - modifiedAtMs) <= SAME_TIME_MS
    return segment?.path !== path || !isSameTime
  })
  const isSameHistory = !isWhole || isDeepStrictEqual(lineage, directory.lineage)
  if (moved.length === 0 && isSameHistory) return []
  const files = moved.map(({ segment, path, modifiedAtMs }) => ({ segment, path, modifiedAtMs }))
  return [{ type: 'unroll-placed', data: { files, ...(isSameHistory ? {} : { lineage }) } }]
}

/** Names given after the one the store knows as the last. */
export const newNames = (
  known: NamedData | null,
  names: ReadonlyArray<NamedData>
): ReadonlyArray<NamedData> => {
  if (known === null) return names
  const at = names.findLastIndex(
    ({ name, updatedAt }) => name === known.name && updatedAt === known.updatedAt
  )
  if (at !== -1) return names.slice(at + 1)
  const knownMs = Date.parse(known.updatedAt)
  return names.filter(({ updatedAt }) => Date.parse(updatedAt) > knownMs)
}

/** Records of imports that the stream does not hold yet; a thread that was not imported costs nothing. */
export const newImports = async (
  { pusher, local, stream }: ThreadPush,
  { facts }: StreamDirectory
): Promise<ReadonlyArray<JsonObject>> => {
  let missing = local.imports
  if (facts < 0) return missing
  for (const limit of [FIRST_EVENTS, Infinity]) {
    if (missing.length === 0) return []
    const events = pusher.wire.read(stream, 0, limit)
    for await (const joined of joinedEvents(pusher.wire, events)) {
      if (joined.what === 'fact' && joined.type === 'unroll-imported')
        missing = missing.filter((record) => !isDeepStrictEqual(record, joined.data))
      if (missing.length === 0) return []
    }
  }
  return missing
}
