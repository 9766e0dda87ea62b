/**
 * What the fold of a trail carries from line to line, and what a line makes of it.
 */
import type { ThreadOrigin, TrailRow } from './row.ts'
import type { Json, JsonObject } from '../../json.ts'

/** Settings of a turn or of a client by name; absent ones are unknown. */
export type KnownSettings = Readonly<Record<string, Json>>

export interface TrailFacts {
  /** True once the thread's own metadata was read. */
  readonly began: boolean
  /** Git facts and memory mode, as the newest metadata has them. */
  readonly metadata: KnownSettings
  readonly settings: KnownSettings | null
  readonly goal: { readonly objective: string; readonly status: string } | null
}

export const UNKNOWN_FACTS: TrailFacts = { began: false, metadata: {}, settings: null, goal: null }

export interface TrailReview {
  readonly target: JsonObject
  /** Turn of the reviewer, once it began. */
  readonly turnId: string | null
}

/** Calls about agents whose output did not come yet, by call id. */
export type PendingAgents = Readonly<
  Record<
    string,
    {
      readonly action: 'agent_spawned' | 'agent_closed' | 'agent_resumed'
      /** The agent it names; null for one that is yet to be. */
      readonly target: string | null
      readonly role: string | null
    }
  >
>

export interface Import {
  /** Turns since the last one that ended. */
  readonly turns: number
}

export interface OpenAuditTurn {
  readonly id: string
  /** User messages in it so far. */
  readonly messages: number
  /** True when it was compacted or a person's command run in this turn: then it ends without an answer. */
  readonly answerless: boolean
  /** Why it failed, in a file that says so before its end. */
  readonly failure: string | null
}

/** State of the fold; small for a file of any length. */
export interface TrailState {
  readonly origin: ThreadOrigin
  readonly orderMs: number
  /** Rows so far. */
  readonly rows: number
  readonly turn: OpenAuditTurn | null
  readonly review: TrailReview | null
  /** True after a review without a result, until its turn ends. */
  readonly reviewFailed: boolean
  /** A review mark of which only the next turn can tell whether it was copied. */
  readonly held: TrailRow | null
  readonly agents: PendingAgents
  readonly facts: TrailFacts
  readonly imported: Import
}

export const START_OF_TRAIL: TrailState = {
  origin: { originator: null, cliVersion: null, account: null, subagent: null },
  orderMs: 0,
  rows: 0,
  turn: null,
  review: null,
  reviewFailed: false,
  held: null,
  agents: {},
  facts: UNKNOWN_FACTS,
  imported: { turns: 0 }
}

/** A row without its place. */
export type TrailDraft = Pick<TrailRow, 'action'> &
  Partial<Pick<TrailRow, 'at' | 'turnId' | 'before' | 'after' | 'certainty' | 'origin'>>

/** The next state and the rows of a line. */
export type TrailStep = readonly [TrailState, ReadonlyArray<TrailDraft>]
