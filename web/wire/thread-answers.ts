/**
 * What the views of a thread are answered with, as far as they show it.
 */
import type { Json, JsonObject } from '../../domain/json.ts'
import type { ThreadItem, Turn } from '../../domain/protocol.ts'

/** A line of a rollout; `reason` is there for a damaged one, `line` for every other. */
export interface EventRow {
  readonly revision: number
  readonly streamId: string
  readonly segment: number
  readonly offset: number
  readonly bytes: number
  readonly reason?: string
  readonly inherited?: boolean
  /** Where the damaged lines of a turn were asked for: the item this one stands behind, null before the first. */
  readonly after?: string | null
  /** There too: its first bytes, in base64. */
  readonly head?: string
  readonly line?: {
    readonly timestamp: string
    readonly type: string
    /** Of a line that Codex of its time would not write. */
    readonly kind?: string
    readonly payload: Json
  }
}

export interface EventPageAnswer {
  /** How many events the thread has. */
  readonly revision: number
  readonly data: ReadonlyArray<EventRow>
  /** Where the next page begins; null at the end. */
  readonly next: number | null
}

/** What the model gets when the thread is resumed. */
export interface ContextAnswer {
  readonly items: ReadonlyArray<JsonObject>
  readonly itemTokens: ReadonlyArray<number>
  readonly estimatedTokens: number
  readonly settings: JsonObject | null
  readonly resumesWith: { readonly model: string; readonly effort: string | null } | null
  readonly turnContext: JsonObject | null
  readonly tokenUsage: {
    readonly turnId: string | null
    readonly info: {
      readonly total_token_usage: { readonly total_tokens: number }
      readonly last_token_usage: { readonly total_tokens: number }
      readonly model_context_window?: number | null
    }
  } | null
}

/** Something that happened to a thread. */
export interface TrailRowAnswer {
  readonly at: string | null
  readonly action: string
  readonly turnId: string | null
  readonly after: JsonObject | null
}

export interface TrailPage {
  readonly data: ReadonlyArray<TrailRowAnswer>
  readonly nextCursor: string | null
}

/** What one patch did to a file. */
export interface FileChangeAnswer {
  readonly path: string
  readonly operation: string
  readonly movedTo: string | null
  readonly linesAdded: number | null
  readonly linesDeleted: number | null
  /** Null when no line says. */
  readonly applied: boolean | null
  readonly status: string
  readonly threadId: string
  readonly turnId: string | null
  readonly callId: string
  readonly atMs: number
  readonly rolledBack: boolean
}

export interface BlameAnswer {
  readonly path: string
  readonly data: ReadonlyArray<FileChangeAnswer>
  /** Other paths that end alike, when nothing is known of this one. */
  readonly hints: ReadonlyArray<string>
}

interface FileSumAnswer {
  readonly path: string
  readonly patches: number
  readonly linesAdded: number
  readonly linesDeleted: number
  readonly rolledBack: number
}

/** A file that patches of a thread changed. */
export interface ThreadFileAnswer extends FileSumAnswer {
  /** Null for a patch between turns. */
  readonly lastTurnId: string | null
  readonly lastAtMs: number
}

interface ModelSumAnswer {
  readonly model: string
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
}

interface FieldChangeAnswer {
  readonly field: string
  readonly before: Json
  readonly after: Json
}

/** An entry that is on one side only, or another one on each. */
export type ListChangeAnswer<A> =
  | { readonly change: 'removed'; readonly key: string; readonly before: A }
  | { readonly change: 'changed'; readonly key: string; readonly before: A; readonly after: A }
  | { readonly change: 'added'; readonly key: string; readonly after: A }

export interface ChangedTurn {
  readonly change: 'changed'
  readonly key: string
  readonly fields: ReadonlyArray<FieldChangeAnswer>
  readonly items: ReadonlyArray<ListChangeAnswer<ThreadItem>>
}

export type TurnDifferenceAnswer =
  | Exclude<ListChangeAnswer<Turn>, { readonly change: 'changed' }>
  | ChangedTurn

export type ContextDifference =
  | Exclude<ListChangeAnswer<JsonObject>, { readonly change: 'changed' }>
  | ({ readonly change: 'changed' } & FieldChangeAnswer)
export type FileDifference = ListChangeAnswer<FileSumAnswer>
export type UsageDifference = ListChangeAnswer<ModelSumAnswer>
