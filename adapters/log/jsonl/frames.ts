/**
 * Frames of a compressed rollout, and whether what they hold fits the checksums behind them. The decompressor looks at no checksum.
 *
 * Format: RFC 8878, 3.1. A frame without a checksum fits whatever it holds.
 */
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { Decompress } from 'fzstd'

/** One frame, in bytes of the file. */
interface Frame {
  readonly from: number
  readonly until: number
  /** Low half of XXH64 of the content. */
  readonly checksum: number | null
}

const MAGIC = 0xfd2fb528
const SKIPPABLE = 0x184d2a50
const DICTIONARY_BYTES = [0, 1, 2, 4]
const SIZE_BYTES = [0, 2, 4, 8]
const RUN_BLOCK = 1

/** Lets other work run between two steps. */
type Step = () => Promise<void>

const bytesAt = (file: number, from: number, bytes: number): Buffer | null => {
  const buffer = Buffer.alloc(bytes)
  return readSync(file, buffer, 0, bytes, from) === bytes ? buffer : null
}

const headBytes = (descriptor: number): number => {
  const isSingle = (descriptor & 0x20) !== 0
  const size = SIZE_BYTES[descriptor >> 6] ?? 0
  const dictionary = DICTIONARY_BYTES[descriptor & 3] ?? 0
  return 5 + (isSingle ? 0 : 1) + dictionary + (size === 0 && isSingle ? 1 : size)
}

const frameAt = async (file: number, from: number, step: Step): Promise<Frame | null> => {
  const head = bytesAt(file, from, 8)
  const magic = head?.readUInt32LE(0) ?? 0
  if (head !== null && (magic & ~15) >>> 0 === SKIPPABLE)
    return { from, until: from + 8 + head.readUInt32LE(4), checksum: null }
  if (head === null || magic !== MAGIC) return null
  const descriptor = head[4] as number
  for (let at = from + headBytes(descriptor); ;) {
    const block = bytesAt(file, at, 3)?.readUIntLE(0, 3)
    if (block === undefined) return null
    at += 3 + (((block >> 1) & 3) === RUN_BLOCK ? 1 : block >> 3)
    await step()
    if ((block & 1) === 0) continue
    if ((descriptor & 4) === 0) return { from, until: at, checksum: null }
    const checksum = bytesAt(file, at, 4)?.readUInt32LE(0)
    return checksum === undefined ? null : { from, until: at + 4, checksum }
  }
}

/** Compressed bytes taken at once: at most 16 MiB of content. */
const PIECE_BYTES = 512
const LOW_HALF = 0xffffffffn

const contentOf = async (file: number, { from, until }: Frame, step: Step) => {
  const { default: xxhash } = await import('xxhash-wasm')
  const hash = (await xxhash()).create64()
  let bytes = 0
  const stream = new Decompress((chunk) => {
    hash.update(chunk)
    bytes += chunk.length
  })
  for (let at = from; at < until; at += PIECE_BYTES) {
    const piece = bytesAt(file, at, Math.min(PIECE_BYTES, until - at))
    if (piece === null) break
    stream.push(Uint8Array.from(piece), false)
    await step()
  }
  return { bytes, checksum: Number(hash.digest() & LOW_HALF) }
}

/** A frame whose content is not what its checksum says; places count uncompressed bytes. */
export interface WrongFrame {
  readonly offsetBytes: number
  readonly bytes: number
}

/** Looks for the first frame whose checksum differs; throws errors of the system and of the decompressor. */
export const wrongFrame = async (path: string, step: Step): Promise<WrongFrame | null> => {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    let offsetBytes = 0
    for (let at = 0; ;) {
      const frame = await frameAt(file, at, step)
      if (frame === null) return null
      const isSkipped = frame.checksum === null && bytesAt(file, at, 4)?.readUInt32LE(0) !== MAGIC
      if (!isSkipped) {
        const { bytes, checksum } = await contentOf(file, frame, step)
        if (frame.checksum !== null && checksum !== frame.checksum) return { offsetBytes, bytes }
        offsetBytes += bytes
      }
      at = frame.until
    }
  } finally {
    closeSync(file)
  }
}
