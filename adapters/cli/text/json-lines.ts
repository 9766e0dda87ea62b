/**
 * JSON lines on stdout: one value per line, written in pieces of bounded size.
 */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Io } from '../io.ts'
import { printPieces } from './pieces.ts'
import { safeJson } from './text.ts'

async function* harmlessLines(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield safeJson(line)
}

/** Prints values, one JSON line each. A slow reader slows the source down. */
export const printJsonLines = async (
  io: Io,
  values: Iterable<unknown> | AsyncIterable<unknown>
): Promise<void> => {
  const { stringify } = await import('ndjson')
  await pipeline(Readable.from(values), stringify(), (lines: AsyncIterable<string>) =>
    printPieces(io, harmlessLines(lines))
  )
}
