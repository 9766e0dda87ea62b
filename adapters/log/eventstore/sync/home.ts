/**
 * A home as a push sees it: every rollout file by itself, the lineage of each thread as the files tell it, and what stands
 * beside the rollouts, names and imports.
 */
import { createHash } from 'node:crypto'
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join, sep } from 'node:path'
import { grouped } from '../../../../domain/grouped.ts'
import { streamId } from '../../../../domain/ids.ts'
import { isJsonObject, type Json, type JsonObject } from '../../../../domain/json.ts'
import { eraOf, NEWEST_ERA, PROFILES } from '../../../../domain/log/profile.ts'
import { isDocument } from '../../../../domain/rollout-file.ts'
import type { StreamInfo } from '../../../../replay/ports.ts'
import { auditHome } from '../../../home/audit-home.ts'
import { discovery } from '../../jsonl/discover.ts'
import { placeNamed } from '../../jsonl/listing.ts'
import type { NamedData, StoredLineage } from '../stream/stored.ts'

/** The newest era reads what every older one wrote. */
const PROFILE = PROFILES['0.169']

const HOME_ID_DIGITS = 16

/**
 * The home of a line, as the metadata of what a push writes name it: hexadecimal digits that are the same as long as machine
 * and path are. They are computed rather than kept, so that a home that may only be read has them too.
 */
export const homeIdOf = (home: string): string =>
  createHash('sha256')
    .update(`${hostname()}\n${realpathSync(home)}`)
    .digest('hex')
    .slice(0, HOME_ID_DIGITS)

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

const segmentFile = (home: string, info: StreamInfo): SegmentFile => {
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

export const homeFiles = (home: string): HomeFiles => {
  const segments = discovery(home, PROFILE, true)
  const threads = discovery(home, PROFILE)
  return {
    threads: () => {
      const files = segments.list().streams.map((info) => segmentFile(home, info))
      return [...grouped(files.sort(byName), ({ thread }) => thread)].map(([thread, own]) => ({
        thread,
        files: own
      }))
    },
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

/** What a home tells beside its rollouts, by thread; both oldest first. */
export interface HomeNotes {
  readonly names: ReadonlyMap<string, ReadonlyArray<NamedData>>
  readonly imports: ReadonlyMap<string, ReadonlyArray<JsonObject>>
}

const IMPORTS_FILE = 'external_agent_session_imports.json'
const IMPORTS_BYTES_MAX = 256 * 1024 * 1024

export const NOTE_FILES: ReadonlyArray<string> = ['session_index.jsonl', IMPORTS_FILE]

export const namesIn = async (home: string): Promise<HomeNotes['names']> => {
  const names = grouped(await auditHome(home).names(), ({ threadId }) => threadId)
  return new Map(
    [...names].map(([thread, own]) => [
      thread,
      own.map(({ name, updatedAt }) => ({ name, updatedAt }))
    ])
  )
}

const importRecords = (path: string): ReadonlyArray<Json> => {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined || !stat.isFile() || stat.size > IMPORTS_BYTES_MAX) return []
  try {
    const ledger = JSON.parse(readFileSync(path, 'utf8')) as Json
    const records = isJsonObject(ledger) ? ledger['records'] : null
    return Array.isArray(records) ? (records as ReadonlyArray<Json>) : []
  } catch {
    return []
  }
}

const importedThread = (record: JsonObject): string => {
  const { imported_thread_id: id } = record
  return typeof id === 'string' ? id.toLowerCase() : ''
}

export const notesOf = async (home: string): Promise<HomeNotes> => {
  const records = importRecords(join(home, IMPORTS_FILE))
    .filter(isJsonObject)
    .filter((record) => typeof record['imported_thread_id'] === 'string')
  return { names: await namesIn(home), imports: grouped(records, importedThread) }
}
