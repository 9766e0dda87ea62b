/**
 * A step in the making: what the rules have said about one file so far.
 */
import type { Finding } from '../check/finding.ts'
import { putBytes, refOf, type Edit, type FindingRef, type Unrepaired } from './plan.ts'

export interface RepairDraft {
  edits: ReadonlyArray<Edit>
  /** Where it goes; null while it stays. */
  to: string | null
  leaves: boolean
  /** Up to where a damaged compressed file is taken. */
  decompressedBytes: number | null
  /** True when events come to light that nobody could read: what follows from them is for the next plan. */
  reveals: boolean
  /** A line that comes in front. */
  firstLine: string | null
  readonly why: Array<string>
  readonly answered: Array<FindingRef>
  readonly unrepaired: Array<Unrepaired>
}

export const newDraft = (): RepairDraft => ({
  edits: [],
  to: null,
  leaves: false,
  decompressedBytes: null,
  reveals: false,
  firstLine: null,
  why: [],
  answered: [],
  unrepaired: []
})

/** Notes that a finding is answered; `why` is said once. */
export const answer = (draft: RepairDraft, finding: Finding, why: string): null => {
  draft.answered.push(refOf(finding))
  if (!draft.why.includes(why)) draft.why.push(why)
  return null
}

const isSame = (a: Edit, b: Edit): boolean =>
  a.offsetBytes === b.offsetBytes &&
  a.bytes === b.bytes &&
  a.spaces === b.spaces &&
  a.text === b.text

const overlaps = (a: Edit, b: Edit): boolean =>
  a.offsetBytes < b.offsetBytes + b.bytes && b.offsetBytes < a.offsetBytes + a.bytes

/** Adds edits to others; null when two of them mean the same bytes and not the same thing. */
const mergedEdits = (
  edits: ReadonlyArray<Edit>,
  more: ReadonlyArray<Edit>
): ReadonlyArray<Edit> | null => {
  const fresh = more.filter((edit) => !edits.some((other) => isSame(edit, other)))
  if (fresh.some((edit) => edits.some((other) => overlaps(edit, other)))) return null
  return [...edits, ...fresh].sort(
    (a, b) => a.offsetBytes - b.offsetBytes || a.bytes - b.bytes || putBytes(a) - putBytes(b)
  )
}

/**
 * Puts a line in front of a file: into the room of a first line that was blanked, when it fits there, so that nothing moves;
 * else by itself.
 */
export const withFirstLine = (edits: ReadonlyArray<Edit>, line: string): ReadonlyArray<Edit> => {
  const bytes = new TextEncoder().encode(line).length
  const [first, ...others] = edits
  const isRoom =
    first !== undefined &&
    first.offsetBytes === 0 &&
    first.text === '' &&
    first.spaces === first.bytes &&
    first.spaces >= bytes
  if (isRoom) return [{ ...first, spaces: first.spaces - bytes, text: line }, ...others]
  return [{ offsetBytes: 0, bytes: 0, spaces: 0, text: `${line}\n` }, ...edits]
}

/** Adds edits for a finding; a text says why they cannot be added. */
export const editFor = (
  draft: RepairDraft,
  finding: Finding,
  edits: ReadonlyArray<Edit>,
  why: string
): string | null => {
  const merged = mergedEdits(draft.edits, edits)
  if (merged === null)
    return 'another repair changes the same bytes: make a new plan after this one'
  draft.edits = merged
  return answer(draft, finding, why)
}
