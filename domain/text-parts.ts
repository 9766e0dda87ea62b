/**
 * Long texts in parts.
 */

const PART_CHARACTERS = 32 * 1024

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00

/** A text in parts that end between code points: what is done to each code point by itself can be done to each part. */
export function* textParts(text: string, most = PART_CHARACTERS): Generator<string> {
  for (let from = 0, until = 0; from < text.length; from = until) {
    until = Math.min(from + most, text.length)
    if (until < text.length && isHighSurrogate(text.charCodeAt(until - 1))) until += 1
    yield text.slice(from, until)
  }
}
