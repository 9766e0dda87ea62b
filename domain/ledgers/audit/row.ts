/**
 * The rows of the audit trail: what happened to a thread, when, by whom, and which bytes say so.
 *
 * Units:  `at` is RFC 3339 in UTC as the line has it; null when no line tells the time. `orderMs` sorts rows: the greatest
 *         time so far in the same file.
 */
import type { Certainty } from '../../certainty.ts'
import type { JsonObject } from '../../json.ts'

/** Everything that can happen to a thread. */
export const AUDIT_ACTIONS = [
  'created',
  'forked',
  'spawned',
  'imported',
  'resumed',
  'turn_started',
  'turn_completed',
  'turn_failed',
  'turn_interrupted',
  'steered',
  'rolled_back',
  'turns_restored',
  'reverted',
  'compacted',
  'review_started',
  'reviewed',
  'agent_spawned',
  'agent_closed',
  'agent_resumed',
  'settings_changed',
  'metadata_changed',
  'goal_changed',
  'goal_cleared',
  'asked',
  'answered',
  'renamed',
  'archived',
  'unarchived',
  'deleted',
  'restored',
  'repaired',
  'rewritten',
  'changed'
] as const

/** What happened. `changed` is an operation of unroll that no other word fits. */
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/** What the metadata of a thread says about its origin. */
export interface ThreadOrigin {
  /** Program that made the thread, in its own words. */
  readonly originator: string | null
  /** Version that made it; a later one may have gone on with it. */
  readonly cliVersion: string | null
  /** Account that made it (0.169). */
  readonly account: string | null
  /** Kind of agent the thread is, and whose; null for a thread of a person. */
  readonly subagent: { readonly kind: string; readonly parentThreadId: string | null } | null
}

/** Who did it, as far as lines and the operation log tell. */
export interface AuditActor extends ThreadOrigin {
  /** The unroll process that did it; null for what Codex did. */
  readonly process: { readonly pid: number; readonly user: string } | null
  /** What asked unroll for it: `cli`, `library`, `app-server:<client>`. */
  readonly client: string | null
}

export const NOBODY: AuditActor = {
  originator: null,
  cliVersion: null,
  account: null,
  subagent: null,
  process: null,
  client: null
}

export type AuditEvidence =
  /** A line of a rollout; `file` is its name without folder and `.zst`, which stays when the file is moved. */
  | {
      readonly kind: 'line'
      readonly file: string
      readonly offset: number
      readonly bytes: number
      /** The operation of unroll that wrote the line; null for a line of Codex. */
      readonly operationId: string | null
    }
  /** Both records of an operation in `.unroll/operations.jsonl`. */
  | { readonly kind: 'operation'; readonly operationId: string }
  /** A line of `session_index.jsonl` with this time; its place changes when other lines are deleted. */
  | { readonly kind: 'name'; readonly updatedAt: string; readonly operationId: string | null }
  /** The folder the file lies in. */
  | { readonly kind: 'place'; readonly file: string }
  /** A record of a question of unroll as the server; the answer has the same id. */
  | { readonly kind: 'question'; readonly questionId: string }
  /** A record of `external_agent_session_imports.json`. */
  | { readonly kind: 'import'; readonly importedAt: number }

/** One thing that happened to a thread. */
export interface AuditRow {
  readonly threadId: string
  readonly at: string | null
  readonly action: AuditAction
  readonly turnId: string | null
  readonly actor: AuditActor
  /** What it was, where that means something. */
  readonly before: JsonObject | null
  /** What it is from then on, or how it was done. */
  readonly after: JsonObject | null
  readonly evidence: AuditEvidence
  readonly certainty: Certainty
}

/** A row as the fold over one file makes it; the caller knows the thread and the name of the file. */
export interface TrailRow extends Omit<AuditRow, 'threadId' | 'actor' | 'evidence'> {
  readonly origin: ThreadOrigin
  readonly orderMs: number
  readonly offset: number
  readonly bytes: number
}

/** A text from a rollout, short enough for a row. */
export const shortText = (value: unknown): string | null =>
  typeof value !== 'string'
    ? null
    : value.length <= TEXT_CHARACTERS_MAX
      ? value
      : `${value.slice(0, TEXT_CHARACTERS_MAX)}…`

const TEXT_CHARACTERS_MAX = 500
