/**
 * One file of a home, as a plan for it is made: its lines by place, its first metadata, the numbers of its lines, and the
 * places in it that other files name.
 */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { PROFILES } from '../../domain/profile.ts'
import type { RolloutLine } from '../../domain/events/event.ts'
import type { NumberedLine } from '../../domain/repair/renumber.ts'
import { openBytes } from '../jsonl/bytes.ts'
import { endOfLine, isBlank, parseLine } from '../jsonl/lines.ts'

/** A line longer than this is not mended. */
const LINE_BYTES_MAX = 64 * 1024 * 1024
const CHUNK_BYTES = 256 * 1024

/** A line by its place; `until` is where its newline stands, or the end of the file. */
export interface LineSpan {
  readonly from: number
  readonly until: number
  /** True when no newline ends it. */
  readonly isTail: boolean
}

/** What a plan asks of a file. */
export interface FileView {
  /** Relative to the home. */
  readonly path: string
  readonly absolute: string
  readonly compressed: boolean
  /** Bytes of what it holds; as far as it can be decompressed. */
  readonly contentBytes: () => number
  /** The line a place is in; null when it is too long, or not there. */
  readonly lineAt: (offset: number) => LineSpan | null
  readonly bytes: (from: number, until: number) => Buffer
  /** Every line that is not blank, in order. */
  readonly lines: () => Iterable<LineSpan & { readonly bytes: Buffer }>
  /** Places in this file at which others go on, in order. */
  readonly named: ReadonlyArray<number>
}

const HEAD = /^\{"timestamp":"[^"]*",(?:"ordinal":(\d+),)?/
const HEAD_BYTES = 96

/** The line as one that may have a number; null when it does not begin as Codex begins a line. */
export const numberedLine = (
  bytes: Buffer,
  { from, until, isTail }: LineSpan
): NumberedLine | null => {
  const head = HEAD.exec(bytes.toString('latin1', 0, Math.min(bytes.length, HEAD_BYTES)))
  if (head === null) return null
  const [all, digits] = head
  const ordinal = digits === undefined ? null : Number(digits)
  const digitsAt = digits === undefined ? all.length : all.length - 1 - digits.length
  const endBytes = isTail ? until : until + 1
  return { offsetBytes: from, ordinal, digitsAt, digits: digits?.length ?? 0, endBytes }
}

/** A line as an event; null when it is none. */
export const eventOf = (bytes: Buffer): RolloutLine | null => {
  const line = parseLine(bytes, PROFILES['0.169'])
  return typeof line === 'string' ? null : line
}

type Read = (from: number, until: number) => Buffer

function* linesOf(read: Read): Generator<LineSpan & { readonly bytes: Buffer }> {
  let rest: Buffer = Buffer.alloc(0)
  let base = 0
  for (;;) {
    const chunk = read(base + rest.length, base + rest.length + CHUNK_BYTES)
    const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let from = 0
    for (let end = endOfLine(buffer, 0, buffer.length); end !== -1;) {
      const span = { from: base + from, until: base + end, isTail: false }
      if (!isBlank(buffer, from, end)) yield { ...span, bytes: buffer.subarray(from, end) }
      from = end + 1
      end = endOfLine(buffer, from, buffer.length)
    }
    rest = buffer.subarray(from)
    base += from
    if (chunk.length > 0) continue
    if (rest.length > 0) yield { from: base, until: base + rest.length, isTail: true, bytes: rest }
    return
  }
}

const NEWLINE = 10

const startOfLine = (read: Read, offset: number): number | null => {
  for (let end = offset; end > 0;) {
    const from = Math.max(0, end - CHUNK_BYTES)
    const at = read(from, end).lastIndexOf(NEWLINE)
    if (at !== -1) return from + at + 1
    if (offset - from > LINE_BYTES_MAX) return null
    end = from
  }
  return 0
}

const endFrom = (read: Read, offset: number): Omit<LineSpan, 'from'> | null => {
  for (let at = offset; at - offset <= LINE_BYTES_MAX;) {
    const chunk = read(at, at + CHUNK_BYTES)
    const end = chunk.indexOf(NEWLINE)
    if (end !== -1) return { until: at + end, isTail: false }
    if (chunk.length === 0) return { until: at, isTail: true }
    at += chunk.length
  }
  return null
}

/** Opens a file for a plan, and closes it afterwards. */
export const withView = <A>(
  home: string,
  path: string,
  named: ReadonlyArray<number>,
  use: (view: FileView) => A
): A => {
  const absolute = join(home, path)
  const compressed = path.endsWith('.zst')
  const source = openBytes(absolute, compressed)
  const read: Read = (from, until) => {
    const target = Buffer.allocUnsafe(Math.max(0, until - from))
    let have = 0
    while (have < target.length) {
      const taken = source.read(target, have, target.length - have, from + have)
      if (taken === 0) break
      have += taken
    }
    return target.subarray(0, have)
  }
  const measured = (): number => {
    let bytes = 0
    try {
      for (const { until, isTail } of linesOf(read)) bytes = until + (isTail ? 0 : 1)
    } catch {
      // A compressed file that is damaged holds what came before the damage.
    }
    return bytes
  }
  try {
    return use({
      path,
      absolute,
      compressed,
      contentBytes: () => (compressed ? measured() : lstatSync(absolute).size),
      lineAt: (offset) => {
        const from = startOfLine(read, offset)
        const end = endFrom(read, offset)
        return from === null || end === null || end.until - from > LINE_BYTES_MAX
          ? null
          : { from, ...end }
      },
      bytes: read,
      lines: () => linesOf(read),
      named
    })
  } finally {
    source.close()
  }
}
