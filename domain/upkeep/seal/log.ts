/**
 * The log of seals: what the rollouts of a home held when they were sealed, as lines that are chained by hashes.
 *
 * Shape:  `{"hash":H,"previous":P,"record":R}` per line, as in an export of the trail: R is canonical JSON, H is SHA-256 of P, a newline and R, P is
 *         H of the line before and 64 zeros in the first. The records of one seal end with one of kind `seal`.
 */
import { canonicalJson, NO_HASH, type Sha256 } from '../../ledgers/audit/chain.ts'
import { parsedObject, type Json } from '../../json.ts'

/** What a file held behind a place up to another one. */
interface FileRecord {
  readonly kind: 'file'
  readonly path: string
  readonly threadId: string
  readonly segmentId: string
  /** Bytes that earlier records tell of; 0 when this one begins anew. */
  readonly from: number
  /** All bytes, uncompressed. */
  readonly bytes: number
  /** SHA-256 of all of them. */
  readonly sha256: string
  /** CRC-32 of each line behind `from`, eight hexadecimal digits each. */
  readonly lines: string
}

/** A file that was sealed before and was known to be gone. */
interface GoneRecord {
  readonly kind: 'gone'
  readonly segmentId: string
}

/** The end of a seal. */
interface EndRecord {
  readonly kind: 'seal'
  /** RFC 3339, UTC. */
  readonly at: string
  readonly files: number
  readonly bytes: number
}

export type SealRecord = FileRecord | GoneRecord | EndRecord

export interface SealedFile extends Omit<FileRecord, 'kind' | 'from' | 'lines'> {
  /** One part per record, in order. */
  readonly parts: ReadonlyArray<{ readonly until: number; readonly lines: string }>
}

export interface SealState {
  readonly files: ReadonlyMap<string, SealedFile>
  readonly seals: number
  /**
   * Time of the newest seal; null before the first.
   * @format date-time
   */
  readonly at: string | null
  /** Hash of the last line. */
  readonly head: string
  /** Records behind the last finished seal. */
  readonly open: number
  /** The first line that is not as it was written; null when all are. */
  readonly broken: { readonly line: number; readonly reason: string } | null
  /** True when a hash that was asked for is that of a line; null when none was. */
  readonly known: boolean | null
}

export const NO_SEALS: SealState = {
  ...{ files: new Map(), seals: 0, at: null, head: NO_HASH, open: 0, broken: null, known: null }
}

/** Chains records behind a hash. */
export const chainRecords = (
  records: ReadonlyArray<SealRecord>,
  previous: string,
  sha256: Sha256
): ReadonlyArray<string> => {
  let before = previous
  return records.map((record) => {
    const text = canonicalJson(record as unknown as Json)
    const hash = sha256(`${before}\n${text}`)
    const line = `{"hash":"${hash}","previous":"${before}","record":${text}}`
    before = hash
    return line
  })
}

const LINE = /^\{"hash":"([0-9a-f]{64})","previous":"([0-9a-f]{64})","record":(.*)\}$/s

/** Why a line cannot follow another one in the log; null when it can. */
const problemOf = (match: RegExpExecArray | null, head: string, sha256: Sha256): string | null => {
  if (match === null) return 'it is not a line of seals'
  const [, hash = '', previous = '', text = ''] = match
  if (previous !== head) return 'it does not follow the line before'
  return sha256(`${previous}\n${text}`) === hash ? null : 'it was changed'
}

const withFile = (
  files: Map<string, SealedFile>,
  { path, threadId, segmentId, from, bytes, sha256, lines }: FileRecord
): boolean => {
  const known = files.get(segmentId)
  if (from > 0 && known?.bytes !== from) return false
  const parts = from === 0 ? [] : (known?.parts ?? [])
  files.set(segmentId, {
    ...{ path, threadId, segmentId, bytes, sha256 },
    parts: lines === '' ? parts : [...parts, { until: bytes, lines }]
  })
  return true
}

/** Reads a log of seals. It ends at the first line that is not as it was written. */
export const readSeals = async (
  lines: AsyncIterable<string>,
  sha256: Sha256,
  wanted: string | null = null
): Promise<SealState> => {
  const files = new Map<string, SealedFile>()
  let state: SealState = { ...NO_SEALS, files, known: wanted === null ? null : false }
  let number = 0
  for await (const line of lines) {
    number += 1
    const match = LINE.exec(line)
    const reason = problemOf(match, state.head, sha256)
    if (reason !== null) return { ...state, broken: { line: number, reason } }
    const [, head = '', , text = ''] = match ?? []
    const record = parsedObject(text) as SealRecord | null
    const known = state.known === null ? null : state.known || head === wanted
    state = { ...state, head, known, open: state.open + 1 }
    if (record?.kind === 'gone') files.delete(record.segmentId)
    else if (record?.kind === 'seal')
      state = { ...state, open: 0, seals: state.seals + 1, at: record.at }
    else if (record?.kind !== 'file' || !withFile(files, record))
      return { ...state, broken: { line: number, reason: 'it is no record of a seal' } }
  }
  return state.open === 0
    ? state
    : { ...state, broken: { line: number + 1, reason: 'the end of the last seal is missing' } }
}
