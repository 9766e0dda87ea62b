/**
 * Goals: what a thread is to reach, and how a change of one is applied.
 *
 * Units:  times are Unix seconds, budgets and usage are tokens.
 * Source: thread/goal/set of Codex 0.130.0, 0.142.5 and 0.169.0 (every status after every other), and the `thread_goal_updated` events it writes.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { NewEvent } from './new-event.ts'
import type { RolloutLine } from '../log/event.ts'
import { ThreadGoalUpdated } from '../log/payloads.ts'
import { trimmed } from '../white-space.ts'

export type GoalStatus =
  | 'active'
  | 'paused'
  | 'blocked'
  | 'usageLimited'
  | 'budgetLimited'
  | 'complete'

/** A goal. Members in the order of Codex. */
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

/** A change of a goal: an absent member stays, a null budget removes it. */
export interface GoalPatch {
  readonly objective?: string
  readonly status?: GoalStatus
  readonly tokenBudget?: number | null
}

/** The goal a recorded event tells of. */
export const goalOf = (goal: ThreadGoalUpdated['goal']): Goal => ({
  threadId: goal.threadId,
  objective: goal.objective,
  status: goal.status,
  tokenBudget: goal.tokenBudget ?? null,
  tokensUsed: goal.tokensUsed ?? 0,
  timeUsedSeconds: goal.timeUsedSeconds ?? 0,
  createdAt: goal.createdAt ?? 0,
  updatedAt: goal.updatedAt ?? 0
})

const OBJECTIVE_CHARACTERS_MAX = 4000

const objectiveOf = ({ objective }: GoalPatch): string | undefined =>
  objective === undefined ? undefined : trimmed(objective)

const refusal = (patch: GoalPatch): string | null => {
  const objective = objectiveOf(patch)
  if (objective === '') return 'goal objective must not be empty'
  if (objective !== undefined && [...objective].length > OBJECTIVE_CHARACTERS_MAX)
    return `goal objective must be at most ${OBJECTIVE_CHARACTERS_MAX} characters`
  const budget = patch.tokenBudget
  return typeof budget === 'number' && budget <= 0
    ? 'goal budgets must be positive when provided'
    : null
}

/** Pausing or blocking does not change a goal that ran out of its budget. */
const nextStatus = (old: GoalStatus, asked: GoalStatus | undefined): GoalStatus =>
  asked === undefined || (old === 'budgetLimited' && (asked === 'paused' || asked === 'blocked'))
    ? old
    : asked

/**
 * A new goal, or the given one changed: usage and creation time stay with it. `replaces`: another objective, or any
 * objective after a goal was reached, is a new goal (0.130). `Left` says why not, in Codex's words.
 */
export const changedGoal = (
  threadId: string,
  goal: Goal | null,
  patch: GoalPatch,
  { nowSeconds, replaces }: { readonly nowSeconds: number; readonly replaces: boolean }
): E.Either<string, Goal> => {
  const refused = refusal(patch)
  if (refused !== null) return E.left(refused)
  const objective = objectiveOf(patch)
  if (goal === null && objective === undefined)
    return E.left(`cannot update goal for thread ${threadId}: no goal exists`)
  const isAnother = objective !== undefined && objective !== goal?.objective
  const isReached = objective !== undefined && goal?.status === 'complete'
  const kept = replaces && (isAnother || isReached) ? null : goal
  const old: Goal = kept ?? {
    threadId,
    objective: objective ?? '',
    status: 'active',
    tokenBudget: null,
    tokensUsed: 0,
    timeUsedSeconds: 0,
    createdAt: nowSeconds,
    updatedAt: nowSeconds
  }
  return E.right({
    ...old,
    objective: objective ?? old.objective,
    status: nextStatus(old.status, patch.status),
    tokenBudget: patch.tokenBudget === undefined ? old.tokenBudget : patch.tokenBudget,
    updatedAt: nowSeconds
  })
}

/** The event that tells of a goal; a goal without a budget has no such member on disk. */
export const goalEvent = ({ tokenBudget, ...goal }: Goal, timestamp: string): NewEvent => {
  const { threadId, objective, status, ...rest } = goal
  const budget = tokenBudget === null ? {} : { tokenBudget }
  return {
    timestamp,
    type: 'event_msg',
    payload: {
      type: 'thread_goal_updated',
      threadId,
      goal: { threadId, objective, status, ...budget, ...rest }
    }
  }
}

/** Kind of a line that sets a goal in an era that does not keep goals. */
export const GOAL_UPDATED = 'event_msg:thread_goal_updated'
/** Kind of a line that clears the goal. */
export const GOAL_CLEARED = 'event_msg:unroll_goal_cleared'

/** The goal of a thread after a line: null when it is cleared, undefined when the line is not about it. */
export const goalSaid = (line: RolloutLine, threadId: string): Goal | null | undefined => {
  if (line.type === 'event_msg')
    return line.payload.type === 'thread_goal_updated' ? ownGoal(line.payload, threadId) : undefined
  if (line.type !== 'ignored') return undefined
  if (line.kind === GOAL_UPDATED && ThreadGoalUpdated.is(line.payload))
    return ownGoal(line.payload, threadId)
  const named = line.kind === GOAL_CLEARED ? line.payload['threadId'] : null
  return typeof named === 'string' && named.toLowerCase() === threadId ? null : undefined
}

/** A fork carries the goals of its source, but they are not its own. */
const ownGoal = ({ goal }: ThreadGoalUpdated, threadId: string): Goal | undefined =>
  goal.threadId.toLowerCase() === threadId ? goalOf(goal) : undefined

/** unroll's own event for a cleared goal; Codex ignores it. */
export const goalClearedEvent = (threadId: string, timestamp: string): NewEvent => ({
  timestamp,
  type: 'event_msg',
  payload: { type: 'unroll_goal_cleared', threadId }
})
