/**
 * What was made last, kept: a map that forgets what was not asked for longest.
 */
export const lru = <A>(countMax: number) => {
  const kept = new Map<string, A>()
  return (key: string, make: () => A): A => {
    const known = kept.get(key)
    const value = known === undefined ? make() : known
    kept.delete(key)
    kept.set(key, value)
    const [oldest] = kept.keys()
    if (kept.size > countMax && oldest !== undefined) kept.delete(oldest)
    return value
  }
}
