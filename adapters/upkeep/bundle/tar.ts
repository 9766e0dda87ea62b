/**
 * POSIX tar (ustar), as far as bundles need it: plain files with relative names.
 *
 * A file is a header of 512 bytes, then its bytes, filled up to 512; two empty blocks end the archive. Numbers are octal texts. What does
 * not fit stands in an extended header (pax) before it: `LENGTH KEY=VALUE` a line.
 */
import { readSync } from 'node:fs'

const BLOCK = 512
const NAME_BYTES = 100
const PREFIX_BYTES = 155
/** What eleven octal digits can say. */
const SIZE_MAX = 8 ** 11 - 1

/** A file of an archive: its name, with `/` between the parts, and how many bytes follow. */
export interface TarEntry {
  readonly name: string
  readonly bytes: number
  readonly modifiedAtMs: number
}

/** A name in the two fields of a header; null for one that is too long. */
const splitName = (name: string): { readonly name: string; readonly prefix: string } | null => {
  const bytes = (text: string): number => Buffer.byteLength(text)
  if (bytes(name) <= NAME_BYTES) return { name, prefix: '' }
  for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)]
    if (bytes(prefix) <= PREFIX_BYTES && bytes(rest) <= NAME_BYTES) return { name: rest, prefix }
  }
  return null
}

const octal = (value: number, digits: number): string =>
  `${Math.max(0, Math.floor(value)).toString(8).padStart(digits, '0')}\0`

/** The sum of a header, whose own field counts as spaces. */
const sumOf = (header: Buffer): number => {
  let sum = 8 * 0x20
  for (const [at, byte] of header.entries()) if (at < 148 || at >= 156) sum += byte
  return sum
}

const blockOf = (
  kind: string,
  { name, prefix }: { readonly name: string; readonly prefix: string },
  bytes: number,
  modifiedAtMs: number
): Buffer => {
  const header = Buffer.alloc(BLOCK)
  header.write(name, 0)
  header.write(octal(0o644, 7), 100)
  header.write(octal(0, 7), 108)
  header.write(octal(0, 7), 116)
  header.write(octal(bytes, 11), 124)
  header.write(octal(modifiedAtMs / 1000, 11), 136)
  header.write(kind, 156)
  header.write('ustar\0' + '00', 257)
  header.write(prefix, 345)
  header.write(`${octal(sumOf(header), 6)} `, 148)
  return header
}

/** A record of an extended header, which begins with its own length. */
const recordOf = (key: string, value: string): string => {
  const rest = ` ${key}=${value}\n`
  let length = Buffer.byteLength(rest)
  while (String(length).length + Buffer.byteLength(rest) !== length)
    length = String(length).length + Buffer.byteLength(rest)
  return `${length}${rest}`
}

/** The header of a file; one that says more goes before it where the name is too long or the file too large. */
export const headerOf = ({ name, bytes, modifiedAtMs }: TarEntry): Buffer => {
  const split = splitName(name)
  const isLarge = bytes > SIZE_MAX
  const last = name.slice(name.lastIndexOf('/') + 1)
  const header = blockOf(
    '0',
    split ?? { name: last.slice(0, NAME_BYTES), prefix: '' },
    isLarge ? 0 : bytes,
    modifiedAtMs
  )
  if (split !== null && !isLarge) return header
  const records = [
    ...(split === null ? [recordOf('path', name)] : []),
    ...(isLarge ? [recordOf('size', String(bytes))] : [])
  ]
  const more = Buffer.from(records.join(''))
  const extended = blockOf('x', { name: 'more', prefix: '' }, more.length, 0)
  return Buffer.concat([extended, more, fillOf(more.length), header])
}

/** What fills the last block of a file. */
export const fillOf = (bytes: number): Buffer => Buffer.alloc((BLOCK - (bytes % BLOCK)) % BLOCK)

export const TAR_END = Buffer.alloc(2 * BLOCK)

