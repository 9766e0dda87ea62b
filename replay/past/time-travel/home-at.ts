/**
 * What else a home held at a time: names, logs, imports, and which threads were archived.
 *
 * Names and records say when they were written. No file says which threads lay in the archive: what unroll moved since is known
 * from its operation log, and every other thread counts as archived when it is so now.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { NameLine } from '../../../domain/ledgers/audit/outside.ts'
import type { Began, OperationRecord } from '../../../domain/changes/operations.ts'
import { parsedObject } from '../../../domain/json.ts'
import type { AuditHome, HomeLog, HomeLogLine, HomeWriter, Names } from '../../home-ports.ts'
import type { SegmentWriter } from '../../ports.ts'
import { PAST_IS_OVER, type Then } from './store-at.ts'
import type { Result } from '../../result.ts'

const isBy = (at: string, timeMs: number): boolean => Date.parse(at) <= timeMs

async function* writtenBy(
  lines: AsyncIterable<HomeLogLine>,
  timeMs: number
): AsyncGenerator<HomeLogLine> {
  for await (const line of lines) {
    const at = parsedObject(line.text)?.['at']
    if (typeof at === 'string' && isBy(at, timeMs)) yield line
  }
}

/** A log with the records that were written by a time; nothing can be added to it. */
export const homeLogAt = (log: HomeLog, timeMs: number): HomeLog => ({
  ...closedLog(log),
  read: (fromBytes) => writtenBy(log.read(fromBytes), timeMs),
  readBackwards: () => writtenBy(log.readBackwards(), timeMs)
})

export const auditHomeAt = (home: AuditHome, timeMs: number): AuditHome => ({
  ...home,
  names: async () => (await home.names()).filter(({ updatedAt }) => isBy(updatedAt, timeMs)),
  imports: async () =>
    (await home.imports()).filter(({ importedAt }) => importedAt * 1000 <= timeMs),
  sources: async () => (await home.sources()).filter(({ at }) => isBy(at, timeMs)),
  questions: async (threadId) =>
    new Map(
      Array.from(await home.questions(threadId), ([id, records]) => [
        id,
        records.filter(({ record }) => isBy(record.at, timeMs))
      ])
    )
})

const refuse = async (): Promise<Result<never>> => E.left(PAST_IS_OVER)

export const closedLog = (log: HomeLog): HomeLog => ({ ...log, append: refuse })

export const closedWriter = (writer: SegmentWriter): SegmentWriter => ({
  ...writer,
  create: refuse
})

export const closedHomeWriter = (writer: HomeWriter): HomeWriter => ({
  ...writer,
  hold: refuse,
  relocate: refuse,
  appendName: refuse
})

/** Names from lines of the names file, oldest first; the last one of a thread wins. */
export const namesOf = (lines: ReadonlyArray<NameLine>): Names => {
  const names = new Map(lines.map(({ threadId, name }) => [threadId, name]))
  return { all: () => names, nameOf: (threadId) => names.get(threadId) ?? null }
}

/** Threads that unroll moved into the archive or out of it after a time, and whether they lay there before. */
export const archivedBefore = async (
  records: AsyncIterable<OperationRecord>,
  timeMs: number
): Promise<ReadonlyMap<string, boolean>> => {
  const lay = new Map<string, boolean>()
  const begun = new Map<string, Began>()
  for await (const record of records) {
    if (record.record === 'began') {
      if (record.relocation !== null && !isBy(record.at, timeMs)) begun.set(record.id, record)
      continue
    }
    const moves = begun.get(record.id)?.relocation?.moves ?? []
    if (record.outcome !== 'done') continue
    for (const { threadId, from } of moves)
      if (!lay.has(threadId) && /^(archived_)?sessions\//.test(from))
        lay.set(threadId, from.startsWith('archived_'))
  }
  return lay
}

/** Streams with the place they had, where that is known. */
export const inTheirPlaces =
  (then: Then, lay: ReadonlyMap<string, boolean>): Then =>
  async (now) => {
    const info = await then(now)
    const archived = info === null ? undefined : lay.get(info.streamId)
    return info === null || archived === undefined ? info : { ...info, archived }
  }
