/**
 * The rows of one index in another.
 */
import type { Index } from '../../replay/ports.ts'

/** Before and behind every key. */
const [FIRST, LAST] = [[''], ['\uffff']]

/** Writes every row of an index into an empty one, which is the answer; throws when it refuses them. */
export const copied = async (index: Index, into: Index): Promise<Index> => {
  const rows = index.range(FIRST, LAST, Infinity, false)
  const writes = rows.map(([key, value]) => ({ key, json: JSON.stringify(value) }))
  const done = await into.commit(writes, [])()
  if (done._tag === 'Left') throw new Error('an empty index refuses rows', { cause: done.left })
  return into
}