/** Why a file is no tar that can be read, or not a whole one. */
export class BadTar extends Error {}

const textAt = (header: Buffer, from: number, bytes: number): string => {
  const field = header.subarray(from, from + bytes)
  const end = field.indexOf(0)
  return field.subarray(0, end === -1 ? bytes : end).toString('utf8')
}

const numberAt = (header: Buffer, from: number, bytes: number): number => {
  const text = textAt(header, from, bytes).trim()
  if (!/^[0-7]+$/.test(text)) throw new BadTar('a number in a header is no number')
  return Number.parseInt(text, 8)
}

const readAt = (file: number, at: number, bytes: number): Buffer => {
  const block = Buffer.alloc(bytes)
  let read = 0
  while (read < bytes) {
    const more = readSync(file, block, read, bytes - read, at + read)
    if (more === 0) throw new BadTar('it ends too early')
    read += more
  }
  return block
}

/** True for bytes that begin as a tar does. */
export const isTarHead = (bytes: Buffer): boolean => bytes.toString('latin1', 257, 262) === 'ustar'

/** True for a file that begins as a tar does. */
export const isTar = (file: number): boolean => {
  try {
    return isTarHead(readAt(file, 0, BLOCK))
  } catch (cause) {
    if (cause instanceof BadTar) return false
    throw cause
  }
}

const CHUNK = 1024 * 1024

function* chunksAt(file: number, from: number, bytes: number): Generator<Buffer> {
  for (let at = 0; at < bytes; at += CHUNK)
    yield readAt(file, from + at, Math.min(CHUNK, bytes - at))
}

const EXTENDED_MAX = 64 * 1024

/** What an extended header says of the file behind it. */
const extended = (file: number, from: number, bytes: number): ReadonlyMap<string, string> => {
  if (bytes > EXTENDED_MAX) throw new BadTar('an extended header is too long')
  const found = new Map<string, string>()
  for (const line of readAt(file, from, bytes).toString('utf8').split('\n')) {
    const [, key, value] = /^\d+ ([^=]+)=(.*)$/s.exec(line) ?? []
    if (key !== undefined && value !== undefined) found.set(key, value)
  }
  return found
}

const sizeIn = (more: ReadonlyMap<string, string>, bytes: number): number => {
  const size = Number(more.get('size') ?? bytes)
  if (!Number.isSafeInteger(size) || size < 0) throw new BadTar('a size is no number')
  return size
}

interface TarFile extends TarEntry {
  readonly chunks: Iterable<Buffer>
}

/** Every plain file of an archive, with its bytes in pieces; folders are passed over, everything else is refused. */
export function* tarFiles(file: number): Generator<TarFile> {
  let more: ReadonlyMap<string, string> = new Map()
  for (let at = 0; ;) {
    const header = readAt(file, at, BLOCK)
    if (header.every((byte) => byte === 0)) return
    if (
      header.toString('latin1', 257, 262) !== 'ustar' ||
      numberAt(header, 148, 8) !== sumOf(header)
    )
      throw new BadTar('a header is damaged')
    const [prefix, own] = [textAt(header, 345, PREFIX_BYTES), textAt(header, 0, NAME_BYTES)]
    const name = more.get('path') ?? (prefix === '' ? own : `${prefix}/${own}`)
    const bytes = sizeIn(more, numberAt(header, 124, 12))
    const kind = header.toString('latin1', 156, 157)
    const from = at + BLOCK
    at = from + bytes + fillOf(bytes).length
    if (kind === 'x') more = extended(file, from, bytes)
    else {
      more = new Map()
      if (kind === '0' || kind === '\0') {
        const modifiedAtMs = numberAt(header, 136, 12) * 1000
        yield { name, bytes, modifiedAtMs, chunks: chunksAt(file, from, bytes) }
      } else if (kind !== '5') throw new BadTar(`${name} is neither a file nor a folder`)
    }
  }
}
