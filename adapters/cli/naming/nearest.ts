/**
 * What a mistyped word was probably meant to be.
 */

/** Edits that turn one word into another: letters added, dropped, changed or swapped with their neighbour. */
export const distance = (a: string, b: string): number => {
  const rows: Array<Array<number>> = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
          swapped ? at(i - 2, j - 2) + 1 : Infinity
        )
      )
    }
  }
  return at(a.length, b.length)
}

/** The name a word was probably meant to be; null when none is near. */
const nearest = (word: string, names: ReadonlyArray<string>): string | null => {
  if (word.length > 40) return null
  const ranked = names
    .map((name) => ({ name, far: name.startsWith(word) && word !== '' ? 1 : distance(word, name) }))
    .sort((a, b) => a.far - b.far)
  const [best] = ranked
  return best !== undefined && best.far <= Math.max(1, Math.floor(word.length / 3))
    ? best.name
    : null
}

export const didYouMean = (word: string, names: ReadonlyArray<string>, dashes: string): string => {
  const near = nearest(word, names)
  return near === null ? '' : `; did you mean ${dashes}${near}?`
}
