/**
 * Which rows a typed filter means: every word of it in one of a row's fields, its letters in order, perhaps apart.
 */

/** Fields of a row, in the order of their weight. */
export interface Searchable {
  readonly fields: ReadonlyArray<string>
}

/** Letters without case and accents, as they are compared. */
export const folded = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()

const SCATTERED = 100

/** How far from a whole word the match is; Infinity where the letters are not there in this order. */
const distanceIn = (word: string, field: string): number => {
  const whole = field.indexOf(word)
  if (whole === 0) return 0
  if (whole > 0) return /[\s/_.-]/.test(field[whole - 1] ?? '') ? 1 : 2
  let at = -1
  let first = -1
  for (const char of word) {
    at = field.indexOf(char, at + 1)
    if (at === -1) return Infinity
    if (first === -1) first = at
  }
  return SCATTERED + at - first - word.length
}

/** Letters of a text this far apart are no match: everything is in a long text somewhere. */
const APART_MAX = 3

const wordDistance = (word: string, { fields }: Searchable): number => {
  let best = Infinity
  for (const [at, field] of fields.entries()) {
    const found = distanceIn(word, field)
    const isApart = found - SCATTERED > word.length * APART_MAX
    if (!isApart) best = Math.min(best, found * 10 + at)
  }
  return best
}

/** The rows that a query means, nearest first; rows that are equally near keep their order. */
export const matching = <A extends Searchable>(
  rows: ReadonlyArray<A>,
  query: string
): ReadonlyArray<A> => {
  const words = folded(query)
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return rows
  const found: Array<{ readonly row: A; readonly far: number }> = []
  for (const row of rows) {
    let far = 0
    for (const word of words) {
      far += wordDistance(word, row)
      if (far === Infinity) break
    }
    if (far !== Infinity) found.push({ row, far })
  }
  return found.sort((a, b) => a.far - b.far).map(({ row }) => row)
}
