/**
 * Differences between two lists: entries that were added, removed and changed.
 *
 * Entries are matched by a key, and those that share a key by their order. An entry that moved counts as removed and
 * added again.
 */

/** One change. Applied in order, they make the newer list of the older one. */
export type ListChange<A> =
  | { readonly change: 'removed'; readonly key: string; readonly before: A }
  | { readonly change: 'changed'; readonly key: string; readonly before: A; readonly after: A }
  /** `place`: where it stands in the newer list. */
  | {
      readonly change: 'added'
      readonly key: string
      readonly place: number
      readonly after: A
    }

const entriesOf = <A>(list: ReadonlyArray<A>, keyOf: (value: A) => string) => {
  const counts = new Map<string, number>()
  return list.map((value) => {
    const key = keyOf(value)
    const count = counts.get(key) ?? 0
    counts.set(key, count + 1)
    return { name: `${count}:${key}`, key, value }
  })
}

/** True for values with the same JSON. */
export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** The changes from one list to another: removals first, the rest in the order of the newer list. */
export const listChanges = <A>(
  before: ReadonlyArray<A>,
  after: ReadonlyArray<A>,
  keyOf: (value: A) => string
): ReadonlyArray<ListChange<A>> => {
  const older = entriesOf(before, keyOf)
  const newer = entriesOf(after, keyOf)
  const placeOf = new Map(older.map(({ name }, place) => [name, place]))
  const kept = new Set<string>()
  let last = -1
  for (const entry of newer) {
    const place = placeOf.get(entry.name) ?? -1
    if (place <= last) continue
    last = place
    kept.add(entry.name)
  }
  const removed = older
    .filter(({ name }) => !kept.has(name))
    .map(({ key, value }) => ({ change: 'removed' as const, key, before: value }))
  const others = newer.flatMap(({ name, key, value }, place): ReadonlyArray<ListChange<A>> => {
    if (!kept.has(name)) return [{ change: 'added', key, place, after: value }]
    const old = older[placeOf.get(name) ?? -1]
    return old === undefined || isSame(old.value, value)
      ? []
      : [{ change: 'changed', key, before: old.value, after: value }]
  })
  return [...removed, ...others]
}
