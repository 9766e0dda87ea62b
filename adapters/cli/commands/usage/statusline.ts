/**
 * unroll usage statusline: one line about today, for prompts. Only threads whose file was modified today are looked at, so that it
 * is as quick in a home of thousands.
 */
import * as E from 'fp-ts/lib/Either.js'
import { calendarOf } from '../../../../domain/ledgers/usage/calendar.ts'
import { beginTyped } from '../../../../domain/time/typed-time.ts'
import type { Zone } from '../../../../domain/time/zone.ts'
import type { StoreError } from '../../../../domain/errors.ts'
import type { Engine } from '../../../../replay/engine.ts'
import type { UsageGroup } from '../../../../replay/ledgers/usage.ts'
import { oneLine, plural, tokenCount } from '../../text/text.ts'
import type { Pricing } from './cost.ts'

/** What was spent on a day. */
export interface DaySpent {
  readonly day: string
  readonly total: UsageGroup
  /** How many threads spent something. */
  readonly threads: number
}

/** What was spent since the day began in a zone. */
export const spentToday = async (
  engine: Engine,
  timeZone: Zone,
  nowMs: number
): Promise<E.Either<StoreError, DaySpent>> => {
  const day = calendarOf(timeZone).dayOf(nowMs)
  const sinceMs = beginTyped('today', { nowMs, zone: timeZone }) ?? 0
  const report = await engine.usage({ by: 'thread', timeZone, sinceMs, modifiedSinceMs: sinceMs })()
  return E.map(({ total, groups }: { total: UsageGroup; groups: ReadonlyArray<UsageGroup> }) => ({
    ...{ day, total },
    threads: groups.length
  }))(report)
}

const SIGNS: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£', JPY: '¥' }

const money = (pricing: Pricing, total: UsageGroup): string => {
  const words = pricing.words(pricing.ofGroup(total))
  const sign = SIGNS[pricing.currency]
  if (!/\d/.test(words)) return words
  return sign === undefined
    ? `${words} ${oneLine(pricing.currency)}`
    : words.replace(/\d/, (digit) => `${sign}${digit}`)
}

/** `today 182 k tokens · $1.12 · 3 threads`. */
export const statusText = ({ total, threads }: DaySpent, pricing: Pricing | null): string =>
  [
    `today ${total.lowerBound ? '≥ ' : ''}${tokenCount(total.totalTokens)} tokens`,
    ...(pricing === null || total.totalTokens === 0 ? [] : [money(pricing, total)]),
    ...(threads === 0 ? [] : [plural(threads, 'thread')])
  ].join(' · ')
