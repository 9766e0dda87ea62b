/**
 * Analytics made again: what Codex would have posted about the threads of a home, from their rollouts alone.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { AnalyticsEvent } from '../../domain/ledgers/analytics/envelope.ts'
import type { Fact } from '../../domain/ledgers/analytics/fact.ts'
import type { Rendering } from '../../domain/ledgers/analytics/context.ts'
import { reduceFact } from '../../domain/ledgers/analytics/reducer.ts'
import { NO_ANALYTICS } from '../../domain/ledgers/analytics/state.ts'
import type { Contract } from '../../domain/ledgers/analytics/vocabulary.ts'
import { tokensFact, tokensOfTurns } from '../../domain/ledgers/analytics/with-tokens.ts'
import { sha1Hex } from '../../domain/digest.ts'
import { analytics } from '../../projections/analytics.ts'
import { ANALYTICS, USAGE } from '../../projections/ledgers.ts'
import { rowPieces } from '../catch-up/pieces.ts'
import { ledgerOf, type Ledger, type LedgerParts } from './ledger.ts'
import { spendsOf } from './usage-rows.ts'
import type { Answer, Result } from '../result.ts'

export interface AnalyticsRequest {
  readonly contract: Contract
  readonly threadId?: string
  readonly sinceMs?: number
  readonly untilMs?: number
}

export interface AnalyticsLedger {
  /** The events of each thread in the order of its lines, thread by thread in the order of their ids. */
  readonly analytics: (request: AnalyticsRequest) => Answer<AsyncIterable<AnalyticsEvent>>
}

interface AnalyticsParts {
  readonly facts: Ledger
  readonly usage: Ledger
}

async function* eventsOf(
  { facts: { env, table }, usage }: AnalyticsParts,
  threadId: string,
  rendering: Rendering
): AsyncGenerator<AnalyticsEvent> {
  const tokens = tokensOfTurns(spendsOf(usage, threadId))
  let state = NO_ANALYTICS
  for await (const rows of rowPieces(env, [table(analytics), threadId]))
    for (const [, row] of rows) {
      const fact = row as Fact
      const told = fact.kind === 'turn_ended' ? [tokensFact(fact, tokens), fact] : [fact]
      for (const one of told) {
        const [next, events] = reduceFact(state, one, rendering)
        state = next
        yield* events
      }
    }
}

const isIn = ({ sinceMs = -Infinity, untilMs = Infinity }: AnalyticsRequest, atMs: number) =>
  sinceMs <= atMs && atMs < untilMs

const threadIds = async (
  { facts, usage }: AnalyticsParts,
  { threadId }: AnalyticsRequest
): Promise<Result<ReadonlyArray<string>>> => {
  const counted = await usage.some(threadId)
  if (E.isLeft(counted)) return counted
  const all = await facts.some(threadId)
  return E.isLeft(all) ? all : E.right(all.right.map(({ streamId }) => streamId).sort())
}

async function* answer(
  sources: AnalyticsParts,
  ids: ReadonlyArray<string>,
  request: AnalyticsRequest
): AsyncGenerator<AnalyticsEvent> {
  const rendering = { contract: request.contract, sha1: sha1Hex }
  for (const id of ids)
    for await (const event of eventsOf(sources, id, rendering))
      if (isIn(request, event.atMs)) yield event
}

export const open = (parts: LedgerParts): AnalyticsParts => ({
  facts: ledgerOf(parts, ANALYTICS),
  usage: ledgerOf(parts, USAGE)
})

export const analyticsEvents = async (sources: AnalyticsParts, request: AnalyticsRequest) => {
  const ids = await threadIds(sources, request)
  return E.map((all: ReadonlyArray<string>) => answer(sources, all, request))(ids)
}
