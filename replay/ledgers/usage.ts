/**
 * The usage ledger, as it is asked: who spent how many tokens, on what, when.
 */
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { StoreError } from '../../domain/errors.ts'
import type { Spend } from '../../domain/usage/spend.ts'
import type { Tokens } from '../../domain/usage/tokens.ts'

/** What the groups of a report stand for. */
export type UsageBy = 'total' | 'day' | 'month' | 'thread' | 'turn' | 'model' | 'provider' | 'agent'

/** What to add up. */
export interface UsageRequest {
  readonly by: UsageBy
  /** Only this thread. */
  readonly threadId?: string
  /** With `threadId`: and every thread below it. By thread: each with every thread below it. */
  readonly tree?: boolean
  /** Spends at or after this time. */
  readonly sinceMs?: number
  /** Spends before this time. */
  readonly untilMs?: number
  /** IANA name of the zone whose days and months count; UTC when absent. */
  readonly timeZone?: string
}

/** What one model cost in a group. */
export type ModelUsage = Tokens & {
  readonly model: string | null
  readonly provider: string | null
  /** Number of spends. */
  readonly rows: number
}

/** Spends that belong together. */
export type UsageGroup = Tokens & {
  /** Day `2026-11-21`, month `2026-11`, thread id, `THREAD/TURN`, model, provider or agent; `total` for a whole. */
  readonly key: string
  /** True when more was spent than the lines tell; see the reasons. */
  readonly lowerBound: boolean
  readonly rows: number
  /** Share of the input that came from the cache, 0 to 1; null without input. */
  readonly cacheHitRate: number | null
  readonly byModel: ReadonlyArray<ModelUsage>
}

/** Why a number is a lower bound. */
export interface UsageReason {
  readonly kind: string
  readonly threadId: string
  readonly text: string
}

/** A report; the groups are in the order of their keys, and add up to the total unless trees overlap. */
export interface UsageReport {
  readonly groups: ReadonlyArray<UsageGroup>
  readonly total: UsageGroup
  readonly reasons: ReadonlyArray<UsageReason>
}

/** One spend, with the file its line stands in. */
export type UsageRow = Spend & { readonly path: string | null }

type Answer<A> = TaskEither<StoreError, A>

/** The questions the usage ledger answers. */
export interface UsageLedger {
  readonly usage: (request: UsageRequest) => Answer<UsageReport>
  /** Every spend of a request, thread by thread, oldest first. */
  readonly usageRows: (request: UsageRequest) => Answer<AsyncIterable<UsageRow>>
}
