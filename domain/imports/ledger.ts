/**
 * The ledger of imports, which Codex keeps in a home and unroll shares: `external_agent_session_imports.json`.
 *
 * Shape:  `{"records":[{"source_path","content_sha256","imported_thread_id","imported_at"(s)[,"source_modified_at"(ns)]
 *         [,"connector_names","title"]}][,"detected_connector_records":[]]}`, two spaces, no newline at the end. `source_modified_at`
 *         came with 0.142, the names of connectors and titles with 0.169.
 * Errors: a text that is no ledger is told; nothing is imported over it.
 * Source: ledgers of Codex 0.130.0, 0.142.5 and 0.169.0. Members that are not known are kept.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isJsonObject, textIn, type Json, type JsonObject } from '../json.ts'
import type { ProfileName } from '../log/profile.ts'

/** A session that was imported. */
export interface LedgerRecord {
  readonly sourcePath: string
  /** Of the whole file, as hexadecimal digits. */
  readonly sha256: string
  readonly threadId: string
  /** Unix seconds. */
  readonly importedAt: number
  /** Nanoseconds, as they are written: more digits than a number keeps. Null where the writer left it out. */
  readonly modifiedAtNs: string | null
  readonly title: string | null
}

/** A ledger as it stands in the file. */
export interface ImportLedger {
  readonly records: ReadonlyArray<LedgerRecord>
  /** The text of each record, and of the other members: what is not touched keeps its digits. */
  readonly written: JsonObject
}

/** A home without imports. */
export const NO_LEDGER: ImportLedger = { records: [], written: {} }

/** Stands for an integer that a number would round. */
const LONG = '\u0001'
const LONG_INTEGERS = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/gs

const marked = (text: string): string =>
  text.replace(LONG_INTEGERS, (token) => (token.startsWith('"') ? token : `"\\u0001${token}"`))

const digitsOf = (value: Json | undefined): string | null => {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.startsWith(LONG) ? value.slice(1) : null
}

const recordOf = (value: Json): LedgerRecord | null => {
  if (!isJsonObject(value)) return null
  const { source_path: path, content_sha256: sha256, imported_thread_id: threadId } = value
  if (typeof path !== 'string' || typeof sha256 !== 'string' || typeof threadId !== 'string')
    return null
  return {
    sourcePath: path,
    sha256,
    threadId,
    importedAt: Number(digitsOf(value['imported_at']) ?? 0),
    modifiedAtNs: digitsOf(value['source_modified_at']),
    title: typeof value['title'] === 'string' ? value['title'] : null
  }
}

const listed = (written: JsonObject): ReadonlyArray<Json> => {
  const records = written['records']
  return Array.isArray(records) ? (records as ReadonlyArray<Json>) : []
}

/** Reads a ledger; left with what is wrong with the text. */
export const readLedger = (text: string): E.Either<string, ImportLedger> => {
  if (text === '') return E.left('EOF while parsing a value at line 1 column 0')
  try {
    const written = JSON.parse(marked(text)) as Json
    if (!isJsonObject(written)) return E.left('invalid type: expected an object')
    const records = listed(written).flatMap((value) => recordOf(value) ?? [])
    return E.right({ records, written })
  } catch (thrown) {
    return E.left(placeOf(text, (thrown as Error).message))
  }
}

/** Line and column of a position in a text, as a strict parser tells them. */
const placeOf = (text: string, why: string): string => {
  const at = Number(/position (\d+)/.exec(why)?.[1] ?? text.length)
  const before = text.slice(0, at + 1).split('\n')
  const words = /property name/.test(why) ? 'key must be a string' : 'expected value'
  return `${words} at line ${before.length} column ${(before.at(-1) ?? '').length}`
}

const writtenRecord = (record: LedgerRecord, era: ProfileName): JsonObject => ({
  source_path: record.sourcePath,
  content_sha256: record.sha256,
  imported_thread_id: record.threadId,
  imported_at: record.importedAt,
  ...(era === '0.130' || record.modifiedAtNs === null
    ? {}
    : { source_modified_at: `${LONG}${record.modifiedAtNs}` }),
  ...(era === '0.169' ? { connector_names: [], title: record.title } : {})
})

const sameRecord = (value: Json, path: string, sha256: string): boolean =>
  isJsonObject(value) &&
  textIn(value['source_path']) === path &&
  textIn(value['content_sha256']) === sha256

/**
 * A ledger with one more record, or with another one in the place of that for the same content of the same source; `replaces` is the
 * content that it had before it grew.
 */
export const withRecord = (
  { written }: ImportLedger,
  record: LedgerRecord,
  era: ProfileName,
  replaces: string | null = null
): ImportLedger => {
  const { sourcePath, sha256 } = record
  const before = listed(written)
  const isSame = (value: Json): boolean => sameRecord(value, sourcePath, replaces ?? sha256)
  const at = before.findIndex(isSame)
  const kept = at === -1 ? {} : (before[at] as JsonObject)
  const added = { ...kept, ...writtenRecord(record, era) }
  const records = at === -1 ? [...before, added] : before.with(at, added)
  const connectors =
    era === '0.169' && written['detected_connector_records'] === undefined
      ? { detected_connector_records: [] }
      : {}
  const next = { ...written, records, ...connectors }
  return { records: records.flatMap((value) => recordOf(value) ?? []), written: next }
}

/** The text of a ledger, as Codex writes it. */
export const printLedger = ({ written }: ImportLedger): string =>
  JSON.stringify(written, null, 2).replaceAll(/"\\u0001(-?\d+)"/g, '$1')

/** What a ledger says about a file that may be imported. */
export type LedgerAnswer =
  | { readonly kind: 'new' }
  | { readonly kind: 'imported'; readonly record: LedgerRecord }
  /** Only its digest tells: it was touched since it was imported, or it grew. */
  | { readonly kind: 'unclear'; readonly records: ReadonlyArray<LedgerRecord> }

/** Looks up a file by its path and time; nanoseconds as digits. From 0.142 on a time that was seen tells enough. */
export const lookUp = (
  { records }: ImportLedger,
  path: string,
  modifiedAtNs: string,
  era: ProfileName
): LedgerAnswer => {
  const same = records.filter(({ sourcePath }) => sourcePath === path)
  if (same.length === 0) return { kind: 'new' }
  const seen = same.find(({ modifiedAtNs: at, importedAt }) =>
    at === null ? BigInt(modifiedAtNs) <= BigInt(importedAt) * 1_000_000_000n : at === modifiedAtNs
  )
  return seen !== undefined && era !== '0.130'
    ? { kind: 'imported', record: seen }
    : { kind: 'unclear', records: same }
}
