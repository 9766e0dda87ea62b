/**
 * Bringing compressed rollouts back as plain ones.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expand } from '../jsonl/head.ts'
import { LinkRefused } from '../plain-file.ts'
import { Left } from './compress.ts'
import { decompressedContent, type Content } from '../jsonl/zstd.ts'

/**
 * Puts the plain file in the place of a compressed one; `path` is relative to the home and ends with `.zst`. With a digest only when the
 * content has it. Throws `Left` when the file stays as it is, and errors of the system.
 */
export const expandFile = async (
  home: string,
  path: string,
  sha256: string | null
): Promise<Content> => {
  const plain = join(home, path.replace(/\.zst$/i, ''))
  if (existsSync(plain)) throw new Left('a plain file is beside it; that one counts')
  const content = await decompressedContent(join(home, path))
  if (sha256 !== null && sha256 !== content.sha256)
    throw new Left('its content is not what was compressed')
  try {
    await expand(home, plain)
  } catch (cause) {
    if (cause instanceof LinkRefused) throw new Left(cause.message)
    throw cause
  }
  return content
}
