/**
 * Images inside lines, as ranges of bytes: `data:` URLs, and base64 that begins as pictures do.
 */

/** A range of bytes; `until` is exclusive. */
export interface ImageRange {
  readonly from: number
  readonly until: number
}

const DATA_URL = Buffer.from('data:image/')
const BASE64_MARK = Buffer.from(';base64,')
/** The mark stands this near the beginning of the URL. */
const MARK_WITHIN = 64

/** How PNG, JPEG, GIF and WebP begin in base64, behind the quote of their text. */
const PICTURES = ['"iVBORw0KGgo', '"/9j/', '"R0lGOD', '"UklGR'].map((text) => Buffer.from(text))
/** Shorter runs of letters are words. */
const RUN_MIN = 64

/** Bytes needed behind a place to know whether an image begins there. */
export const LOOK_AHEAD_BYTES = 256

const isBase64 = new Uint8Array(256)
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=')
  isBase64[letter.charCodeAt(0)] = 1

/** Where a run of base64 ends. */
export const endOfRun = (bytes: Buffer, from: number): number => {
  let at = from
  while (at < bytes.length && isBase64[bytes[at] as number] === 1) at += 1
  return at
}

const dataUrls = (bytes: Buffer): ReadonlyArray<ImageRange> => {
  const found: Array<ImageRange> = []
  for (let at = bytes.indexOf(DATA_URL); at !== -1;) {
    const mark = bytes.subarray(at, at + MARK_WITHIN).indexOf(BASE64_MARK)
    const until = mark === -1 ? at : endOfRun(bytes, at + mark + BASE64_MARK.length)
    if (mark !== -1) found.push({ from: at, until })
    at = bytes.indexOf(DATA_URL, Math.max(until, at + DATA_URL.length))
  }
  return found
}

const pictures = (bytes: Buffer, begin: Buffer): ReadonlyArray<ImageRange> => {
  const found: Array<ImageRange> = []
  for (let at = bytes.indexOf(begin); at !== -1;) {
    const until = endOfRun(bytes, at + 1)
    if (until - at > RUN_MIN) found.push({ from: at + 1, until })
    at = bytes.indexOf(begin, until)
  }
  return found
}

/** The images in some bytes, in their order; one that reaches the end may go on behind it. */
export const imagesIn = (bytes: Buffer): ReadonlyArray<ImageRange> => {
  const all = [dataUrls(bytes), ...PICTURES.map((begin) => pictures(bytes, begin))].flat()
  if (all.length < 2) return all
  const found: Array<ImageRange> = []
  let end = 0
  for (const range of all.sort((a, b) => a.from - b.from)) {
    if (range.from < end) continue
    found.push(range)
    end = range.until
  }
  return found
}
