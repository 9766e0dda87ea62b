/**
 * The recorded bytes of lines, without parsing: what `events --raw` prints.
 */
import type { DamagedLine, RecordedEvent } from '../../../domain/events/event.ts'
import type { Lineage } from '../../../replay/ports.ts'
import { openBytes, type ByteSource } from '../../jsonl/bytes.ts'
import type { Io } from '../io.ts'
import { lines as harmlessLines } from './text.ts'

const PIECE_BYTES = 1024 * 1024

/** Neighbouring lines, with the newlines between them but not the last one. */
interface Run {
  readonly segment: number
  readonly from: number
  until: number
}

const runsOf = (lines: ReadonlyArray<RecordedEvent | DamagedLine>): ReadonlyArray<Run> => {
  const runs: Array<Run> = []
  for (const { segment, offset, bytes } of lines) {
    const last = runs[runs.length - 1]
    if (last?.segment === segment && last.until + 1 === offset) last.until = offset + bytes
    else runs.push({ segment, from: offset, until: offset + bytes })
  }
  return runs
}

const printRun = async (io: Io, source: ByteSource, run: Run): Promise<void> => {
  // A character may stand across two pieces.
  const decoder = new TextDecoder()
  for (let at = run.from; at < run.until;) {
    const length = Math.min(PIECE_BYTES, run.until - at)
    const piece = Buffer.allocUnsafe(length)
    const read = source.read(piece, 0, length, at)
    if (read === 0) break
    const bytes = piece.subarray(0, read)
    await io.out(
      io.outIsTty ? harmlessLines(decoder.decode(bytes, { stream: true })).join('\n') : bytes
    )
    at += read
  }
  await io.out('\n')
}

/** Prints lines byte for byte; on a terminal control characters are spelled out. */
export const printRaw = async (
  io: Io,
  lineage: Lineage,
  batches: AsyncIterable<ReadonlyArray<RecordedEvent | DamagedLine>>
): Promise<void> => {
  let source: ByteSource | null = null
  let segment = -1
  try {
    for await (const lines of batches) {
      for (const run of runsOf(lines)) {
        if (source === null || run.segment !== segment) {
          source?.close()
          segment = run.segment
          const file = lineage[segment]
          if (file === undefined) return
          source = openBytes(file.path, file.compressed)
        }
        await printRun(io, source, run)
      }
    }
  } finally {
    source?.close()
  }
}
