/**
 * Looking up names that others wrote: `constructor` and `__proto__` are names too, and no table has them.
 */

/** What a table holds under a name; undefined for what every object inherits. */
export const own = <A>(table: Readonly<Record<string, A>>, name: string): A | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined
