/**
 * Buffers of readers, kept for the next ones: a home has thousands of small files.
 */

/** Bytes read at once; a longer line goes by in pieces. */
export const CHUNK_BYTES = 2 * 1024 * 1024

const spare: Array<Buffer> = []
/** As many as are in use at once over slow sources; over files it is one. */
const SPARE_MAX = 8

/** A buffer of `CHUNK_BYTES`, for the caller alone until it gives it back. */
export const takeBuffer = (): Buffer => spare.pop() ?? Buffer.allocUnsafe(CHUNK_BYTES)

export const giveBack = (buffer: Buffer): void => {
  if (spare.length < SPARE_MAX) spare.push(buffer)
}
