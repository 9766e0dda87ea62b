/**
 * Where written bytes really stand, when a program that knows no locks wrote to the same file at the same moment.
 *
 * Every write goes to the end of the file as it is then, in one piece. So the others' bytes stand before ours or behind
 * them, and what is looked for is one run of bytes.
 */
import { fstatSync } from 'node:fs'
import type { StreamId } from '../../domain/ids.ts'
import { isDamaged } from '../../replay/ports.ts'
import { readStream } from './read.ts'
import { openSource, type Tail, type TailReader } from './tail.ts'

/** Where a block of lines stands. */
export interface Landing {
  /** Where the block begins, in bytes of the file. */
  readonly at: number
  /** Revision of the line that begins a number of bytes behind `at`; null when it is lost in an unfinished line. */
  readonly revisionAt: (start: number) => number | null
  /** True when the file ends with a newline. */
  readonly closed: boolean
}

/** Finds a block that was written behind a place; null when it is nowhere whole. */
export const findLanding = async (
  streamId: StreamId,
  tail: Tail,
  file: number,
  block: Buffer,
  reader: TailReader
): Promise<Landing | null> => {
  const { size } = fstatSync(file)
  const region = Buffer.allocUnsafe(Math.max(0, size - tail.sizeBytes))
  const read = openSource(file).read(region, 0, region.length, tail.sizeBytes)
  const found = region.subarray(0, read).indexOf(block)
  if (found === -1) return null
  const at = tail.sizeBytes + found
  const { profile, skipsBom } = reader
  const lines: Array<{ from: number; until: number; revision: number; damaged: boolean }> = []
  for await (const batch of readStream(streamId, tail.lineage, tail.next, 'all', profile, skipsBom))
    for (const line of batch.lines) {
      const { offset: from, bytes, revision } = line
      if (from + bytes >= at)
        lines.push({ from, until: from + bytes, revision, damaged: isDamaged(line) })
    }
  return {
    at,
    closed: read > 0 && region[read - 1] === 10,
    revisionAt: (start) => {
      const line = lines.find(({ from, until }) => from <= at + start && at + start < until)
      return line === undefined || (line.from < at + start && line.damaged) ? null : line.revision
    }
  }
}
