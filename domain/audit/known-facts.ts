/**
 * What is known of a thread's settings, metadata and goal, so that a line which says the same again makes no row.
 */
import type { Json } from '../json.ts'

/** Settings of a turn or of a client, by their names here; absent ones were never told. */
export type KnownSettings = Readonly<Record<string, Json>>

/** What is known. */
export interface TrailFacts {
  /** True once the thread's own metadata was read. */
  readonly began: boolean
  /** Git facts and memory mode, as the newest metadata has them. */
  readonly metadata: KnownSettings
  readonly settings: KnownSettings | null
  readonly goal: { readonly objective: string; readonly status: string } | null
}

/** Before the first line. */
export const UNKNOWN_FACTS: TrailFacts = { began: false, metadata: {}, settings: null, goal: null }
