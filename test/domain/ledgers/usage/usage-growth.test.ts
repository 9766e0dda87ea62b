// What follows from a running count of tokens, count by count. Expected values follow from the rules in docs/USAGE.md, by hand.
import { expect } from 'chai'
import { growthOf, NO_COUNTS, withCount } from '../../../../domain/ledgers/usage/growth.ts'
import { NO_SPENDS, unpacked, withPacked } from '../../../../domain/ledgers/usage/packed.ts'
import type { KeptSpend } from '../../../../domain/ledgers/usage/spend.ts'
import { quarterOf, withSpend } from '../../../../domain/ledgers/usage/sums.ts'
import { NO_TOKENS, type Tokens } from '../../../../domain/ledgers/usage/tokens.ts'

const input = (inputTokens: number): Tokens => ({
  ...NO_TOKENS,
  inputTokens,
  totalTokens: inputTokens
})

const counts = (...totals: ReadonlyArray<number>) =>
  totals.reduce((known, total) => withCount(known, input(total)), NO_COUNTS)

describe('growth of a running count', () => {
  it('is the whole first count of a thread, and only the newest answer of one that was given a history', () => {
    const first = { rule: 'delta', certainty: 'derived' }
    expect(growthOf(NO_COUNTS, input(10), input(4), false)).to.deep.equal({
      ...first,
      tokens: input(10)
    })
    expect(growthOf(NO_COUNTS, input(10), input(4), true)).to.deep.equal({
      ...first,
      tokens: input(4)
    })
  })

  it('is what a count has more than the one before', () =>
    expect(growthOf(counts(10), input(25), input(5), false)).to.deep.equal({
      tokens: input(15),
      rule: 'delta',
      certainty: 'derived'
    }))

  it('is nothing for the same count again', () =>
    expect(growthOf(counts(10), input(10), input(4), false)).to.equal(null))

  it('is all of a smaller count, which began anew', () =>
    expect(growthOf(counts(10), input(3), input(3), false)).to.deep.equal({
      tokens: input(3),
      rule: 'reset',
      certainty: 'derived'
    }))

  it('is nothing when every part was set to nothing', () =>
    expect(growthOf(counts(10), NO_TOKENS, NO_TOKENS, false)).to.equal(null))

  it('is the newest answer of a count that continues an older one: a second process writes', () =>
    expect(growthOf(counts(10, 30), input(15), input(5), false)).to.deep.equal({
      tokens: input(5),
      rule: 'delta',
      certainty: 'inferred'
    }))

  it('is nothing when that count was seen before', () =>
    expect(growthOf(counts(10, 15, 30), input(15), input(5), false)).to.equal(null))
})

const SPEND: KeptSpend = {
  sequence: 33,
  kind: 'review',
  rule: 'record',
  certainty: 'recorded',
  tokens: {
    inputTokens: 7,
    cachedInputTokens: 2,
    outputTokens: 3,
    reasoningOutputTokens: 1,
    totalTokens: 10
  },
  cacheWriteInputTokens: 4,
  turnId: 't1',
  responseId: 'r1',
  model: 'm',
  provider: null,
  effort: 'high',
  serviceTier: null,
  occurredAtMs: 900_001,
  rolledBack: true,
  aborted: false,
  place: { revision: 5, segment: 1, offsetBytes: 99 },
  turnPlace: 2,
  answer: 'r1:7:3'
}

const UNKNOWN: KeptSpend = {
  ...SPEND,
  kind: 'answer_unrecorded',
  rule: null,
  certainty: 'unknown',
  tokens: null,
  cacheWriteInputTokens: null,
  turnId: null,
  responseId: null,
  answer: null,
  rolledBack: false,
  aborted: true
}

describe('a row of spends', () => {
  const row = withPacked(withPacked(NO_SPENDS, 0, SPEND), 1, UNKNOWN)

  it('gives every spend back as it was', () => {
    expect(unpacked(row, 0, 33)).to.deep.equal(SPEND)
    expect(unpacked(row, 1, 33)).to.deep.equal(UNKNOWN)
    expect(unpacked(row, 2, 34)).to.equal(null)
  })

  it('keeps what spends have in common once', () =>
    expect([row.settings, row.turns]).to.deep.equal([[['m', null, 'high', null]], ['t1']]))
})

describe('sums of spends', () => {
  it('are by quarter of an hour, model and provider; a spend of unknown size only counts', () => {
    const [sum, ...others] = [SPEND, UNKNOWN].reduce(withSpend, [])
    expect(others).to.deep.equal([])
    expect(sum).to.deep.equal({
      fromMs: 900_000,
      model: 'm',
      provider: null,
      tokens: SPEND.tokens,
      spends: 2,
      unrecorded: 1
    })
  })

  it('begin a quarter of an hour at its first millisecond', () =>
    expect([-1, 0, 899_999, 900_000].map(quarterOf)).to.deep.equal([-900_000, 0, 0, 900_000]))
})
