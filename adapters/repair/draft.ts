/**
 * A step in the making: what the rules have said about one file so far.
 */
import type { Finding } from '../../domain/check/finding.ts'
import { mergedEdits } from '../../domain/repair/merge.ts'
import { refOf, type Edit, type FindingRef, type Unrepaired } from '../../domain/repair/plan.ts'

/** What is to become of a file. */
export interface Draft {
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

/** A draft that does nothing. */
export const newDraft = (): Draft => ({
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
export const answer = (draft: Draft, finding: Finding, why: string): null => {
  draft.answered.push(refOf(finding))
  if (!draft.why.includes(why)) draft.why.push(why)
  return null
}

/** Adds edits for a finding; the text says why they cannot be. */
export const editFor = (
  draft: Draft,
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
