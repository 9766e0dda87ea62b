/**
 * Exports of the trail: one line per row, chained by hashes, so that a change of any byte shows.
 *
 * Shape:  `{"hash":H,"previous":P,"row":R}` per row and one last line `{"end":{"format":1,"root":…,"rows":…,"threads":…}}`.
 *         R is canonical JSON: members sorted by their names, no white space, nothing but ASCII. H is SHA-256 of P, a newline
 *         and the bytes of R, as 64 hexadecimal digits. P is H of the row before in the same thread, 64 zeros for its first. `root` is SHA-256 of
 *         the last H of each thread, in the order of the file, each followed by a newline.
 * Order:  threads by id, which begins with the time they were made; rows as they happened.
 */
import { isJsonObject, parsedJson, type Json } from '../../json.ts'
import type { AuditRow } from './row.ts'

/** SHA-256 of an ASCII text, as 64 lowercase hexadecimal digits. */
export type Sha256 = (text: string) => string

/** The `previous` of the first row of a thread. */
export const NO_HASH = '0'.repeat(64)

const ascii = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  )

/** JSON in ASCII with sorted members and without white space: the same text for the same value. */
export const canonicalJson = (value: Json): string => {
  if (Array.isArray(value)) return `[${value.map((part: Json) => canonicalJson(part)).join(',')}]`
  if (typeof value === 'string') return ascii(value)
  if (!isJsonObject(value)) return JSON.stringify(value)
  const members = Object.keys(value)
    .sort()
    .flatMap((name) => {
      const member = value[name]
      return member === undefined ? [] : [`${ascii(name)}:${canonicalJson(member)}`]
    })
  return `{${members.join(',')}}`
}

interface Chain {
  /** The lines of the rows of one thread; threads come in the order of their ids. */
  readonly thread: (rows: ReadonlyArray<AuditRow>) => ReadonlyArray<string>
  readonly end: () => string
}

interface Totals {
  readonly threads: number
  readonly rows: number
  readonly root: string
}

const endLine = ({ threads, rows, root }: Totals): string =>
  canonicalJson({ end: { format: 1, root, rows, threads } })

export const startChain = (sha256: Sha256): Chain => {
  const heads: Array<string> = []
  let count = 0
  return {
    thread: (rows) => {
      let previous = NO_HASH
      const lines = rows.map((row, seq) => {
        const text = canonicalJson({ ...row, seq } as unknown as Json)
        const hash = sha256(`${previous}\n${text}`)
        const line = `{"hash":"${hash}","previous":"${previous}","row":${text}}`
        previous = hash
        return line
      })
      if (lines.length > 0) heads.push(previous)
      count += lines.length
      return lines
    },
    end: () => endLine({ threads: heads.length, rows: count, root: sha256(rootText(heads)) })
  }
}

const rootText = (heads: ReadonlyArray<string>): string => heads.map((head) => `${head}\n`).join('')

export type Verified =
  | (Totals & {
      readonly ok: true
      /** Whether the hash that was asked for is the root or the hash of a row; null when none was asked for. */
      readonly known: boolean | null
    })
  | {
      readonly ok: false
      /** Line of the file, counted from 1. */
      readonly line: number
      /** The row, when the line can be read as one. */
      readonly threadId: string | null
      readonly seq: number | null
      readonly reason: string
    }

const LINE = /^\{"hash":"([0-9a-f]{64})","previous":"([0-9a-f]{64})","row":(\{.*\})\}$/s

interface ChainPlace {
  readonly threadId: string
  readonly seq: number
  readonly hash: string
}

interface Checking {
  readonly heads: Array<string>
  rows: number
  last: ChainPlace | null
  end: string | null
  known: boolean
}

const bad = (line: number, reason: string, row?: Json): Verified => ({
  ok: false,
  line,
  threadId: isJsonObject(row) && typeof row['threadId'] === 'string' ? row['threadId'] : null,
  seq: isJsonObject(row) && typeof row['seq'] === 'number' ? row['seq'] : null,
  reason
})

/** Why a row does not follow the one before it; null when it does. */
const orderProblem = (
  last: ChainPlace | null,
  next: ChainPlace,
  previous: string
): string | null => {
  if (last?.threadId === next.threadId) {
    if (next.seq !== last.seq + 1)
      return `row ${last.seq + 1} of the thread is missing or misplaced`
    return previous === last.hash ? null : 'it does not continue the row before it'
  }
  if (last !== null && next.threadId < last.threadId) return 'its thread is out of order'
  if (next.seq !== 0) return 'the first rows of its thread are missing'
  return previous === NO_HASH ? null : 'it is the first of its thread and continues another row'
}

const checkLine = (
  state: Checking,
  text: string,
  line: number,
  sha256: Sha256,
  wanted: string | null
): Verified | null => {
  if (state.end !== null) return bad(line, 'something follows the last line')
  const [, hash = '', previous = '', rowText = ''] = LINE.exec(text) ?? []
  if (hash === '') {
    if (!text.startsWith('{"end":')) return bad(line, 'it is no row')
    state.end = text
    return null
  }
  const row = parsedJson(rowText)
  if (!isJsonObject(row) || typeof row['threadId'] !== 'string' || typeof row['seq'] !== 'number')
    return bad(line, 'it is no row', row)
  if (sha256(`${previous}\n${rowText}`) !== hash) return bad(line, 'its hash does not fit', row)
  if (canonicalJson(row) !== rowText) return bad(line, 'it is not canonical JSON', row)
  const next = { threadId: row['threadId'], seq: row['seq'], hash }
  const problem = orderProblem(state.last, next, previous)
  if (problem !== null) return bad(line, problem, row)
  if (state.last !== null && state.last.threadId !== next.threadId)
    state.heads.push(state.last.hash)
  state.last = next
  state.rows += 1
  if (hash === wanted) state.known = true
  return null
}

/**
 * Checks the lines of an export, without their newlines; bytes beyond ASCII may be read as anything beyond it. `wanted`: a root or a hash noted earlier, which tells whether this
 * export continues that one.
 */
export const verifyExport = async (
  lines: AsyncIterable<string>,
  sha256: Sha256,
  wanted: string | null = null
): Promise<Verified> => {
  const state: Checking = { heads: [], rows: 0, last: null, end: null, known: false }
  let line = 0
  for await (const text of lines) {
    line += 1
    const problem = checkLine(state, text, line, sha256, wanted)
    if (problem !== null) return problem
  }
  if (state.end === null) return bad(line + 1, 'the last line is missing: rows may be, too')
  if (state.last !== null) state.heads.push(state.last.hash)
  const root = sha256(rootText(state.heads))
  const totals = { threads: state.heads.length, rows: state.rows, root }
  if (state.end !== endLine(totals))
    return bad(line, 'the last line does not fit the rows: threads or rows are missing')
  return { ok: true, ...totals, known: wanted === null ? null : state.known || root === wanted }
}
