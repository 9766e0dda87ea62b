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
  /** Name of the directory of the newest of them; empty where none is known. */
  readonly directory: string
}

/** The last name of a directory, as a shell prompt has it. */
const nameOf = (cwd: string): string => cwd.split(/[\\/]/).findLast((part) => part !== '') ?? ''

/** Ids begin with the time of a thread, so the newest is known without a list of the home. */
const newestDirectory = async (
  engine: Engine,
  groups: ReadonlyArray<UsageGroup>
): Promise<string> => {
  const newest = groups
    .map(({ key }) => key)
    .toSorted()
    .at(-1)
  if (newest === undefined) return ''
  const thread = await engine.readThread(newest, false)()
  return E.isLeft(thread) ? '' : nameOf(thread.right.cwd)
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
  if (E.isLeft(report)) return report
  const { total, groups } = report.right
  const directory = await newestDirectory(engine, groups)
  return E.right({ day, total, threads: groups.length, directory })
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

/** `today 182 k tokens · $1.12 · demo 3 threads`. */
export const statusText = (
  { total, threads, directory }: DaySpent,
  pricing: Pricing | null
): string =>
  [
    `today ${total.lowerBound ? '≥ ' : ''}${tokenCount(total.totalTokens)} tokens`,
    ...(pricing === null || total.totalTokens === 0 ? [] : [money(pricing, total)]),
    ...(threads === 0 ? [] : [`${oneLine(directory)} ${plural(threads, 'thread')}`.trimStart()])
  ].join(' · ')
