/**
 * White space as Codex knows it, which is that of Unicode: a byte order mark is none and U+0085 is, where `trim` of
 * JavaScript has it the other way round.
 */

const isSpace = (unit: number): boolean =>
  unit === 0x20 ||
  (unit >= 0x09 && unit <= 0x0d) ||
  (unit > 0x7f && /\p{White_Space}/u.test(String.fromCharCode(unit)))

/** A text without white space at its beginning. */
export const trimmedStart = (text: string): string => {
  let from = 0
  while (from < text.length && isSpace(text.charCodeAt(from))) from++
  return text.slice(from)
}

/** A text without white space at its end. */
export const trimmedEnd = (text: string): string => {
  let until = text.length
  while (until > 0 && isSpace(text.charCodeAt(until - 1))) until--
  return text.slice(0, until)
}

/** A text without white space at its ends. */
export const trimmed = (text: string): string => trimmedEnd(trimmedStart(text))

/** True for a text that is nothing but white space. */
export const isBlank = (text: string): boolean => trimmedStart(text) === ''
