/**
 * Regular expressions as terms of a search: what every match must contain, where the matches are, and how one is shown.
 */
import * as E from 'fp-ts/lib/Either.js'
import { folded, spaced, type TextRange } from './folded.ts'
import { snippetOf, type Snippet } from './snippet.ts'

/** Longer ones take seconds to be made ready, which nothing can stop. */
export const PATTERN_CHARACTERS_MAX = 1000

const counted = (count: number): string => count.toLocaleString('en')

/** A pattern as it was written, ready to be looked for; a `Left` says why it cannot be. */
export const patternOf = (source: string, matchCase: boolean): E.Either<string, RegExp> => {
  if (source.length > PATTERN_CHARACTERS_MAX)
    return E.left(
      `a regular expression has at most ${counted(PATTERN_CHARACTERS_MAX)} characters, and this one has ${counted(source.length)}`
    )
  try {
    const pattern = new RegExp(source, matchCase ? 'gu' : 'giu')
    // Some are found too large only when they are used.
    pattern.test('')
    return E.right(pattern)
  } catch (cause) {
    const why = String((cause as Error).message).replace(/^.*: /su, '')
    return E.left(`"${source}" is not a regular expression: ${why}`)
  }
}

/** An escape, a class, or one letter. */
const TOKEN =
  /\\(?:[pPu]\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|k<[^>]*>|[0-9]+|.)|\[(?:\\.|[^\]\\])*\]|\{[^}]*\}|./gsu
const SYNTAX = /^\\[\^$\\.*+?()[\]{}|/]$/
const PLAIN = /^[\x20-\x7e]$/

/** The letter a token stands for; null for one that stands for something else, or for several letters. */
const letterOf = (token: string, matchCase: boolean): string | null => {
  if (SYNTAX.test(token)) return token.slice(1)
  if (token.length > 2 || /^[\\^$.*+?()[\]{}|]/.test(token)) return null
  // Without case, letters beyond ASCII have folds of their own.
  return matchCase || PLAIN.test(token) ? token : null
}

/**
 * The longest text that every match contains, folded as terms are; empty when none is sure. What stands in groups counts for
 * nothing.
 */
export const literalOf = (source: string, matchCase: boolean): string => {
  const runs: Array<string> = []
  let run: Array<string> = []
  let depth = 0
  const end = (): void => {
    runs.push(folded(spaced(run.join(''))))
    run = []
  }
  for (const [token] of source.matchAll(TOKEN)) {
    if (token === '(') {
      end()
      depth += 1
    } else if (token === ')') depth -= 1
    else if (depth > 0) continue
    else if (token === '|') return ''
    else if (/^(?:[?*]|\{)/.test(token)) {
      run.pop()
      end()
    } else {
      const letter = letterOf(token, matchCase)
      if (letter === null) end()
      else run.push(letter)
    }
  }
  end()
  return runs.reduce((best, one) => (one.length > best.length ? one : best), '')
}

/** Longer texts are looked at in pieces of at most this many characters. */
export const PIECE_CHARACTERS = 65_536

/** A long text in pieces that end with a line where one ends in them. */
export function* piecesOf(text: string): Generator<TextRange> {
  for (let start = 0; start < text.length;) {
    const most = Math.min(text.length, start + PIECE_CHARACTERS)
    const line = most === text.length ? most : text.lastIndexOf('\n', most - 1) + 1
    const cut = line > start ? line : most
    // No piece ends between the halves of a letter.
    const end = cut < text.length && (text.codePointAt(cut - 1) ?? 0) > 0xffff ? cut - 1 : cut
    yield { start, end }
    start = end
  }
}

/** The first matches of a pattern in a text that are not empty, without overlaps. */
export const matchesOf = (
  text: string,
  pattern: RegExp,
  most: number
): ReadonlyArray<TextRange> => {
  const found: Array<TextRange> = []
  for (const match of text.matchAll(pattern)) {
    if (match[0] === '') continue
    found.push({ start: match.index, end: match.index + match[0].length })
    if (found.length === most) break
  }
  return found
}

const AROUND_CHARACTERS = 1024
/** Of a longer match its beginning is shown. */
const HIT_CHARACTERS_MAX = 512

const onOneLine = (text: string): string => text.replace(/\p{White_Space}+/gu, ' ')

/** A match and its surroundings on one line; `trims` as for any snippet. */
export const shownMatch = (text: string, { start, end }: TextRange, trims: boolean): Snippet => {
  const until = Math.min(end, start + HIT_CHARACTERS_MAX)
  const before = onOneLine(text.slice(Math.max(0, start - AROUND_CHARACTERS), start))
  const hit = onOneLine(text.slice(start, until))
  const behind = onOneLine(text.slice(until, until + AROUND_CHARACTERS))
  const match = { start: before.length, end: before.length + hit.length }
  return snippetOf(before + hit + behind, match, trims)
}
