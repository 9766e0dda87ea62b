/**
 * What the fold of a thread's usage knows between two lines: a few numbers, whatever the thread's length.
 */
import type { InheritanceRule } from '../../log/inherited.ts'
import { NO_COUNTS, type RunningCounts } from './growth.ts'
import type { KeptSpend } from './spend.ts'
import { NO_TOKENS, type Tokens } from './tokens.ts'

type SpenderKind = 'main' | 'agent' | 'review' | 'other'

/** Who spends: a person's thread, or one that a thread started. */
export interface Spender {
  readonly kind: SpenderKind
  /** The thread it was started by; null for a person's, and where Codex does not tell (reviews of 0.130). */
  readonly parentId: string | null
  readonly forkedFromId: string | null
  readonly nickname: string | null
  readonly role: string | null
  readonly path: string | null
  /** What an unusual sub-agent is for, as Codex names it. */
  readonly purpose: string | null
}

/** A thread whose metadata says nothing. */
export const MAIN: Spender = {
  kind: 'main',
  parentId: null,
  forkedFromId: null,
  nickname: null,
  role: null,
  path: null,
  purpose: null
}

/** Settings that hold for the next answer. */
export interface SpendSettings {
  readonly model: string | null
  readonly provider: string | null
  readonly effort: string | null
  readonly serviceTier: string | null
}

/** A response that called a tool, and that no count includes yet. */
export type UncountedAnswer = Pick<KeptSpend, 'turnId' | 'turnPlace' | 'occurredAtMs' | 'place'>

export interface UsageState {
  /** Null before the thread's own metadata. */
  readonly spender: Spender | null
  /** True when the thread was given a history: its count goes on from that. */
  readonly continues: boolean
  readonly settings: SpendSettings
  readonly counts: RunningCounts
  /** What the newest record says the thread spent in all; null before the first. */
  readonly recorded: Tokens | null
  /** What records told since the newest count that grew. */
  readonly pending: Tokens
  /** True when the open turn has said which model it asks; a compaction counts before it does. */
  readonly isAsking: boolean
  /** The first tool call since the newest count: its answer is not counted yet. */
  readonly asked: UncountedAnswer | null
  /** Number of spends so far. */
  readonly spends: number
  /** Of these, how many of unknown size. */
  readonly unrecorded: number
  /** The first spend since the open turn began or was compacted. */
  readonly freshFrom: number
  /** The newest turn that was interrupted. */
  readonly abortedId: string | null
  /** First spends of what rollbacks hid, newest last, as long as one can be taken back. */
  readonly hidden: ReadonlyArray<number>
  /** The newest run of spends that are all flagged as rolled back. */
  readonly flagged: { readonly from: number; readonly until: number }
  /** The first rule by which a line was inherited. */
  readonly inheritedBy: InheritanceRule | null
  /** True when a spend fell into a turn that only counting every event can name. */
  readonly needsEveryEvent: boolean
}

export const NO_USAGE: UsageState = {
  spender: null,
  continues: false,
  settings: { model: null, provider: null, effort: null, serviceTier: null },
  counts: NO_COUNTS,
  recorded: null,
  pending: NO_TOKENS,
  isAsking: false,
  asked: null,
  spends: 0,
  unrecorded: 0,
  freshFrom: 0,
  abortedId: null,
  hidden: [],
  flagged: { from: 0, until: 0 },
  inheritedBy: null,
  needsEveryEvent: false
}
