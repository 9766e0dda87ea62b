/**
 * Cuts bytes into lines in bounded memory: a line is held up to a size, a longer one is handed out in parts.
 */
import { PIECE_BYTES } from '../../log/jsonl/front-to-back.ts'

/** A line, without its newline. Bytes are valid until the next one is asked for. */
export type CutLine =
  | {
      readonly kind: 'whole'
      readonly from: number
      readonly terminated: boolean
      readonly bytes: Buffer
    }
  /** Bytes of a line that is too long to be held. */
  | { readonly kind: 'part'; readonly bytes: Buffer }
  /** The end of such a line. */
  | {
      readonly kind: 'end'
      readonly from: number
      readonly terminated: boolean
      readonly length: number
    }

const NEWLINE = 10

/** Cuts pieces of bytes, which `next` hands out until it answers null, into lines; `from` is counted from `start`. */
export function* cutLines(
  next: () => Uint8Array | null,
  heldBytesMax: number,
  start = 0
): Generator<CutLine> {
  let held = Buffer.alloc(0)
  // Of the open line: where it begins, how much of it is held, and how much went by in parts.
  let [from, have, passed] = [start, 0, 0]
  const hold = (bytes: Buffer): void => {
    if (have + bytes.length > held.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * held.length, have + bytes.length))
      held.copy(larger, 0, 0, have)
      held = larger
    }
    bytes.copy(held, have)
    have += bytes.length
  }
  const end = (terminated: boolean): CutLine => {
    const length = passed + have
    const line: CutLine =
      passed > 0
        ? { kind: 'end', from, terminated, length }
        : { kind: 'whole', from, terminated, bytes: held.subarray(0, have) }
    from += length + 1
    have = 0
    passed = 0
    return line
  }
  for (let piece = next(); piece !== null; piece = next()) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length)
    for (let at = 0; at < bytes.length;) {
      const newline = bytes.indexOf(NEWLINE, at)
      const isOver = newline !== -1
      const until = Math.min(isOver ? newline : bytes.length, at + PIECE_BYTES)
      const isCut = isOver && until < newline
      const part = bytes.subarray(at, until)
      at = isOver && !isCut ? newline + 1 : until
      if (isOver && !isCut && have + passed === 0) {
        yield { kind: 'whole', from, terminated: true, bytes: part }
        from += part.length + 1
        continue
      }
      if (passed === 0 && have + part.length <= heldBytesMax) hold(part)
      else {
        if (have > 0) yield { kind: 'part', bytes: held.subarray(0, have) }
        if (part.length > 0) yield { kind: 'part', bytes: part }
        passed += have + part.length
        have = 0
      }
      if (isOver && !isCut) yield end(true)
    }
  }
  if (have + passed > 0) yield end(false)
}
