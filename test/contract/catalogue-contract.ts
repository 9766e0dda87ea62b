/**
 * What every `Catalogue` promises: which streams there are, and in which files. Called as the contract of the log is.
 */
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import type { Catalogue, Membership } from '../../replay/ports.ts'
import { infoOf, line, numbered, using, type MakeStore } from './store-under-test.ts'

const membershipOf = ({ changes }: Catalogue): Membership => {
  const found = changes()
  if (E.isLeft(found) || found.right === null) throw new Error('the streams cannot be listed')
  return found.right
}

export const catalogueContract = (make: MakeStore): void => {
  it('lists nothing where nobody appended', () =>
    using(make, async ({ store }) => {
      expect(store.list()).to.deep.equal(E.right({ streams: [], spares: [] }))
      const { ids, archived, spares } = membershipOf(store)
      expect([ids, [...archived], spares]).to.deep.equal([[], [], []])
    }))

  it('lists a stream as the log finds it', () =>
    using(make, async ({ store, id, append }) => {
      await append(numbered(0, 1))
      const streams = [infoOf(store, id)]
      expect(store.list()).to.deep.equal(E.right({ streams, spares: [] }))
      const { ids, archived, spares } = membershipOf(store)
      expect([ids, [...archived], spares]).to.deep.equal([[id], [], []])
    }))

  it('tells that nothing came since a token was made, and what did', () =>
    using(make, async ({ store, id, append }) => {
      const before = membershipOf(store)
      const token: unknown = JSON.parse(JSON.stringify(before.token()))
      if (before.version !== null) expect(store.changes(token)).to.deep.equal(E.right(null))
      await append(numbered(0, 1))
      const changes = store.changes(token)
      expect(E.isRight(changes) && changes.right?.ids).to.deep.equal([id])
      const after = membershipOf(store)
      if (after.version !== null) expect(after.version).to.not.equal(before.version)
    }))

  it('tells that a stream stands in one whole file', () =>
    using(make, async ({ store, id, append }) => {
      await append(numbered(0, 2))
      const info = infoOf(store, id)
      expect(store.lineage(info)).to.deep.equal([
        {
          id,
          path: info.path,
          compressed: false,
          from: 0,
          until: null,
          inherited: false,
          gap: null
        }
      ])
      const bytes = 2 * (JSON.stringify(line(0)).length + 1)
      expect(
        store.segments(id).map(({ id: segment, base, end }) => [segment, base, end.offset])
      ).to.deep.equal([[id, null, bytes]])
    }))
}
