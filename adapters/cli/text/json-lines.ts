/**
 * JSON lines on stdout: one value per line, written in pieces of bounded size.
 */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Io } from '../io.ts'
import { safeJson } from './text.ts'

const PIECE_CHARS = 64 * 1024

/** Prints values, one JSON line each. A slow reader slows the source down. */
export const printJsonLines = async (
  io: Io,
  values: Iterable<unknown> | AsyncIterable<unknown>
): Promise<void> => {
  const { stringify } = await import('ndjson')
  await pipeline(Readable.from(values), stringify(), async (lines: AsyncIterable<string>) => {
    let piece = ''
    for await (const line of lines) {
      piece += safeJson(line)
      if (piece.length < PIECE_CHARS) continue
      await io.out(piece)
      piece = ''
    }
    if (piece !== '') await io.out(piece)
  })
}
