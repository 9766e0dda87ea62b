/**
 * A command line from its words, quoted so that a shell reads the same words back.
 *
 * Source: Codex joins with the shlex 1.3 crate; a word is cut into stretches that one kind of quotes can hold.
 */

const UNQUOTED = 1
const SINGLE = 2
const DOUBLE = 4

const NEEDS_NO_QUOTES = /^[A-Za-z0-9+\-./:@\]_]$/

/** Which kinds of quotes can hold a character. */
const holders = (character: string): number => {
  const unquoted = NEEDS_NO_QUOTES.test(character) ? UNQUOTED : 0
  const single = "'^\\".includes(character) ? 0 : SINGLE
  const double = '`$!^'.includes(character) ? 0 : DOUBLE
  return unquoted | single | double
}

const wrap = (text: string, holds: number): string => {
  if ((holds & UNQUOTED) !== 0) return text
  if ((holds & SINGLE) !== 0) return `'${text}'`
  return `"${text.replace(/[$`"\\]/g, '\\$&')}"`
}

const quote = (word: string): string => {
  if (word === '') return "''"
  let quoted = ''
  let from = 0
  while (from < word.length) {
    // Bash reads ^ only right after an opening single quote as itself.
    const caret = word[from] === '^'
    let holds = caret ? SINGLE : UNQUOTED | SINGLE | DOUBLE
    let until = caret ? from + 1 : from
    for (; until < word.length; until++) {
      const both = holds & holders(word[until] as string)
      if (both === 0) break
      holds = both
    }
    quoted += wrap(word.slice(from, until), holds)
    from = until
  }
  return quoted
}

/** Joins words to one command line; a note stands in place of one with a NUL byte, which no shell can be given. */
export const joinWords = (words: ReadonlyArray<string>): string =>
  words.some((word) => word.includes('\0'))
    ? '<command included NUL byte>'
    : words.map(quote).join(' ')
