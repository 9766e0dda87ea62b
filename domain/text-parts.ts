/**
 * Long texts in parts.
 */

const PART_CHARACTERS = 32 * 1024

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000

const isInPair = (text: string, at: number): boolean =>
  isHigh(text.charCodeAt(at - 1)) && isLow(text.charCodeAt(at))

/** Splits a text between code points, so that work per code point can be done part by part. */
export function* textParts(text: string, most = PART_CHARACTERS): Generator<string> {
  for (let from = 0, until = 0; from < text.length; from = until) {
    until = Math.min(from + most, text.length)
    if (isInPair(text, until)) until += 1
    yield text.slice(from, until)
  }
}
