/**
 * The rollout files of a home as a push sees them: every segment by itself, and the lineage of each thread as the files
 * tell it.
 */
import { basename, dirname, sep } from 'node:path'
import type { StoredLineage } from '../../../domain/stream/stored.ts'
import { streamId } from '../../../domain/ids.ts'
import { eraOf, NEWEST_ERA, PROFILES } from '../../../domain/profile.ts'
import { isDocument } from '../../../domain/rollout-file.ts'
import type { StreamInfo } from '../../../replay/ports.ts'
import { discovery } from '../../jsonl/discover.ts'
import { placeNamed } from '../../jsonl/listing.ts'

/** The newest era reads what every older one wrote. */
const PROFILE = PROFILES['0.169']

/** One rollout file. */
export interface SegmentFile {
  readonly thread: string
  /** The thread's own id for its first file. */
  readonly segment: string
  /** Relative to the home, with `/`, and without `.zst`: how it stands in a store. */
  readonly path: string
  /** Where it is read. */
  readonly file: string
  readonly compressed: boolean
  /** On disk. */
  readonly sizeBytes: number
  readonly modifiedAtMs: number
}

/** The files of one thread, oldest first. */
export interface ThreadFiles {
  readonly thread: string
  readonly files: ReadonlyArray<SegmentFile>
}

/** What a home holds; each call looks again, at folders that changed and at every file. */
export interface HomeFiles {
  /** Threads in the order in which they were begun, as far as names tell. */
  readonly threads: () => ReadonlyArray<ThreadFiles>
  /** How many documents of the TypeScript client stand beside them: a store keeps lines as they are, and these have none. */
  readonly documents: () => number
  /** The history of a thread, oldest first. Throws errors of the system. */
  readonly lineage: (thread: string) => ReadonlyArray<StoredLineage>
}

const fileOf = (home: string, info: StreamInfo): SegmentFile => {
  const file = info.compressed ? `${info.path}.zst` : info.path
  const { streamId: thread } = placeNamed(dirname(file), basename(file), info.archived, PROFILE)
  return {
    thread,
    segment: info.streamId,
    path: info.path.slice(home.length + 1).replaceAll(sep, '/'),
    file,
    compressed: info.compressed,
    sizeBytes: info.sizeBytes,
    modifiedAtMs: info.modifiedAtMs
  }
}

const byName = (a: SegmentFile, b: SegmentFile): number =>
  basename(a.path) < basename(b.path) ? -1 : 1

const grouped = (files: ReadonlyArray<SegmentFile>): ReadonlyArray<ThreadFiles> => {
  const threads = new Map<string, Array<SegmentFile>>()
  for (const file of [...files].sort(byName)) {
    const known = threads.get(file.thread)
    if (known === undefined) threads.set(file.thread, [file])
    else known.push(file)
  }
  return [...threads].map(([thread, all]) => ({ thread, files: all }))
}

/** Looks at the rollouts of a home. */
export const homeFiles = (home: string): HomeFiles => {
  const segments = discovery(home, PROFILE, true)
  const threads = discovery(home, PROFILE)
  return {
    threads: () => grouped(segments.list().streams.map((info) => fileOf(home, info))),
    documents: () =>
      discovery(home, eraOf(NEWEST_ERA, false), true)
        .list()
        .streams.filter(({ path }) => isDocument(path)).length,
    lineage: (thread) => {
      const info = threads.find(streamId(thread))
      if (info === null) return []
      return threads.lineage(info).map(({ id, path, from, until, gap }) => ({
        thread: placeNamed(dirname(path), basename(path), false, PROFILE).streamId,
        segment: id,
        from,
        until,
        gap
      }))
    }
  }
}
