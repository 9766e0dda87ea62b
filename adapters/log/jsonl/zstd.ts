/**
 * Compressing with zstd as a stream: one frame per file, at Codex's level, with a checksum of the content.
 *
 * The encoder is zstd itself, as WebAssembly inside of a package. It leaves the checksum away, so that is put on here: a flag in the
 * frame's head, and behind its last block the low half of XXH64 (RFC 8878, 3.1.1). Codex refuses a frame whose checksum is wrong.
 */
import { createHash } from 'node:crypto'
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { Decompress } from 'fzstd'

const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])

/** True for a file that begins as zstd does, whatever its name. */
export const isZstd = (path: string): boolean => {
  const file = openSync(path, 'r')
  try {
    const head = Buffer.alloc(MAGIC.length)
    return readSync(file, head, 0, head.length, 0) === head.length && head.equals(MAGIC)
  } finally {
    closeSync(file)
  }
}

export interface Encoder {
  readonly push: (chunk: Uint8Array) => Uint8Array
  readonly end: () => Uint8Array
}

const LEVEL = 3
const DESCRIPTOR_AT = 4
const CHECKSUM_FLAG = 4
const LOW_HALF = 0xffffffffn

/** A fresh encoder; only one may be in use at a time. */
export const zstdEncoder = async (): Promise<Encoder> => {
  const [{ Zstd }, { default: xxhash }] = await Promise.all([
    import('@hpcc-js/wasm-zstd'),
    import('xxhash-wasm')
  ])
  const zstd = await Zstd.load()
  const hash = (await xxhash()).create64()
  zstd.reset()
  zstd.setCompressionLevel(LEVEL)
  let written = 0
  const flagged = (bytes: Uint8Array): Uint8Array => {
    const copy = Uint8Array.from(bytes)
    const at = DESCRIPTOR_AT - written
    if (at >= 0 && at < copy.length) copy[at] = (copy[at] as number) | CHECKSUM_FLAG
    written += copy.length
    return copy
  }
  return {
    push: (chunk) => {
      hash.update(chunk)
      return flagged(zstd.compressChunk(chunk))
    },
    end: () => {
      const last = flagged(zstd.compressEnd())
      const checksum = Buffer.alloc(4)
      checksum.writeUInt32LE(Number(hash.digest() & LOW_HALF))
      return Buffer.concat([last, checksum])
    }
  }
}

export interface ContentDigest {
  readonly bytes: number
  /** SHA-256, in hexadecimal. */
  readonly sha256: string
}

const CHUNK_BYTES = 1024 * 1024
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The bytes of an open file from where it is, in pieces that are used up before the next one comes. */
export async function* chunksOf(file: number): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  for (;;) {
    const read = readSync(file, chunk, 0, CHUNK_BYTES, null)
    if (read === 0) return
    yield chunk.subarray(0, read)
    await turn()
  }
}

const damaged = (path: string, cause: unknown): Error => {
  const message = cause instanceof Error ? cause.message : String(cause)
  return Object.assign(new Error(message), {
    ...{ code: 'EBADMSG', errno: -74, syscall: 'decompress', path }
  })
}

const digested = async (
  path: string,
  read: (file: number, take: (bytes: Uint8Array) => void) => Promise<void>
): Promise<ContentDigest> => {
  const hash = createHash('sha256')
  let bytes = 0
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    await read(file, (chunk) => {
      hash.update(chunk)
      bytes += chunk.length
    })
  } finally {
    closeSync(file)
  }
  return { bytes, sha256: hash.digest('hex') }
}

/** Digest of what is in a compressed file; throws when its end is missing or it cannot be decompressed. */
export const decompressedContent = (path: string): Promise<ContentDigest> =>
  digested(path, async (file, take) => {
    const stream = new Decompress(take)
    try {
      for await (const chunk of chunksOf(file)) stream.push(Uint8Array.from(chunk), false)
      stream.push(new Uint8Array(0), true)
    } catch (cause) {
      throw damaged(path, cause)
    }
  })

export const plainContent = (path: string): Promise<ContentDigest> =>
  digested(path, async (file, take) => {
    for await (const chunk of chunksOf(file)) take(chunk)
  })
