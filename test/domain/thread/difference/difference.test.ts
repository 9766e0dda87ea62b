import { expect } from 'chai'
import fc from 'fast-check'
import { listChanges, type ListChange } from '../../../../domain/thread/difference/lists.ts'

interface Entry {
  readonly id: string
  readonly value: number
}

const idOf = ({ id }: Entry): string => id

const entries = fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.nat(2) }), {
  maxLength: 8
})

/** Applies changes to a list: removes, replaces, inserts. */
const applied = (
  list: ReadonlyArray<Entry>,
  changes: ReadonlyArray<ListChange<Entry>>
): ReadonlyArray<Entry> => {
  const result = [...list]
  for (const one of changes) {
    if (one.change === 'added') continue
    const place = result.indexOf(one.before)
    if (one.change === 'removed') result.splice(place, 1)
    else result[place] = one.after
  }
  for (const one of changes) if (one.change === 'added') result.splice(one.place, 0, one.after)
  return result
}

describe('changes of a list', () => {
  it('make the newer list of the older one', () => {
    fc.assert(
      fc.property(entries, entries, (before, after) => {
        expect(applied(before, listChanges(before, after, idOf))).to.deep.equal(after)
      })
    )
  })

  it('are none exactly where the lists are equal', () => {
    fc.assert(
      fc.property(entries, entries, (before, after) => {
        const isEqual = JSON.stringify(before) === JSON.stringify(after)
        expect(listChanges(before, after, idOf).length === 0).to.equal(isEqual)
        expect(listChanges(before, before, idOf)).to.deep.equal([])
      })
    )
  })

  it('tell what went, what came and what is not as it was', () => {
    const before = [
      { id: 'a', value: 1 },
      { id: 'b', value: 1 },
      { id: 'c', value: 1 }
    ]
    const after = [
      { id: 'a', value: 1 },
      { id: 'c', value: 2 },
      { id: 'd', value: 1 }
    ]
    expect(listChanges(before, after, idOf)).to.deep.equal([
      { change: 'removed', key: 'b', before: { id: 'b', value: 1 } },
      { change: 'changed', key: 'c', before: { id: 'c', value: 1 }, after: { id: 'c', value: 2 } },
      { change: 'added', key: 'd', place: 2, after: { id: 'd', value: 1 } }
    ])
  })
})
