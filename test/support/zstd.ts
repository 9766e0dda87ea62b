/**
 * Frames of zstd without compression: valid for every reader, and independent of any compressor.
 */

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd]
const BLOCK_BYTES_MAX = 0x10000

/** A frame that holds its bytes as they are, in blocks of a size; with a checksum behind it when one is given. */
export const zstdStored = (
  bytes: Buffer,
  checksum?: number,
  blockBytes = BLOCK_BYTES_MAX
): Buffer => {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(bytes.length)
  const descriptor = checksum === undefined ? 0xa0 : 0xa4
  const parts: Array<Uint8Array> = [Buffer.from([...MAGIC, descriptor]), size]
  for (let from = 0; from === 0 || from < bytes.length; from += blockBytes) {
    const block = bytes.subarray(from, from + blockBytes)
    const isLast = from + blockBytes >= bytes.length ? 1 : 0
    const head = Buffer.alloc(3)
    head.writeUIntLE(isLast + block.length * 8, 0, 3)
    parts.push(head, block)
  }
  if (checksum === undefined) return Buffer.concat(parts)
  const end = Buffer.alloc(4)
  end.writeUInt32LE(checksum)
  return Buffer.concat([...parts, end])
}
