/**
 * What the audit trail reads in a home besides rollouts and logs: the lines of `session_index.jsonl` with their times, and
 * the ledger of imported sessions.
 */
import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ImportRecord } from '../../domain/ledgers/audit/outside.ts'
import { isJsonObject, parsedJson } from '../../domain/json.ts'
import type { AuditHome } from '../../replay/home-ports.ts'
import { importSources } from './import-log.ts'
import { readPlain } from './plain-file.ts'
import { readQuestions } from './question-log.ts'
import { nameEntryOf, sessionIndexOf } from './names.ts'

const IMPORTS = 'external_agent_session_imports.json'
/** Ten times the size of a file with a hundred thousand names. */
const BYTES_MAX = 256 * 1024 * 1024

/** Empty when the file is not there, is no file, or is too large to be what it should be. */
const textOf = (path: string): string => {
  const stat = statSync(path, { throwIfNoEntry: false })
  const isRead = stat?.isFile() === true && stat.size <= BYTES_MAX
  return isRead ? readPlain(path).toString('utf8') : ''
}

/** The end of the year 9999. */
const SECONDS_MAX = 253402300799

/** A record of `external_agent_session_imports.json`; empty when it is none. */
export const importIn = (record: unknown): ReadonlyArray<ImportRecord> => {
  if (!isJsonObject(record)) return []
  const { imported_thread_id: id, imported_at: at, source_path, content_sha256 } = record
  if (typeof id !== 'string' || !Number.isSafeInteger(at)) return []
  const importedAt = at as number
  if (importedAt < 0 || importedAt > SECONDS_MAX) return []
  const sourcePath = typeof source_path === 'string' ? source_path : null
  const sourceSha256 = typeof content_sha256 === 'string' ? content_sha256 : null
  return [{ threadId: id.toLowerCase(), importedAt, sourcePath, sourceSha256 }]
}

const importsIn = (text: string): ReadonlyArray<ImportRecord> => {
  const ledger = parsedJson(text)
  const records = isJsonObject(ledger) ? ledger['records'] : null
  return Array.isArray(records) ? records.flatMap(importIn) : []
}

/** SHA-256 as the exports of the trail use it. */
export const sha256Hex = (text: string): string =>
  createHash('sha256').update(text, 'utf8').digest('hex')

/** Reads a home for the audit trail; the files are small and read whole each time. */
export const auditHome = (home: string): AuditHome => ({
  names: async () =>
    textOf(sessionIndexOf(home))
      .split('\n')
      .flatMap((line) => {
        const { threadId = '', name = null, updatedAt = null } = nameEntryOf(line) ?? {}
        return name === null || updatedAt === null ? [] : [{ threadId, name, updatedAt }]
      }),
  imports: async () => importsIn(textOf(join(home, IMPORTS))),
  sources: async () => importSources(home),
  questions: async (threadId) => readQuestions(home, threadId),
  sha256: sha256Hex
})

const NEWLINE = 10

/**
 * The lines of an exported file as Latin-1: exports are ASCII, so any other byte stays wrong. A last line without its newline
 * is marked so that it is no row.
 */
export async function* exportedLines(path: string): AsyncIterable<string> {
  let rest = Buffer.alloc(0)
  for await (const chunk of createReadStream(path)) {
    const bytes = Buffer.concat([rest, chunk as Buffer])
    let from = 0
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
      yield bytes.toString('latin1', from, end)
      from = end + 1
    }
    rest = bytes.subarray(from)
  }
  if (rest.length > 0) yield `${rest.toString('latin1')} without its newline`
}
