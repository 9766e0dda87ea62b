/**
 * Many small texts as few large ones, in bounded memory.
 */
import type { Io } from '../io.ts'

const PIECE_CHARS = 64 * 1024

/** Prints texts one after the other. A slow reader slows the source down. */
export const printPieces = async (
  io: Io,
  texts: Iterable<string> | AsyncIterable<string>
): Promise<void> => {
  let piece = ''
  for await (const text of texts) {
    piece += text
    if (piece.length < PIECE_CHARS) continue
    await io.out(piece)
    piece = ''
  }
  if (piece !== '') await io.out(piece)
}
