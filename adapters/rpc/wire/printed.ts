/**
 * JSON of values that are sent again and again: the engine answers with the very same page while nothing has changed.
 */

const LONE = '\\ud'
const ESCAPE = /\\(?:(ud[89a-f][0-9a-f]{2})|.)/g

/**
 * JSON that every decoder takes: half a surrogate pair, which a rollout may hold and JSON can spell, is none in UTF-8 and becomes
 * U+FFFD.
 */
export const wellFormed = (value: unknown): string => {
  const text = JSON.stringify(value)
  return text.includes(LONE)
    ? text.replace(ESCAPE, (escape, lone?: string) => (lone === undefined ? escape : '\ufffd'))
    : text
}

/** Texts of values that were printed twice; null for those printed once. They go with their values. */
const texts = new WeakMap<object, string | null>()

/** Prints a value, which must not change any more; from the second time on its text is kept as long as it is. */
export const printed = (value: object): string => {
  const known = texts.get(value)
  if (typeof known === 'string') return known
  const text = wellFormed(value)
  texts.set(value, known === undefined ? null : text)
  return text
}
