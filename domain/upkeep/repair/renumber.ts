/**
 * Numbers of lines counted anew, where a line has a number that Codex 0.169 passes over: one that is not larger than the last
 * it took, or none. Every other line keeps its number as long as it can.
 */
import type { Edit } from './plan.ts'

/** A line by its place; `until` is where its newline stands, or the end of the file. */
export interface LineSpan {
  readonly from: number
  readonly until: number
  /** True when no newline ends it. */
  readonly isTail: boolean
}

/** A line that can have a number. */
interface NumberedLine {
  readonly offsetBytes: number
  readonly ordinal: number | null
  /** Where its digits stand, or would stand, counted from its beginning. */
  readonly digitsAt: number
  readonly digits: number
  /** Where the next line begins. */
  readonly endBytes: number
}

const HEAD = /^\{"timestamp":"[^"]*",(?:"ordinal":(\d+),)?/
const HEAD_BYTES = 96

/** The line as one that may have a number; null when it does not begin as Codex begins a line. */
export const numberedLine = (
  bytes: Buffer,
  { from, until, isTail }: LineSpan
): NumberedLine | null => {
  const head = HEAD.exec(bytes.toString('latin1', 0, Math.min(bytes.length, HEAD_BYTES)))
  if (head === null) return null
  const [all, digits] = head
  const ordinal = digits === undefined ? null : Number(digits)
  const digitsAt = digits === undefined ? all.length : all.length - 1 - digits.length
  const endBytes = isTail ? until : until + 1
  return { offsetBytes: from, ordinal, digitsAt, digits: digits?.length ?? 0, endBytes }
}

/** Either the edits, or why there are none. */
type Renumbered = { readonly edits: ReadonlyArray<Edit> } | { readonly none: string }

/** More changed lines than this are no slip of one writer. */
const CHANGED_MAX = 2000

const numberEdit = (line: NumberedLine, ordinal: number): Edit => ({
  offsetBytes: line.offsetBytes + line.digitsAt,
  bytes: line.digits,
  spaces: 0,
  text: line.ordinal === null ? `"ordinal":${ordinal},` : String(ordinal)
})

/**
 * Counts anew. `named` are the places in this file that others continue: a line that ends at one keeps its number, and no
 * byte before one moves.
 */
export const renumbered = (
  lines: Iterable<NumberedLine>,
  named: ReadonlyArray<number>
): Renumbered => {
  const edits: Array<Edit> = []
  const ends = new Set(named)
  const lastNamed = Math.max(0, ...named)
  let last: number | null = null
  for (const line of lines) {
    const { ordinal } = line
    if (ordinal !== null && (last === null || ordinal > last)) {
      last = ordinal
      continue
    }
    if (last === null) continue
    last += 1
    const edit = numberEdit(line, last)
    const moves = edit.text.length !== edit.bytes && line.offsetBytes < lastNamed
    if (moves || ends.has(line.endBytes))
      return { none: 'another file names the number and the place of a line behind it' }
    edits.push(edit)
    if (edits.length > CHANGED_MAX)
      return { none: 'too many lines would get another number; unroll reads them as they are' }
  }
  return edits.length === 0 ? { none: 'its numbers are in order' } : { edits }
}
