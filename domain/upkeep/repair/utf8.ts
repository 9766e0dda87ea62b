/**
 * Bytes that are no UTF-8, found one by one.
 */

export interface ByteRun {
  readonly at: number
  readonly bytes: number
}

const isContinuation = (byte: number | undefined): boolean =>
  byte !== undefined && (byte & 0xc0) === 0x80

/** How many bytes the character at a place has; 0 when none begins there. */
const characterBytes = (bytes: Uint8Array, at: number): number => {
  const first = bytes[at] as number
  if (first < 0x80) return 1
  const second = bytes[at + 1]
  if (second === undefined || !isContinuation(second)) return 0
  if (first >= 0xc2 && first <= 0xdf) return 2
  if (!isContinuation(bytes[at + 2])) return 0
  if (first >= 0xe0 && first <= 0xef) {
    // Neither longer than needed nor half of a surrogate pair.
    const fits = (first !== 0xe0 || second >= 0xa0) && (first !== 0xed || second < 0xa0)
    return fits ? 3 : 0
  }
  if (!isContinuation(bytes[at + 3]) || first < 0xf0 || first > 0xf4) return 0
  return (first !== 0xf0 || second >= 0x90) && (first !== 0xf4 || second < 0x90) ? 4 : 0
}

/** The runs of bytes that are no UTF-8, in order; none for whole UTF-8. */
export const badUtf8 = (bytes: Uint8Array): ReadonlyArray<ByteRun> => {
  const runs: Array<ByteRun> = []
  for (let at = 0; at < bytes.length;) {
    const length = characterBytes(bytes, at)
    if (length > 0) {
      at += length
      continue
    }
    const from = at
    while (at < bytes.length && characterBytes(bytes, at) === 0) at += 1
    runs.push({ at: from, bytes: at - from })
  }
  return runs
}
