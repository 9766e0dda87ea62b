/**
 * An index that is replaced by another one while it is used.
 */
import type { Index } from '../../replay/ports.ts'

/** Asks whichever index is the current one. */
export const currentIndex = (index: () => Index): Index => ({
  get: (key) => index().get(key),
  getMany: (keys) => index().getMany(keys),
  ahead: (questions) => index().ahead(questions),
  range: (...asked) => index().range(...asked),
  keys: (from, until) => index().keys(from, until),
  commit: (...asked) => index().commit(...asked),
  generation: () => index().generation(),
  epoch: () => index().epoch(),
  clear: () => index().clear(),
  close: () => index().close()
})

/** Before and behind every key. */
const [FIRST, LAST] = [[''], ['\uffff']]

/** Writes every row of an index into an empty one, and answers that; throws when it refuses them. */
export const copyIndex = async (index: Index, into: Index): Promise<Index> => {
  const rows = index.range(FIRST, LAST, Infinity, false)
  const writes = rows.map(([key, value]) => ({ key, json: JSON.stringify(value) }))
  const done = await into.commit(writes, [])()
  if (done._tag === 'Left') throw new Error('an empty index refuses rows', { cause: done.left })
  return into
}
