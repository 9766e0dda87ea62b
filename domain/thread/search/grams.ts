/**
 * Grams: the runs of one, two and three code units of a folded text, as numbers below `GRAMS`.
 *
 * A text that contains a term contains every gram of the term. Different grams may share a number, and grams of a
 * text may come from different places: so grams tell which texts to look at, never which ones match.
 */

/** Numbers of grams are below this. */
export const GRAMS = 65_536

const GOLDEN = 0x9e3779b1
const SECOND = 0x85ebca6b
const THIRD = 0xc2b2ae35

const one = (a: number): number => Math.imul(a, GOLDEN) >>> 16
const two = (a: number, b: number): number => Math.imul(Math.imul(a, SECOND) + b, GOLDEN) >>> 16
const three = (a: number, b: number, c: number): number =>
  Math.imul(Math.imul(Math.imul(a, THIRD) + b, SECOND) + c, GOLDEN) >>> 16

/** Hands out every gram of a folded text that comes in parts, in order and with repetitions. */
export const gramReader = (take: (gram: number) => void): ((part: string) => void) => {
  let before = 0
  let between = 0
  let seen = 0
  return (part) => {
    for (let i = 0; i < part.length; i++) {
      const unit = part.charCodeAt(i)
      take(one(unit))
      if (seen > 0) take(two(between, unit))
      if (seen > 1) take(three(before, between, unit))
      seen += 1
      before = between
      between = unit
    }
  }
}

const GRAMS_ASKED_MAX = 32

/** The grams to look a term up by: its longest ones, of a very long term only some. */
export const gramsOfTerm = (term: string): ReadonlyArray<number> => {
  const size = Math.min(3, term.length)
  const found = new Set<number>()
  const step = Math.max(1, Math.floor((term.length - size + 1) / GRAMS_ASKED_MAX))
  for (let i = 0; i + size <= term.length; i += step) {
    const [a, b, c] = [term.charCodeAt(i), term.charCodeAt(i + 1), term.charCodeAt(i + 2)]
    found.add(size === 1 ? one(a) : size === 2 ? two(a, b) : three(a, b, c))
  }
  return [...found]
}
