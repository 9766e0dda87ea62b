/**
 * Costs in words, for whatever prices a file gave.
 */
import { readFile } from 'node:fs/promises'
import * as E from 'fp-ts/lib/Either.js'
import {
  costJson,
  costOf,
  costOfAll,
  exactDecimal,
  NO_COST,
  pricesOf,
  roundedDecimal,
  type Cost,
  type Prices
} from '../../../../domain/ledgers/usage/prices.ts'
import type { UsageGroup, UsageRow } from '../../../../replay/ledgers/usage.ts'
import { usage, type CommandFailure } from '../../text/report.ts'

/** What tokens cost, and how it is said. */
export interface Pricing {
  readonly currency: string
  readonly of: (row: UsageRow) => Cost
  readonly ofGroup: (group: UsageGroup) => Cost
  /** For people: cents, and two significant decimals of what is less. */
  readonly words: (cost: Cost) => string
  /** Every digit; null when a price is missing. */
  readonly amount: (cost: Cost) => string | null
  /** `known` is what is left when models without a price cost nothing. */
  readonly json: (cost: Cost) => {
    readonly currency: string
    readonly amount: string | null
    readonly known: string
    readonly unpriced: ReadonlyArray<string | null>
  }
}

const CENTS = 2
/** Digits of a cost behind its point. */
const COST_DIGITS = 12

const amount = ({ known, unpriced }: Cost): string | null =>
  unpriced.length === 0 ? exactDecimal(known) : null

const words = ({ known, unpriced }: Cost): string => {
  if (unpriced.length > 0 && known === 0n) return 'no price'
  const zeros = known === 0n ? 0 : Math.max(0, COST_DIGITS - known.toString().length)
  const decimals = Math.min(COST_DIGITS, zeros + CENTS)
  return `${unpriced.length > 0 ? '≥ ' : ''}${roundedDecimal(known, decimals)}`
}

const pricingOf = (prices: Prices): Pricing => ({
  currency: prices.currency,
  of: ({ tokens, model }) => (tokens === null ? NO_COST : costOf(prices, model, tokens)),
  ofGroup: ({ byModel }) => costOfAll(prices, byModel),
  words,
  amount,
  json: (cost) => costJson(prices, cost)
})

const EXAMPLE =
  '{"currency":"USD","models":[{"model":"NAME","input":1.25,"cachedInput":0.125,"output":10}]}'

const parsed = (text: string): E.Either<string, unknown> => {
  if (text.trim() === '') return E.left('the file is empty')
  return E.tryCatch(
    () => JSON.parse(text) as unknown,
    (thrown) => (thrown instanceof Error ? thrown.message : String(thrown))
  )
}

/** Reads a file of prices; what the system says about the file is thrown. */
export const readPrices = async (path: string): Promise<E.Either<CommandFailure, Prices>> => {
  const prices = E.chain(pricesOf)(parsed(await readFile(path, 'utf8')))
  return E.isRight(prices)
    ? prices
    : E.left(
        usage(
          `cannot read prices from ${path}: ${prices.left}`,
          `write ${EXAMPLE}, per million tokens`
        )
      )
}

export const readPricing = async (path: string): Promise<E.Either<CommandFailure, Pricing>> =>
  E.map(pricingOf)(await readPrices(path))
