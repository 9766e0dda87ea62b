/**
 * Measuring a rollout: every byte under the kind it is spent on, in one pass with one buffer, whatever the length of its lines.
 *
 * A line is known by its head, as everywhere; it is parsed only when its head is not written the usual way. Whether the rest of
 * a line is sound is not checked here.
 */
import { isUtf8 } from 'node:buffer'
import { isJsonObject, textIn } from '../../../domain/json.ts'
import {
  kindOfLine,
  noBytes,
  type ByteKind,
  type BytesByKind
} from '../../../domain/upkeep/storage/kinds.ts'
import { openBytes } from '../../log/jsonl/bytes.ts'
import { HEAD_BYTES, PREFIX_BYTES, typeAt } from '../../log/jsonl/line-head.ts'
import { endOfLine, isBlank } from '../../log/jsonl/lines.ts'
import { endOfRun, imagesIn, LOOK_AHEAD_BYTES, type ImageRange } from './images.ts'

const BUFFER_BYTES = 2 * 1024 * 1024
/** A longer line whose head is unusual is not parsed. */
const PARSED_BYTES_MAX = 16 * 1024 * 1024
const CLOSING_BRACE = 125
const CARRIAGE_RETURN = 13

interface Measured {
  readonly bytes: BytesByKind
  readonly lines: number
}

/** Called with each line that is whole in the buffer, and its offset in the file. */
export type OnLine = (line: Buffer, offset: number) => void

/** A line of which not all is read yet. */
interface OpenLine {
  readonly kind: ByteKind
  bytes: number
  imageBytes: number
  inImage: boolean
}

const HEAD = /^(\w+)","payload":\{(?:"type":"(\w+)"(?:.*?"item":\{"type":"(\w+)")?)?/s

/** The kind of a line by its head; null when it must be parsed. */
const kindOfHead = (bytes: Buffer, from: number, until: number): ByteKind | null => {
  const at = typeAt(bytes, from)
  if (at === -1) return null
  const [, type, payload = '', item = ''] =
    HEAD.exec(bytes.toString('latin1', at, Math.min(until, from + HEAD_BYTES))) ?? []
  const needed = type === 'response_item' || type === 'event_msg'
  return type === undefined || (needed && payload === '') ? null : kindOfLine(type, payload, item)
}

const kindOfValue = (value: unknown): ByteKind => {
  if (!isJsonObject(value) || typeof value['type'] !== 'string') return 'damaged'
  const payload = value['payload']
  if (!isJsonObject(payload)) return 'damaged'
  const item = payload['item']
  return kindOfLine(
    value['type'],
    textIn(payload['type']),
    isJsonObject(item) ? textIn(item['type']) : ''
  )
}

const kindOfText = (line: Buffer): ByteKind => {
  if (line.length > PARSED_BYTES_MAX) return 'other'
  if (!isUtf8(line)) return 'damaged'
  try {
    return kindOfValue(JSON.parse(line.toString('utf8').replace(/^\ufeff/, '')))
  } catch {
    return 'damaged'
  }
}

const looksWhole = (bytes: Buffer, from: number, until: number): boolean => {
  const last = bytes[until - 1] === CARRIAGE_RETURN ? bytes[until - 2] : bytes[until - 1]
  return (
    last === CLOSING_BRACE &&
    !bytes.subarray(from + PREFIX_BYTES.length, until).includes(PREFIX_BYTES)
  )
}

/** What a line is that lies whole in the buffer; `suspicious` when something around it is no text. */
const kindOfWhole = (bytes: Buffer, from: number, until: number, suspicious: boolean): ByteKind => {
  if (isBlank(bytes, from, until)) return 'other'
  const line = bytes.subarray(from, until)
  if (suspicious && (line.includes(0) || !isUtf8(line))) return 'damaged'
  const kind = looksWhole(bytes, from, until) ? kindOfHead(bytes, from, until) : null
  return kind ?? kindOfText(line)
}

