/**
 * Text as a search compares it: runs of white space are one space, and letters that differ only in case or in the way
 * they are encoded are the same (`ß` is `ss`, `ς` is `σ`, `İ` and `ı` are `i`, `ﬁ` is `fi`, `é` is `é` however composed).
 *
 * Every code point is folded by itself, so a part of a text folds to a part of the folded text.
 */
import { trimmed } from '../../white-space.ts'

/** How letters are compared: in full, or as Codex does it, which knows only pairs of single letters. */
export type Folding = 'full' | 'simple'

/** A text with one space for every run of white space, and none at its ends. */
export const spaced = (text: string): string => trimmed(text.replace(/\p{White_Space}+/gu, ' '))

const LETTERS: Readonly<Record<Folding, (letter: string) => string>> = {
  full: (letter) =>
    letter === 'İ'
      ? 'i'
      : letter.normalize('NFKD').toUpperCase().toLowerCase().replaceAll('ς', 'σ'),
  simple: (letter) => letter.toLowerCase().replaceAll('ς', 'σ')
}
const LETTERS_KEPT_MAX = 65_536
const kept: Readonly<Record<Folding, Map<string, string>>> = { full: new Map(), simple: new Map() }

const letterOf = (letter: string, folding: Folding): string => {
  const known = kept[folding].get(letter)
  if (known !== undefined) return known
  const made = LETTERS[folding](letter)
  if (kept[folding].size < LETTERS_KEPT_MAX) kept[folding].set(letter, made)
  return made
}

const PLAIN = /^[\x00-\x7f]*$/
const NOT_PLAIN = /[^\x00-\x7f]+/g

/** A text with every letter folded. */
export const folded = (text: string, folding: Folding = 'full'): string =>
  text
    .replace(NOT_PLAIN, (run) => {
      let all = ''
      for (const letter of run) all += letterOf(letter, folding)
      return all
    })
    .toLowerCase()

/** UTF-16 code units `start` (inclusive) to `end` (exclusive) of a text. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

/** Finds a folded term in a text that is not folded, from a place on. */
type Finder = (from: number) => TextRange | null

/** For each unit of a folded text, and for its end, where its letter begins in the text; -1 inside a letter. */
const foldedWithPlaces = (
  text: string,
  folding: Folding
): readonly [string, ReadonlyArray<number>] => {
  const places: Array<number> = []
  let all = ''
  let at = 0
  for (const letter of text) {
    const made = letterOf(letter, folding)
    for (let i = 0; i < made.length; i++) places.push(i === 0 ? at : -1)
    all += made
    at += letter.length
  }
  places.push(text.length)
  return [all, places]
}

/** A finder of a term, which is folded; a match begins and ends with whole letters of the text. */
export const finder = (text: string, term: string, folding: Folding = 'full'): Finder => {
  if (PLAIN.test(text)) {
    const lower = text.toLowerCase()
    return (from) => {
      const start = lower.indexOf(term, from)
      return start === -1 ? null : { start, end: start + term.length }
    }
  }
  const [all, places] = foldedWithPlaces(text, folding)
  return (from) => {
    let at = all.indexOf(term)
    for (; at !== -1; at = all.indexOf(term, at + 1)) {
      const start = places[at] ?? -1
      const end = places[at + term.length] ?? -1
      if (start >= from && end !== -1) return { start, end }
    }
    return null
  }
}
