/**
 * Buffers of readers, kept for the next ones: a home has thousands of small files.
 */

/** Bytes read at once; a longer line goes by in pieces. */
export const CHUNK_BYTES = 2 * 1024 * 1024

/**
 * A large buffer begins 16 bytes behind the beginning of a page of memory, where the system copies pages of files three times slower
 * than elsewhere (measured on AMD Zen: what is read and what is written seem to overlap).
 */
const OFF_PAGE_BYTES = 64

/** A buffer to read a file into. */
export const readBuffer = (bytes: number): Buffer =>
  Buffer.allocUnsafe(bytes + OFF_PAGE_BYTES).subarray(OFF_PAGE_BYTES)

const spare: Array<Buffer> = []
/** As many as are in use at once over slow sources; over files it is one. */
const SPARE_MAX = 8

/** A buffer of `CHUNK_BYTES`, for the caller alone until it gives it back. */
export const takeBuffer = (): Buffer => spare.pop() ?? readBuffer(CHUNK_BYTES)

export const giveBack = (buffer: Buffer): void => {
  if (spare.length < SPARE_MAX) spare.push(buffer)
}
