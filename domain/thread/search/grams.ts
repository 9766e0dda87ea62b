/**
 * Grams: the runs of one, two and three code units of a folded text, and those of five around each space, as numbers below
 * `GRAMS`. Two words of a phrase are in most texts, but few have the end of the one and the beginning of the other side by side.
 *
 * A text that contains a term contains every gram of the term. Different grams may share a number, and grams of a
 * text may come from different places: so grams tell which texts to look at, never which ones match.
 */

/** Numbers of grams are below this. */
export const GRAMS = 262_144
const SHIFT = 14

const SPACE = 32
const GOLDEN = 0x9e3779b1
const SECOND = 0x85ebca6b
const THIRD = 0xc2b2ae35

const one = (a: number): number => Math.imul(a, GOLDEN) >>> SHIFT
const two = (a: number, b: number): number => Math.imul(Math.imul(a, SECOND) + b, GOLDEN) >>> SHIFT
const three = (a: number, b: number, c: number): number =>
  Math.imul(Math.imul(Math.imul(a, THIRD) + b, SECOND) + c, GOLDEN) >>> SHIFT
/** Of two units before a space and two behind it. */
const across = (a: number, b: number, c: number, d: number): number =>
  Math.imul(Math.imul(three(a, b, c) + a, THIRD) + d, GOLDEN) >>> SHIFT

/** Hands out every gram of a folded text that comes in parts, in order and with repetitions. */
export const gramReader = (take: (gram: number) => void): ((part: string) => void) => {
  // The four units before the next one.
  let [a, b, c, d] = [0, 0, 0, 0]
  let seen = 0
  return (part) => {
    for (let i = 0; i < part.length; i++) {
      const unit = part.charCodeAt(i)
      take(one(unit))
      if (seen > 0) take(two(d, unit))
      if (seen > 1) take(three(c, d, unit))
      if (seen > 3 && c === SPACE) take(across(a, b, d, unit))
      seen += 1
      a = b
      b = c
      c = d
      d = unit
    }
  }
}

const GRAMS_ASKED_MAX = 32

const acrossIn = (term: string): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let at = term.indexOf(' ', 2); at !== -1; at = term.indexOf(' ', at + 1)) {
    if (at + 2 >= term.length) break
    const [a, b] = [term.charCodeAt(at - 2), term.charCodeAt(at - 1)]
    found.push(across(a, b, term.charCodeAt(at + 1), term.charCodeAt(at + 2)))
  }
  return found
}

/** The grams to look a term up by: its longest ones first, of a very long term only some. */
export const gramsOfTerm = (term: string): ReadonlyArray<number> => {
  const size = Math.min(3, term.length)
  const found = new Set<number>(acrossIn(term).slice(0, GRAMS_ASKED_MAX))
  const step = Math.max(1, Math.floor((term.length - size + 1) / GRAMS_ASKED_MAX))
  for (let i = 0; i + size <= term.length; i += step) {
    const [a, b, c] = [term.charCodeAt(i), term.charCodeAt(i + 1), term.charCodeAt(i + 2)]
    found.add(size === 1 ? one(a) : size === 2 ? two(a, b) : three(a, b, c))
  }
  return [...found]
}
