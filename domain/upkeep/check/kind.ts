/**
 * What a row of the catalogue of problems says.
 */

/**
 * How bad a problem is. `broken`: something that was written is not read, by unroll or by a Codex. `warning`: all is read,
 * but something is at odds and may cost more later. `note`: worth knowing, does no harm.
 */
export type Severity = 'note' | 'warning' | 'broken'

/** What a plan of repairs does about a kind of problem, or the reason why it does nothing. */
type RepairText = { readonly plan: string } | { readonly none: string }

/** One kind of problem, in plain sentences; docs/CHECK.md is rendered from it. */
export interface KindText {
  /** As it usually is; a finding may be milder, and its facts say why. */
  readonly severity: Severity
  /** What stands on disk. */
  readonly meaning: string
  /** How it comes to be. */
  readonly cause: string
  /** What Codex 0.130, 0.142 and 0.169 make of it. */
  readonly codex: string
  /** What unroll makes of it. */
  readonly unroll: string
  /** What is not seen or wrong because of it; the sentence of a finding when nothing more exact is known. */
  readonly affected: string
  readonly repair: RepairText
}
