// The goal: a cost is what a person with a pencil gets, to the last digit, and never a guess.
import { expect } from 'chai'
import fc from 'fast-check'
import type { Either } from 'fp-ts/lib/Either.js'
import {
  costOf,
  costOfAll,
  exactDecimal,
  plusCost,
  pricesOf,
  roundedDecimal,
  type Prices
} from '../../../../domain/ledgers/usage/prices.ts'
import { plus, tokensOf, type Tokens } from '../../../../domain/ledgers/usage/tokens.ts'

const right = <A>(either: Either<string, A>): A => {
  if (either._tag === 'Left') throw new Error(either.left)
  return either.right
}

const left = (value: unknown): string => {
  const read = pricesOf(value)
  if (read._tag === 'Right') throw new Error('these prices were taken')
  return read.left
}

const model = (name: string, input: unknown = 1, cachedInput: unknown = 0.1, output: unknown = 2) =>
  ({ model: name, input, cachedInput, output }) as const

const file = (...models: ReadonlyArray<object>) => ({ currency: 'USD', models })

const tokens = (input: number, cached: number, output: number, reasoning = 0): Tokens =>
  tokensOf({
    input_tokens: input,
    cached_input_tokens: cached,
    output_tokens: output,
    reasoning_output_tokens: reasoning
  })

const cost = (prices: Prices, name: string | null, spent: Tokens): string =>
  exactDecimal(costOf(prices, name, spent).known)

const anyTokens = fc
  .tuple(fc.nat(1e12), fc.nat(1e12), fc.nat(1e12))
  .map(([fresh, cached, output]) => tokens(fresh + cached, cached, output))

const anyPrice = fc
  .tuple(fc.nat(999), fc.nat(999_999))
  .map(([whole, millionths]) => `${whole}.${String(millionths).padStart(6, '0')}`)

describe('prices', () => {
  it('count cached input at its own price, the rest of the input at the full one, and reasoning as output', () => {
    const prices = right(pricesOf(file(model('m', 1.25, '0.125', 10))))
    // 600,000 × 1.25 + 400,000 × 0.125 + 200,000 × 10, each for a million
    expect(cost(prices, 'm', tokens(1_000_000, 400_000, 200_000, 150_000))).to.equal('2.8')
    expect(cost(prices, 'm', tokens(1, 0, 0))).to.equal('0.00000125')
    expect(cost(prices, 'm', tokens(1, 1, 0))).to.equal('0.000000125')
    expect(cost(prices, 'm', tokens(0, 0, 0))).to.equal('0')
  })

  it('do not drift where floating point does', () => {
    const prices = right(pricesOf(file(model('m', 0.1, 0, 0.2))))
    expect(cost(prices, 'm', tokens(1_000_000, 0, 1_000_000))).to.equal('0.3')
    const many = right(pricesOf(file(model('m', '999.999999', 0, 0))))
    // 9,007,199,254,740.991 × (1,000 − 0.000001)
    expect(cost(many, 'm', tokens(9_007_199_254_740_991, 0, 0))).to.equal(
      '9007199245733.791745259009'
    )
  })

  it('take the own price of a model before that of a pattern, and the longest pattern before others', () => {
    const prices = right(
      pricesOf(file(model('*', 1), model('gpt-5*', 2), model('gpt-5-mini*', 3), model('gpt-5', 4)))
    )
    const million = tokens(1_000_000, 0, 0)
    const names = ['gpt-5', 'gpt-5-mini-high', 'gpt-5.1', 'other', '']
    expect(names.map((name) => cost(prices, name, million))).to.deep.equal([
      '4',
      '3',
      '2',
      '1',
      '1'
    ])
  })

  it('name the models they do not know, each once, and count the others', () => {
    const prices = right(pricesOf(file(model('known'))))
    const million = tokens(1_000_000, 0, 0)
    const parts = [null, 'b', 'known', 'a', 'b', null, 'known'].map((name) => ({
      ...million,
      model: name
    }))
    expect(costOfAll(prices, parts)).to.deep.equal({
      known: 2_000_000_000_000n,
      unpriced: ['a', 'b', null]
    })
  })

  it('cost the same whether sums are taken of tokens or of costs', () => {
    fc.assert(
      fc.property(
        fc.array(anyTokens, { maxLength: 20 }),
        anyPrice,
        anyPrice,
        anyPrice,
        (spends, input, cachedInput, output) => {
          const prices = right(pricesOf(file(model('m', input, cachedInput, output))))
          const of = (one: Tokens) => costOf(prices, 'm', one)
          const sumOfCosts = spends.map(of).reduce(plusCost, { known: 0n, unpriced: [] })
          expect(of(spends.reduce(plus, tokens(0, 0, 0)))).to.deep.equal(sumOfCosts)
        }
      )
    )
  })

  it('are said exactly, and rounded half up for people', () => {
    expect([0n, 1n, 1_500_000_000_000n, 10n ** 15n].map(exactDecimal)).to.deep.equal([
      '0',
      '0.000000000001',
      '1.5',
      '1000'
    ])
    const rounded = [4_999_999_999n, 5_000_000_000n, 1_994_999_999_999n, 1_995_000_000_000n]
    expect(rounded.map((one) => roundedDecimal(one, 2))).to.deep.equal([
      '0.00',
      '0.01',
      '1.99',
      '2.00'
    ])
    expect(roundedDecimal(1_234_567_890_123n, 12)).to.equal('1.234567890123')
  })

  it('are refused with the place that is wrong', () => {
    const price = 'a price such as 1.25, of at most six decimals'
    expect([
      left(null),
      left({ currency: ' ', models: [] }),
      left({ currency: 'USD' }),
      left(file(model('m'), { model: 'n', input: 1, output: 2 })),
      left(file(model('m', -1))),
      left(file(model('m', 1, '1e-3'))),
      left(file(model('m', 1, 1, 0.0000001))),
      left(file(model(' '))),
      left(file(model('m'), model('m')))
    ]).to.deep.equal([
      'the file: expected an object as documented, found null',
      'currency: expected a text that is not blank, found " "',
      'models: expected an object as documented, found nothing',
      `models[1].cachedInput: expected ${price}, found nothing`,
      `models[0].input: expected ${price}, found -1`,
      `models[0].cachedInput: expected ${price}, found "1e-3"`,
      `models[0].output: expected ${price}, found 1e-7`,
      'models[0].model: expected a text that is not blank, found " "',
      'models[1].model: "m" has a price already'
    ])
  })
})
