/**
 * What mutations are told: patches of metadata and goals.
 */

/** A change of git facts: an absent member stays, null clears it. */
export interface GitPatch {
  readonly sha?: string | null
  readonly branch?: string | null
  readonly originUrl?: string | null
}

/** How far a goal is. */
export type GoalStatus =
  | 'active'
  | 'paused'
  | 'blocked'
  | 'usageLimited'
  | 'budgetLimited'
  | 'complete'

/** What a thread is to reach; times are Unix seconds. Members in the order of Codex. */
export interface Goal {
  readonly threadId: string
  readonly objective: string
  readonly status: GoalStatus
  readonly tokenBudget: number | null
  readonly tokensUsed: number
  readonly timeUsedSeconds: number
  readonly createdAt: number
  readonly updatedAt: number
}

/** A change of a goal: an absent member stays. */
export interface GoalPatch {
  readonly objective?: string
  readonly status?: GoalStatus
  readonly tokenBudget?: number | null
}
