/**
 * Small files of a skill folder: only regular ones are opened, at most so many bytes are read, and a FIFO keeps nobody waiting.
 */
import * as E from 'fp-ts/lib/Either.js'
import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { readUpTo } from '../home/plain-file.ts'
import { systemWords } from '../home/system-words.ts'

const words = (cause: unknown): string => systemWords((cause as NodeJS.ErrnoException).errno ?? 0)

/** Where bytes stop being UTF-8, and how many are wrong; null where all of them are. */
const badUtf8 = (bytes: Uint8Array): string | null => {
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at] ?? 0
    if (lead < 0x80) {
      at += 1
      continue
    }
    const width =
      lead >= 0xc2 && lead <= 0xdf
        ? 2
        : lead >> 4 === 0xe
          ? 3
          : lead >= 0xf0 && lead <= 0xf4
            ? 4
            : 1
    let taken = 1
    for (; taken < width; taken += 1) {
      const next = bytes[at + taken]
      if (next === undefined) return `incomplete utf-8 byte sequence from index ${at}`
      const low = taken > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
      const high = taken > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
      if (next < low || next > high) break
    }
    if (width === 1 || taken < width)
      return `invalid utf-8 sequence of ${taken} bytes from index ${at}`
    at += width
  }
  return null
}

/** The text of a regular file, not through a link of that name unless `follow`; `Left` is why it cannot be read. */
export const fileText = (
  path: string,
  bytesMax: number,
  follow: boolean
): E.Either<string, string> => {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants
  let file: number
  try {
    file = openSync(path, O_RDONLY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW))
  } catch (cause) {
    return E.left(words(cause))
  }
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) return E.left('it is no regular file')
    if (stat.size > bytesMax) return E.left(`it is larger than ${bytesMax} bytes`)
    const bytes = readUpTo(file, stat.size)
    const bad = badUtf8(bytes)
    return bad === null ? E.right(bytes.toString('utf8')) : E.left(bad)
  } catch (cause) {
    return E.left(words(cause))
  } finally {
    closeSync(file)
  }
}
