/**
 * What tokens cost, by prices that somebody gives. There are none built in: a price that is not known stays unknown.
 *
 * Prices are decimals and sums of them must not drift, so all arithmetic is on whole numbers: a price is counted in
 * millionths of the currency for a million tokens, and a cost therefore in billionths of a thousandth (10^-12).
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { Tokens } from './tokens.ts'

const PRICE = /^(\d{1,9})(?:\.(\d{1,6}))?$/
const PRICE_DIGITS = 6
const COST_DIGITS = 12

const isPrice = (value: unknown): value is number | string =>
  (typeof value === 'number' || typeof value === 'string') && PRICE.test(String(value))

/** Null where nobody has written a price yet. */
type WrittenPrice = number | string | null

const isWrittenPrice = (value: unknown): value is WrittenPrice => value === null || isPrice(value)

const Price = new t.Type<WrittenPrice, WrittenPrice, unknown>(
  'a price such as 1.25, of at most six decimals',
  isWrittenPrice,
  (value, context) => (isWrittenPrice(value) ? t.success(value) : t.failure(value, context)),
  t.identity
)

const isName = (value: unknown): value is string => typeof value === 'string' && /\S/.test(value)

const Name = new t.Type<string, string, unknown>(
  'a text that is not blank',
  isName,
  (value, context) => (isName(value) ? t.success(value) : t.failure(value, context)),
  t.identity
)

/** A file of prices: the currency, and for each model what a million tokens cost. */
const PriceFile = t.type({
  currency: Name,
  models: t.array(t.type({ model: Name, input: Price, cachedInput: Price, output: Price }))
})

/** What a million tokens of a model cost, in millionths of the currency. */
interface ModelPrice {
  readonly input: bigint
  readonly cachedInput: bigint
  readonly output: bigint
}

/** Prices by model; patterns that end in `*` stand for every model that begins so. */
export interface Prices {
  readonly currency: string
  readonly exact: ReadonlyMap<string, ModelPrice>
  /** Longest first. */
  readonly prefixes: ReadonlyArray<readonly [string, ModelPrice]>
}

export interface Cost {
  /** Of all tokens whose price is known, in 10^-12 of the currency. */
  readonly known: bigint
  /** Models without a price, each once, in order; null for a spend whose model no line tells. */
  readonly unpriced: ReadonlyArray<string | null>
}

export const NO_COST: Cost = { known: 0n, unpriced: [] }

const millionths = (price: number | string): bigint => {
  const [, whole = '', decimals = ''] = PRICE.exec(String(price)) ?? []
  return BigInt(whole + decimals.padEnd(PRICE_DIGITS, '0'))
}

const problemOf = ([first]: t.Errors): string => {
  const path = (first?.context ?? [])
    .map(({ key }) => (/^\d+$/.test(key) ? `[${key}]` : key === '' ? '' : `.${key}`))
    .join('')
  const wanted = first?.context.at(-1)?.type.name ?? 'something else'
  const found = first?.value === undefined ? 'nothing' : JSON.stringify(first.value)
  const shape = /^\{|^Array/.test(wanted) ? 'an object as documented' : wanted
  return `${path === '' ? 'the file' : path.slice(1)}: expected ${shape}, found ${found.slice(0, 60)}`
}

/** Reads prices from the value of a price file; a `Left` says in words which place is wrong. */
export const pricesOf = (value: unknown): E.Either<string, Prices> => {
  const read = PriceFile.decode(value)
  if (E.isLeft(read)) return E.left(problemOf(read.left))
  const { currency, models } = read.right
  const seen = new Set<string>()
  const byName = new Map<string, ModelPrice>()
  for (const [at, { model, input, cachedInput, output }] of models.entries()) {
    if (seen.has(model)) {
      return E.left(`models[${at}].model: ${JSON.stringify(model)} has a price already`)
    }
    seen.add(model)
    if (input === null || cachedInput === null || output === null) continue
    byName.set(model, {
      input: millionths(input),
      cachedInput: millionths(cachedInput),
      output: millionths(output)
    })
  }
  const prefixes = [...byName]
    .filter(([model]) => model.endsWith('*'))
    .map(([model, price]) => [model.slice(0, -1), price] as const)
    .sort(([a], [b]) => b.length - a.length)
  return E.right({ currency, exact: byName, prefixes })
}

/** The price of a model: its own, else that of the longest pattern it begins with, else null. */
const priceOf = ({ exact, prefixes }: Prices, model: string | null): ModelPrice | null =>
  model === null
    ? null
    : (exact.get(model) ?? prefixes.find(([prefix]) => model.startsWith(prefix))?.[1] ?? null)

/** What tokens of one model cost: cached input at its own price, reasoning as a part of the output. */
export const costOf = (prices: Prices, model: string | null, tokens: Tokens): Cost => {
  const price = priceOf(prices, model)
  if (price === null) return { known: 0n, unpriced: [model] }
  const fresh = BigInt(Math.max(0, tokens.inputTokens - tokens.cachedInputTokens))
  const known =
    fresh * price.input +
    BigInt(tokens.cachedInputTokens) * price.cachedInput +
    BigInt(tokens.outputTokens) * price.output
  return { known, unpriced: [] }
}

const byName = (a: string | null, b: string | null): number =>
  a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1

export const plusCost = (a: Cost, b: Cost): Cost => ({
  known: a.known + b.known,
  unpriced: [...new Set([...a.unpriced, ...b.unpriced])].sort(byName)
})

/** What the parts of a sum cost together, each at the price of its model. */
export const costOfAll = (
  prices: Prices,
  parts: ReadonlyArray<Tokens & { readonly model: string | null }>
): Cost => parts.reduce((sum, part) => plusCost(sum, costOf(prices, part.model, part)), NO_COST)

/** A cost as a decimal number with every digit it has. */
export const exactDecimal = (cost: bigint): string => {
  const digits = cost.toString().padStart(COST_DIGITS + 1, '0')
  const decimals = digits.slice(-COST_DIGITS).replace(/0+$/, '')
  return `${digits.slice(0, -COST_DIGITS)}${decimals === '' ? '' : `.${decimals}`}`
}

/** A cost with so many decimals, 1 to 12, the last one rounded half up. */
export const roundedDecimal = (cost: bigint, decimals: number): string => {
  const unit = 10n ** BigInt(COST_DIGITS - decimals)
  const digits = ((cost + unit / 2n) / unit).toString().padStart(decimals + 1, '0')
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

/** A cost as programs read it: every digit, null where a price is missing; `known` is what the models with a price cost. */
export const costJson = ({ currency }: Pick<Prices, 'currency'>, { known, unpriced }: Cost) => ({
  currency,
  amount: unpriced.length === 0 ? exactDecimal(known) : null,
  known: exactDecimal(known),
  unpriced
})
