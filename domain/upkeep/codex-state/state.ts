/**
 * What Codex's databases say of the threads of a home.
 *
 * Source: the schema of `state_5.sqlite`, `goals_1.sqlite` as Codex 0.130.0, 0.142.5 and 0.169.0 make them. A column that
 * an older version does not have reads as null.
 */
import type { Goal, GoalStatus } from '../../changes/goal.ts'
import type { ThreadFacts } from '../../thread/thread.ts'
import { isBlank } from '../../white-space.ts'

/** A row of `threads`. */
export interface StateThread {
  /** In lower case. */
  readonly id: string
  /** Absolute, as Codex wrote it. */
  readonly rolloutPath: string
  readonly archived: boolean
  readonly source: string
  readonly modelProvider: string
  readonly cwd: string
  /** The first thing that was asked, or up to 0.142 the name that was given. */
  readonly title: string
  /** The name that was given (0.169). */
  readonly name: string | null
  readonly firstUserMessage: string
  /** Since 0.142. */
  readonly preview: string | null
  /** Tokens. */
  readonly tokensUsed: number
  readonly model: string | null
  readonly gitSha: string | null
  readonly gitBranch: string | null
  readonly gitOriginUrl: string | null
}

/** How far Codex is with reading the rollouts of the home into its database. */
export interface BackfillState {
  /** `pending`, `running` or `complete`; a Codex that finds another word does not start. */
  readonly status: string
  /** The last file that was read, relative to the home. */
  readonly lastWatermark: string | null
  /** Unix seconds. */
  readonly lastSuccessAt: number | null
  /** Unix seconds. */
  readonly updatedAt: number | null
}

export interface SpawnEdge {
  readonly parentId: string
  readonly childId: string
  /** `open` or `closed`. */
  readonly status: string
}

/** A row of `thread_goals`. */
export interface StateGoal {
  readonly threadId: string
  readonly objective: string
  /** As the database spells it: `usage_limited`. */
  readonly status: string
  /** Tokens. */
  readonly tokenBudget: number | null
  /** Tokens. */
  readonly tokensUsed: number
  readonly timeUsedSeconds: number
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** What `state_5.sqlite` holds. */
export interface CodexThreads {
  readonly threads: ReadonlyArray<StateThread>
  /** Null when the database has no such row. */
  readonly backfill: BackfillState | null
  readonly edges: ReadonlyArray<SpawnEdge>
  /** Goals up to 0.130; later ones have a database of their own. */
  readonly goals: ReadonlyArray<StateGoal>
}

/**
 * The name that people gave a thread, as Codex finds it: the column of 0.169, or a title that is not the first message.
 * Null when nobody gave one.
 *
 * Source: thread/list of 0.142.5 and 0.169.0 over homes whose `session_index.jsonl` was taken away.
 */
export const givenName = ({ name, title, firstUserMessage }: StateThread): string | null => {
  if (name !== null && name !== '') return name
  const isGiven = !isBlank(title) && title !== firstUserMessage
  return isGiven ? title : null
}

/**
 * The goal that holds: the database's where it was changed after the log last told of one. Codex writes a goal into its log
 * only while the thread is loaded (0.142.5, 0.169.0), and up to 0.130 never.
 */
export const goalThatHolds = (
  { goal, goalToldAtMs }: Pick<ThreadFacts, 'goal' | 'goalToldAtMs'>,
  remembered: StateGoal | null
): Goal | null =>
  remembered === null || remembered.updatedAtMs <= (goalToldAtMs ?? 0)
    ? goal
    : {
        threadId: remembered.threadId,
        objective: remembered.objective,
        status: goalStatus(remembered.status),
        tokenBudget: remembered.tokenBudget,
        tokensUsed: remembered.tokensUsed,
        timeUsedSeconds: remembered.timeUsedSeconds,
        createdAt: Math.floor(remembered.createdAtMs / 1000),
        updatedAt: Math.floor(remembered.updatedAtMs / 1000)
      }

/** A status of a goal as clients spell it: `usageLimited`. */
export const goalStatus = (status: string): GoalStatus =>
  status.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) as GoalStatus
