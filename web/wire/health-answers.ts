/**
 * What checks, plans of repairs, doctor and the reports about files answer.
 */
import type { JsonObject } from '../../domain/json.ts'

export type SeverityAnswer = 'broken' | 'warning' | 'note'

export interface FindingAnswer {
  readonly kind: string
  readonly severity: SeverityAnswer
  readonly threadId: string | null
  /** Relative to the home. */
  readonly path: string | null
  readonly range: { readonly offsetBytes: number; readonly bytes: number } | null
  readonly revision: number | null
  readonly affected: string
  readonly remedy: string
}

export interface CheckSummaryAnswer {
  readonly rollouts: number
  readonly ok: number
  readonly warned: number
  readonly broken: number
  readonly findings: Readonly<Record<SeverityAnswer, number>>
  readonly bytes: number
}

/** A kind of problem in words. */
export interface Explained {
  readonly kind: string
  readonly meaning: string
  readonly cause: string
  readonly codex: string
  readonly unroll: string
  readonly repair: { readonly plan: string } | null
}

export interface PlanStepAnswer {
  readonly threadId: string | null
  readonly path: string
  readonly before: { readonly bytes: number }
  readonly to: string | null
  readonly after: { readonly bytes: number } | null
  readonly why: ReadonlyArray<string>
}

export interface PlannedAnswer {
  readonly digest: string
  readonly plan: {
    readonly steps: ReadonlyArray<PlanStepAnswer>
    readonly unrepaired: ReadonlyArray<{
      readonly kind: string
      readonly threadId: string | null
      readonly path: string | null
      readonly reason: string
    }>
  }
}

export interface FileCountsAnswer {
  readonly files: number
  readonly bytes: number
}

export interface InspectionAnswer {
  readonly agrees: boolean
  readonly databases: ReadonlyArray<{
    readonly name: string
    readonly path: string
    readonly why: string | null
    readonly sizeBytes: number | null
    readonly status: string
  }>
  readonly files: { readonly active: FileCountsAnswer; readonly archived: FileCountsAnswer }
  readonly index: { readonly active: number; readonly archived: number }
  readonly rows: JsonObject | null
  readonly findings: ReadonlyArray<FindingAnswer>
}

export interface IndexAnswer {
  readonly index: string
  readonly threads: number
  readonly turns: number
  readonly damagedLines: number
  readonly unfinishedTails: number
  readonly unreadable: number
  readonly duplicates: number
  readonly changes: number
  readonly bytes: number
}

/** What some files take on disk. */
export interface SpentAnswer {
  readonly files: number
  readonly lines: number
  readonly diskBytes: number
  readonly rawBytes: number
  readonly kinds: Readonly<Record<string, number>>
  readonly copiedBytes: number
  readonly reclaimableBytes: number
}

export interface ThreadSpentAnswer extends SpentAnswer {
  readonly threadId: string
  readonly name: string | null
  readonly archived: boolean
  readonly unreadable: ReadonlyArray<{ readonly path: string; readonly reason: string }>
}

export interface StorageAnswer {
  readonly threads: ReadonlyArray<ThreadSpentAnswer>
  readonly total: SpentAnswer
}

/** A change that unroll made. */
export interface OperationAnswer {
  readonly began: {
    readonly id: string
    readonly at: string
    readonly operation: string
    readonly threadIds: ReadonlyArray<string>
    readonly by: { readonly pid: number; readonly user: string; readonly actor: string }
    readonly arguments: JsonObject
    readonly undoes: string | null
  }
  readonly ended: {
    readonly at: string
    readonly outcome: 'done' | 'failed'
    readonly reason: string | null
    readonly inverse: { readonly operation: string; readonly arguments: JsonObject } | null
    readonly noInverse: string | null
  } | null
  readonly state: 'done' | 'failed' | 'unfinished' | 'undone'
  readonly undoneBy: string | null
}
