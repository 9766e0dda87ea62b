/**
 * Telling where bytes stop being UTF-8, piece after piece. The rules are those of Unicode: no overlong forms, no surrogates,
 * nothing above U+10FFFF. A scan is changed in place.
 */

export interface Utf8Scan {
  taken: number
  /** Bytes before the code point that is no UTF-8; null when there is none. */
  badAt: number | null
  /** Bytes of the code point that is begun, which are still to come. */
  missing: number
  /** Bounds of the next one. */
  low: number
  high: number
  beganAt: number
}

/** Before the first byte. */
export const startUtf8 = (): Utf8Scan => ({
  taken: 0,
  badAt: null,
  missing: 0,
  low: 0x80,
  high: 0xbf,
  beganAt: 0
})

const begin = (scan: Utf8Scan, byte: number): boolean => {
  scan.low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80
  scan.high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf
  scan.missing = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1
  return byte >= 0xc2 && byte <= 0xf4
}

export const feedUtf8 = (scan: Utf8Scan, bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length && scan.badAt === null; at++) {
    const byte = bytes[at] as number
    if (scan.missing === 0) {
      if (byte < 0x80) continue
      scan.beganAt = scan.taken + at
      if (!begin(scan, byte)) scan.badAt = scan.beganAt
      continue
    }
    if (byte < scan.low || byte > scan.high) scan.badAt = scan.beganAt
    scan.low = 0x80
    scan.high = 0xbf
    scan.missing -= 1
  }
  scan.taken += bytes.length
}

/** Bytes before the first that are no UTF-8, a code point cut off at the end included; null when all are. */
export const badUtf8At = ({ badAt, missing, beganAt }: Utf8Scan): number | null =>
  badAt ?? (missing > 0 ? beganAt : null)

/** True when everything is UTF-8 except for a last code point that is cut off. */
export const isCutOff = ({ badAt, missing }: Utf8Scan): boolean => badAt === null && missing > 0
