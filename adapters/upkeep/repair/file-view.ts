/**
 * One file of a home, as a plan for it is made: its lines by place, its first metadata, the numbers of its lines, and the
 * places in it that other files name.
 */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { PROFILES } from '../../../domain/log/profile.ts'
import type { RolloutLine } from '../../../domain/log/event.ts'
import type { LineSpan } from '../../../domain/upkeep/repair/renumber.ts'
import type { FileView } from '../../../domain/upkeep/repair/rules.ts'
import { cutLines } from '../check/cut-lines.ts'
import { openBytes } from '../../log/jsonl/bytes.ts'
import { isBlank, parseLine } from '../../log/jsonl/lines.ts'

/** A line longer than this is not mended. */
const LINE_BYTES_MAX = 64 * 1024 * 1024
const CHUNK_BYTES = 256 * 1024

const eventOf = (bytes: Buffer): RolloutLine | null => {
  const line = parseLine(bytes, PROFILES['0.169'])
  return typeof line === 'string' ? null : line
}

type ReadBytes = (from: number, until: number) => Buffer

/** Lines that are not blank; their bytes are valid until the next one is asked for. */
function* linesOf(read: ReadBytes): Generator<LineSpan & { readonly bytes: Buffer }> {
  let at = 0
  const next = (): Buffer | null => {
    const chunk = read(at, at + CHUNK_BYTES)
    at += chunk.length
    return chunk.length === 0 ? null : chunk
  }
  for (const cut of cutLines(next, Infinity)) {
    if (cut.kind !== 'whole' || isBlank(cut.bytes, 0, cut.bytes.length)) continue
    const { from, bytes, terminated } = cut
    yield { from, until: from + bytes.length, isTail: !terminated, bytes }
  }
}

const NEWLINE = 10

const startOfLine = (read: ReadBytes, offset: number): number | null => {
  for (let end = offset; end > 0;) {
    const from = Math.max(0, end - CHUNK_BYTES)
    const at = read(from, end).lastIndexOf(NEWLINE)
    if (at !== -1) return from + at + 1
    if (offset - from > LINE_BYTES_MAX) return null
    end = from
  }
  return 0
}

const endFrom = (read: ReadBytes, offset: number): Omit<LineSpan, 'from'> | null => {
  for (let at = offset; at - offset <= LINE_BYTES_MAX;) {
    const chunk = read(at, at + CHUNK_BYTES)
    const end = chunk.indexOf(NEWLINE)
    if (end !== -1) return { until: at + end, isTail: false }
    if (chunk.length === 0) return { until: at, isTail: true }
    at += chunk.length
  }
  return null
}

export const withView = <A>(
  home: string,
  path: string,
  named: ReadonlyArray<number>,
  use: (view: FileView) => A
): A => {
  const absolute = join(home, path)
  const compressed = path.endsWith('.zst')
  const source = openBytes(absolute, compressed)
  const read: ReadBytes = (from, until) => {
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
      event: eventOf,
      lines: () => linesOf(read),
      named
    })
  } finally {
    source.close()
  }
}
