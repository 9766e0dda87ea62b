/**
 * Blank bytes between two lines, which wait until a line follows: they are one event then, however many lines they are.
 */

/** Blank bytes of one segment at a time. */
export interface Blank {
  readonly add: (segment: string, ...pieces: ReadonlyArray<Uint8Array>) => void
  /** True when more waits than should. */
  readonly isLarge: () => boolean
  readonly segment: () => string | null
  /** The bytes that wait, which then wait no more. */
  readonly take: () => Uint8Array
}

/** More blank bytes than this do not wait for a line. */
const BYTES_MAX = 64 * 1024

/** The chunks as one. */
export const concatenated = (chunks: ReadonlyArray<Uint8Array>): Uint8Array => {
  const all = new Uint8Array(chunks.reduce((bytes, chunk) => bytes + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

/** No blank bytes yet. */
export const noBlank = (): Blank => {
  let waiting: { readonly segment: string; readonly pieces: Array<Uint8Array> } | null = null
  let bytes = 0
  return {
    add: (segment, ...pieces) => {
      waiting ??= { segment, pieces: [] }
      waiting.pieces.push(...pieces)
      bytes += pieces.reduce((sum, piece) => sum + piece.length, 0)
    },
    isLarge: () => bytes > BYTES_MAX,
    segment: () => waiting?.segment ?? null,
    take: () => {
      const all = concatenated(waiting?.pieces ?? [])
      waiting = null
      bytes = 0
      return all
    }
  }
}