/** Bytes of the ranges that lie in a line; `next` is the first range that may. */
const within = (
  images: ReadonlyArray<ImageRange>,
  next: number,
  from: number,
  until: number
): readonly [bytes: number, next: number] => {
  let sum = 0
  let at = next
  for (let image = images[at]; image !== undefined && image.from < until; image = images[++at])
    sum += Math.max(0, Math.min(image.until, until) - Math.max(image.from, from))
  return [sum, at]
}

const count = (sums: Record<ByteKind, number>, kind: ByteKind, bytes: number, images: number) => {
  // Nobody can say what a damaged line holds.
  const pictured = kind === 'damaged' ? 0 : images
  sums[kind] += bytes - pictured
  sums[kind === 'snapshots' ? 'snapshot_images' : 'images'] += pictured
}

/** Counts the whole lines in the first bytes of a buffer. */
const countLines = (
  bytes: Buffer,
  until: number,
  offset: number,
  sums: Record<ByteKind, number>,
  onLine: OnLine
): number => {
  const region = bytes.subarray(0, until)
  const suspicious = region.includes(0) || !isUtf8(region)
  const images = imagesIn(region)
  let lines = 0
  let next = 0
  for (let from = 0; from < until;) {
    const newline = endOfLine(bytes, from, until)
    const end = newline === -1 ? until : newline
    const [pictured, later] = within(images, next, from, end)
    next = later
    const kind = kindOfWhole(bytes, from, end, suspicious)
    count(sums, kind, Math.min(end + 1, until) - from, pictured)
    if (!isBlank(bytes, from, end)) lines += 1
    onLine(bytes.subarray(from, end), offset + from)
    from = end + 1
  }
  return lines
}

/** Takes a part of a line that is longer than the buffer; `known` bytes of it may be counted now. */
const takePart = (line: OpenLine, bytes: Buffer, known: number): void => {
  const begun = line.inImage ? endOfRun(bytes.subarray(0, known), 0) : 0
  line.imageBytes += begun
  line.inImage = line.inImage && begun === known
  if (!line.inImage) {
    for (const { from, until } of imagesIn(bytes)) {
      if (from < begun || from >= known) continue
      line.imageBytes += Math.min(until, known) - from
      line.inImage = until >= known
    }
  }
  line.bytes += known
}

/** The bytes of a rollout by kind; `onLine` gets the lines that fit into the buffer. Throws when the file cannot be read. */
export const measureFile = async (
  path: string,
  compressed: boolean,
  onLine: OnLine = () => undefined
): Promise<Measured> => {
  const source = openBytes(path, compressed)
  const sums = noBytes()
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  let have = 0
  let offset = 0
  let lines = 0
  let open: OpenLine | null = null
  const drop = (bytes: number): void => {
    buffer.copyWithin(0, bytes, have)
    have -= bytes
    offset += bytes
  }
  const part = (line: OpenLine, known: number): void => {
    takePart(line, buffer.subarray(0, have), known)
    drop(known)
  }
  const finish = (line: OpenLine): void => {
    count(sums, line.kind, line.bytes, line.imageBytes)
    lines += 1
    open = null
  }
  try {
    for (;;) {
      const read = source.read(buffer, have, buffer.length - have, offset + have)
      have += read
      if (open !== null) {
        const newline = endOfLine(buffer, 0, have)
        if (newline !== -1) {
          part(open, newline + 1)
          finish(open)
        } else if (read === 0) {
          part(open, have)
          finish(open)
        } else if (have > LOOK_AHEAD_BYTES) part(open, have - LOOK_AHEAD_BYTES)
      }
      if (open === null) {
        const until = read === 0 ? have : have === 0 ? 0 : buffer.lastIndexOf(10, have - 1) + 1
        lines += countLines(buffer, until, offset, sums, onLine)
        drop(until)
        if (have === buffer.length) {
          open = {
            kind: kindOfHead(buffer, 0, have) ?? 'other',
            bytes: 0,
            imageBytes: 0,
            inImage: false
          }
          part(open, have - LOOK_AHEAD_BYTES)
        }
      }
      if (read === 0) return { bytes: sums, lines }
      await new Promise((resolve) => setImmediate(resolve))
    }
  } finally {
    source.close()
  }
}
