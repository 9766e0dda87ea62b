/**
 * JSON of values that are sent again and again: the engine answers with the very same page while nothing has changed.
 */

/** Texts of values that were printed twice; null for those printed once. They go with their values. */
const texts = new WeakMap<object, string | null>()

/** Prints a value, which must not change any more; from the second time on its text is kept as long as it is. */
export const printed = (value: object): string => {
  const known = texts.get(value)
  if (typeof known === 'string') return known
  const text = JSON.stringify(value)
  texts.set(value, known === undefined ? null : text)
  return text
}
