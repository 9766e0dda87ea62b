/**
 * Values that are computed when they are first asked for.
 */

/** Computes a value when it is first asked for, and keeps it; what throws is tried again. */
export const once = <A>(compute: () => A): (() => A) => {
  let kept: { readonly value: A } | null = null
  return () => (kept ??= { value: compute() }).value
}
