/**
 * Sizes and cuts of text as the model context counts them: bytes of UTF-8, and four bytes to a token.
 */

const BYTES_PER_TOKEN = 4

/** Estimated tokens of a number of bytes, rounded up; 0 for none. */
export const tokensOfBytes = (bytes: number): number =>
  Math.ceil(Math.max(0, bytes) / BYTES_PER_TOKEN)

/** Estimated tokens of a text. */
export const tokensOfText = (text: string): number => tokensOfBytes(Buffer.byteLength(text))

/** UTF-8 bytes of a code point, by its first unit: calling `Buffer` for each would be slower. */
const characterBytes = (character: string): number => {
  if (character.length === 2) return 4
  const unit = character.charCodeAt(0)
  return unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3
}

/** Index of the character at or before which `bytes` bytes of the text end. */
const indexAtBytes = (text: string, bytes: number): number => {
  let index = 0
  let taken = 0
  for (const char of text) {
    taken += characterBytes(char)
    if (taken > bytes) return index
    index += char.length
  }
  return index
}

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff
const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

/** Index of the first character with which at most so many bytes are left. */
const indexOfLast = (text: string, bytes: number): number => {
  let index = text.length
  for (let left = bytes; index > 0;) {
    const isPair = isLow(text.charCodeAt(index - 1)) && isHigh(text.charCodeAt(index - 2))
    const before = index - (isPair ? 2 : 1)
    left -= characterBytes(text.slice(before, index))
    if (left < 0) return index
    index = before
  }
  return index
}

/**
 * A text cut in the middle to a number of tokens: the first and the last half stay, and a mark between them says how
 * many tokens are missing. A text that fits is returned as it is.
 */
export const cutToTokens = (text: string, tokens: number): string => {
  const bytes = Buffer.byteLength(text)
  const kept = tokens * BYTES_PER_TOKEN
  if (bytes <= kept) return text
  const half = Math.floor(kept / 2)
  const head = text.slice(0, indexAtBytes(text, half))
  const tail = text.slice(indexOfLast(text, kept - half))
  return `${head}…${tokensOfBytes(bytes - kept)} tokens truncated…${tail}`
}
