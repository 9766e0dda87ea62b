/**
 * What every `Index` promises. Each adapter's test calls this once.
 */
import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import type { RowKey } from '../../projections/projection.ts'
import { compareKeys, toStored } from '../../replay/catch-up/overlay.ts'
import type { Index, IndexQuestion } from '../../replay/ports.ts'

type Make = () => Promise<Index>

const put = (index: Index, rows: ReadonlyArray<readonly [RowKey, unknown]>) =>
  index.commit(
    rows.map(([key, value]) => toStored({ key, value })),
    []
  )()

const using = async <A>(make: Make, use: (index: Index) => Promise<A>): Promise<A> => {
  const index = await make()
  try {
    return await use(index)
  } finally {
    await index.close()
  }
}

const key: fc.Arbitrary<RowKey> = fc.tuple(
  fc.constantFrom('t', 't.by', 'u'),
  fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ min: 0, max: 2 ** 52, noNaN: true })),
  fc.string({ maxLength: 5 }).map((text) => text.replaceAll('\0', ''))
)

const rowContract = (make: Make): void => {
  it('gives back what was committed, and nothing for a key that was not', () =>
    using(make, async (index) => {
      await put(index, [[['t', 'a', 1], { text: 'grüße 日本', n: null }]])
      expect(index.get(['t', 'a', 1])).to.deep.equal({ text: 'grüße 日本', n: null })
      expect(index.get(['t', 'a', 2])).to.equal(undefined)
    }))

  it('gives back a row of twenty million characters, alone and in a range', () =>
    using(make, async (index) => {
      const text = 'x'.repeat(20e6)
      await put(index, [[['t', 1], text]])
      expect(index.get(['t', 1]) === text).to.equal(true)
      const rows = index.range(['t'], ['u'], 2, false)
      expect(rows.map(([, value]) => value === text)).to.deep.equal([true])
    }))

  it('deletes a row when its value is null', () =>
    using(make, async (index) => {
      await put(index, [[['t', 1], 1]])
      await put(index, [[['t', 1], null]])
      expect(index.get(['t', 1])).to.equal(undefined)
    }))

  it('keeps a later write of the same key in one commit', () =>
    using(make, async (index) => {
      await put(index, [
        [['t', 1], 'first'],
        [['t', 1], 'second']
      ])
      expect(index.get(['t', 1])).to.equal('second')
    }))

  it('is empty after clear, and takes rows again', () =>
    using(make, async (index) => {
      await put(index, [[['t', 1], 1]])
      await index.clear()()
      expect(index.range(['t'], ['u'], 10, false)).to.deep.equal([])
      await put(index, [[['t', 2], 2]])
      expect(index.get(['t', 2])).to.equal(2)
    }))
}

const commitContract = (make: Make): void => {
  it('writes nothing and says moved when an expected row is not as given', () =>
    using(make, async (index) => {
      await put(index, [[['checkpoint'], { at: 1 }]])
      const generation = index.generation()
      const done = await index.commit(
        [{ key: ['t', 1], json: '1' }],
        [{ key: ['checkpoint'], json: '{"at":2}' }]
      )()
      expect(done).to.deep.equal(E.right('moved'))
      expect([index.get(['t', 1]), index.generation()]).to.deep.equal([undefined, generation])
    }))

  it('commits when expected rows are as given, null meaning absent', () =>
    using(make, async (index) => {
      await put(index, [[['checkpoint'], { at: 1 }]])
      const expected = [
        { key: ['checkpoint'], json: '{"at":1}' },
        { key: ['other'], json: null }
      ]
      expect(await index.commit([{ key: ['t', 1], json: '1' }], expected)()).to.deep.equal(
        E.right('committed')
      )
      expect(index.get(['t', 1])).to.equal(1)
    }))

  it('counts its generation up with every commit', () =>
    using(make, async (index) => {
      const before = index.generation()
      await put(index, [[['t', 1], 1]])
      expect(index.generation()).to.be.greaterThan(before)
    }))
}

export const indexContract = (make: Make): void => {
  rowContract(make)
  commitContract(make)

  it('tells what was asked ahead as it is when it is told', () =>
    using(make, async (index) => {
      const questions: ReadonlyArray<IndexQuestion> = [
        ['get', ['t', 1]],
        ['get', ['t', 3]],
        ['range', ['t'], ['u'], Infinity, false]
      ]
      const told = () => [
        index.get(['t', 1]),
        index.get(['t', 3]),
        index.range(['t'], ['u'], Infinity, false)
      ]
      await put(index, [
        [['t', 1], 'one'],
        [['t', 2], 'two']
      ])
      await index.ahead(questions)
      const before = told()
      const asking = index.ahead(questions)
      await put(index, [
        [['t', 1], null],
        [['t', 3], 'three']
      ])
      await asking
      expect([before, told()]).to.deep.equal([
        ['one', undefined, ['one', 'two'].map((value, i) => [['t', i + 1], value])],
        [undefined, 'three', ['two', 'three'].map((value, i) => [['t', i + 2], value])]
      ])
    }))

  it('gives ranges in key order, forwards and backwards, from low (inclusive) to high (exclusive)', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { selector: (k) => JSON.stringify(k), maxLength: 30 }),
        key,
        key,
        fc.integer({ min: 1, max: 40 }),
        (keys, a, b, limit) =>
          using(make, async (index) => {
            const [low, high] = compareKeys(a, b) <= 0 ? [a, b] : [b, a]
            await put(
              index,
              keys.map((k, i) => [k, i] as const)
            )
            const inside = keys
              .filter((k) => compareKeys(k, low) >= 0 && compareKeys(k, high) < 0)
              .sort(compareKeys)
            const read = (reverse: boolean) =>
              index.range(low, high, limit, reverse).map(([k]) => k)
            expect(read(false)).to.deep.equal(inside.slice(0, limit))
            expect(read(true)).to.deep.equal([...inside].reverse().slice(0, limit))
          })
      ),
      { numRuns: 25 }
    ))
}
