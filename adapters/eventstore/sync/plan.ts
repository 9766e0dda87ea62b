/**
 * What a push has to do for a thread, from what its stream holds and how its files are: no file and no server is asked here.
 */
import { isDeepStrictEqual } from 'node:util'
import type {
  NamedData,
  PlacedData,
  PlacedFile,
  StoredLineage,
  StoredSegment,
  StreamDirectory
} from '../stream/stored.ts'
import type { SegmentFile } from './files.ts'
import type { Standing } from './standing.ts'

/** A file that was looked at. */
export interface SeenFile extends SegmentFile {
  readonly standing: Standing
}

/** What is to be written for a thread, in this order. */
export interface ThreadPlan {
  /** Null when places, times and history are as the store has them. */
  readonly placed: PlacedData | null
  /** Files that go on behind what the store holds of them. */
  readonly grown: ReadonlyArray<{ readonly file: SeenFile; readonly from: number }>
  readonly names: ReadonlyArray<NamedData>
  /** Files that do not hold the last line of the store: they have to be compared byte for byte. */
  readonly doubtful: ReadonlyArray<SeenFile>
}

/** What the home tells of a thread. */
export interface SeenThread {
  readonly files: ReadonlyArray<SeenFile>
  readonly lineage: ReadonlyArray<StoredLineage>
  /** Oldest first. */
  readonly names: ReadonlyArray<NamedData>
}

/** Times are set in microseconds, and not every file system keeps them. */
const SAME_TIME_MS = 1

const TRASH = '.unroll/'

/** True when the thread was deleted in the store; a push does not bring it back. */
export const isDeleted = ({ purged, segments }: StreamDirectory): boolean =>
  purged || segments.some(({ path }) => path.startsWith(TRASH))

/** New lines bring the time of their file with them. */
const isPlacedAs = (file: SeenFile, segment: StoredSegment | undefined): boolean =>
  segment !== undefined &&
  segment.path === file.path &&
  (file.standing.kind === 'longer' ||
    Math.abs(segment.modifiedAtMs - file.modifiedAtMs) <= SAME_TIME_MS)

const placedOf = ({ segment, path, modifiedAtMs }: SegmentFile): PlacedFile => ({
  segment,
  path,
  modifiedAtMs
})

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

/** Compares a thread as the home has it with its stream. */
export const planThread = (
  directory: StreamDirectory,
  { files, lineage, names }: SeenThread
): ThreadPlan => {
  const segmentOf = (segment: string): StoredSegment | undefined =>
    directory.segments.find((one) => one.segment === segment)
  const sound = files.filter(({ standing }) => standing.kind !== 'other')
  const moved = sound.filter((file) => !isPlacedAs(file, segmentOf(file.segment)))
  const isSameHistory = sound.length < files.length || isDeepStrictEqual(lineage, directory.lineage)
  return {
    placed:
      moved.length === 0 && isSameHistory
        ? null
        : { files: moved.map(placedOf), ...(isSameHistory ? {} : { lineage }) },
    grown: sound.flatMap((file) =>
      file.standing.kind === 'longer' ? [{ file, from: file.standing.from }] : []
    ),
    names: newNames(directory.name, names),
    doubtful: files.filter(({ standing }) => standing.kind === 'other')
  }
}

/** True when there is nothing to write. */
export const isIdle = ({ placed, grown, names }: ThreadPlan): boolean =>
  placed === null && grown.length === 0 && names.length === 0
