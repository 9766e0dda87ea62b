/**
 * What the examiner of a file is given, and how it tells what it finds.
 */
import type { JsonObject } from '../../../json.ts'
import type { RolloutLine } from '../../../log/event.ts'
import type { LineProblem } from '../damage.ts'
import { findingOf, type Finding, type FindingPlace } from '../finding.ts'
import type { ProblemKind } from '../kinds.ts'

export interface FileFacts {
  /** The thread in the name; null for a name without one. */
  readonly threadId: string | null
  /** Relative to the home. */
  readonly path: string
  /** True for a file that continues another one of its thread. */
  readonly isSegment: boolean
  /** True while a writer has the thread: its last line and turn may go on. */
  readonly isHeld: boolean
}

export interface ExaminedLine {
  readonly offsetBytes: number
  /** Without the newline. */
  readonly bytes: number
  readonly terminated: boolean
  readonly endsInReturn: boolean
  /** The event, or what is wrong with the line. */
  readonly read: RolloutLine | LineProblem
  /** The first bytes of the line; looked at only behind a torn one. */
  readonly head: Uint8Array
}

export interface ExaminedEvent {
  readonly revision: number
  readonly offsetBytes: number
  readonly bytes: number
  readonly line: RolloutLine
}

/** Where a finding stands, in short. */
export type LineLocation = Pick<ExaminedEvent, 'revision' | 'offsetBytes' | 'bytes'>

/** Findings of a file; of one kind only so many are kept, the others are counted. */
export interface FileFindings {
  readonly facts: FileFacts
  readonly findings: Array<Finding>
  readonly counts: Map<ProblemKind, number>
}

/** Findings of one kind and file beyond this many are only counted. */
const FINDINGS_MAX = 1000

export const startFound = (facts: FileFacts): FileFindings => ({
  facts,
  findings: [],
  counts: new Map()
})

export const addFinding = (
  found: FileFindings,
  kind: ProblemKind,
  at: LineLocation | null,
  facts: JsonObject,
  more: Pick<FindingPlace, 'severity' | 'affected'> = {}
): void => {
  const count = (found.counts.get(kind) ?? 0) + 1
  found.counts.set(kind, count)
  if (count > FINDINGS_MAX) return
  const { threadId, path } = found.facts
  const range = at === null ? null : { offsetBytes: at.offsetBytes, bytes: at.bytes }
  const place = { threadId, path, range, revision: at?.revision ?? null, facts, ...more }
  found.findings.push(findingOf(kind, place))
}

const offsetOf = ({ range }: Finding): number => range?.offsetBytes ?? -1

/** The findings in the order of the file; a last one of a kind tells how many more there were. */
export const allFound = (found: FileFindings): ReadonlyArray<Finding> => {
  const { threadId, path } = found.facts
  const more = [...found.counts].flatMap(([kind, count]) =>
    count > FINDINGS_MAX
      ? [findingOf(kind, { threadId, path, facts: { more: count - FINDINGS_MAX } })]
      : []
  )
  return [...found.findings.sort((a, b) => offsetOf(a) - offsetOf(b)), ...more]
}
