/**
 * A repair plan: which bytes of which files of a home become what, decided before anything is touched.
 *
 * Shape:  a JSON file; its digest is the SHA-256 of its bytes. Applying takes exactly these steps or none.
 * Paths:  relative to the home, with `/` between parts. A plan may come from anybody: `plan-file.ts` reads it.
 */
import type { FileContent } from '../../changes/relocation.ts'
import type { Finding } from '../check/finding.ts'

/** Bytes that give way to others; edits of a step are sorted and do not overlap. */
export interface Edit {
  /** In the file as it is before; of a compressed one, in what it holds. */
  readonly offsetBytes: number
  /** How many bytes go; 0 to insert. */
  readonly bytes: number
  /** How many spaces come in their place, before `text`: what is blanked keeps its length. */
  readonly spaces: number
  readonly text: string
}

/** A finding that a step repairs. */
export type FindingRef = Pick<Finding, 'kind' | 'threadId' | 'path' | 'range' | 'revision'>

export const refOf = ({ kind, threadId, path, range, revision }: Finding): FindingRef => ({
  kind,
  threadId,
  path,
  range,
  revision
})

/** What is done about one file. */
export interface PlanStep {
  /** The thread whose writer must be still; null for a file that belongs to none. */
  readonly threadId: string | null
  readonly path: string
  readonly before: FileContent
  /** Where the new content stands; null when the file goes to quarantine and nothing takes its place. */
  readonly to: string | null
  /** How many bytes of what a compressed file holds are taken; null for a plain file. */
  readonly decompressedBytes: number | null
  readonly edits: ReadonlyArray<Edit>
  /** What stands at `to` afterwards; null when `to` is. */
  readonly after: FileContent | null
  /** One sentence for each thing that is done. */
  readonly why: ReadonlyArray<string>
  /** The findings it answers. */
  readonly findings: ReadonlyArray<FindingRef>
}

/** A finding that no step answers. */
export interface Unrepaired extends FindingRef {
  readonly reason: string
}

/** What would be repaired, and what cannot be. */
export interface RepairPlan {
  readonly unrollRepairPlan: typeof PLAN_VERSION
  /** Absolute path of the home it is for. */
  readonly home: string
  readonly steps: ReadonlyArray<PlanStep>
  readonly unrepaired: ReadonlyArray<Unrepaired>
}

export const PLAN_VERSION = 1

export const printPlan = (plan: RepairPlan): string => `${JSON.stringify(plan, null, 1)}\n`

/** How many bytes stand in the place of an edit. */
export const putBytes = ({ spaces, text }: Pick<Edit, 'spaces' | 'text'>): number =>
  spaces + new TextEncoder().encode(text).length

/** How many bytes a step adds; negative when it takes some away. */
export const growthOf = (edits: ReadonlyArray<Edit>): number =>
  edits.reduce((sum, edit) => sum + putBytes(edit) - edit.bytes, 0)
