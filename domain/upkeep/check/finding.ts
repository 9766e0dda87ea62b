/**
 * A finding: one problem in one place.
 */
import type { JsonObject } from '../../json.ts'
import type { Severity } from './kind.ts'
import { KINDS, type ProblemKind } from './kinds.ts'

export type { Severity } from './kind.ts'

/** Bytes of a file; of a compressed one, of what it holds. */
interface ByteSpan {
  readonly offsetBytes: number
  readonly bytes: number
}

export interface Finding {
  readonly kind: ProblemKind
  readonly severity: Severity
  /** The thread whose reading is affected. */
  readonly threadId: string | null
  /** Relative to the home, with `/` between its parts. */
  readonly path: string | null
  readonly range: ByteSpan | null
  /** Number of the line in its file, counted as the store counts: blank lines are left out. */
  readonly revision: number | null
  /** One plain sentence: what is not seen, or is wrong, because of it. */
  readonly affected: string
  readonly facts: JsonObject
}

/** What a finding says beyond its kind; what is left out is null, or as the catalogue says. */
export interface FindingPlace {
  readonly severity?: Severity
  readonly threadId?: string | null
  readonly path?: string | null
  readonly range?: ByteSpan | null
  readonly revision?: number | null
  readonly affected?: string
  readonly facts?: JsonObject
}

/** Makes a finding of a kind; sentences and severity are those of the catalogue unless given. */
export const findingOf = (kind: ProblemKind, place: FindingPlace): Finding => {
  const { severity, affected } = KINDS[kind]
  return {
    kind,
    severity: place.severity ?? severity,
    threadId: place.threadId ?? null,
    path: place.path ?? null,
    range: place.range ?? null,
    revision: place.revision ?? null,
    affected: place.affected ?? affected,
    facts: place.facts ?? {}
  }
}
