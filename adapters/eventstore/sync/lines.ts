/**
 * A rollout cut at its newlines, byte for byte: blank lines are lines here too. Put together again they are the file.
 */
import type { ByteSource } from '../../jsonl/bytes.ts'
import { endOfLine } from '../../jsonl/lines.ts'

/** Lines are handed out when they come to so many bytes; a longer one is handed out alone. */
const CUT_BYTES = 1024 * 1024

interface Cutting {
  buffer: Buffer
  have: number
  /** Place of `buffer[0]` in the file. */
  base: number
}

const room = (cutting: Cutting): void => {
  if (cutting.have < cutting.buffer.length) return
  const larger = Buffer.allocUnsafe(cutting.buffer.length * 2)
  cutting.buffer.copy(larger, 0, 0, cutting.have)
  cutting.buffer = larger
}

/** Goes on in a fresh buffer behind a place: lines that were handed out keep the old one. */
const rest = ({ buffer, have, base }: Cutting, from: number): Cutting => {
  const bytes = buffer.subarray(from, have)
  const fresh = Buffer.allocUnsafe(Math.max(CUT_BYTES, bytes.length))
  bytes.copy(fresh)
  return { buffer: fresh, have: bytes.length, base: base + from }
}

/**
 * The lines of a file from a place, the start or one behind a newline, without their newlines, several at a time. Answers in
 * the end what stands behind the last newline. Memory is bounded by the longest line.
 */
export function* cutLines(
  source: ByteSource,
  from: number
): Generator<ReadonlyArray<Uint8Array>, Uint8Array> {
  let cutting: Cutting = { buffer: Buffer.allocUnsafe(CUT_BYTES), have: 0, base: from }
  for (let searched = 0; ;) {
    room(cutting)
    const { buffer, have, base } = cutting
    const read = source.read(buffer, have, buffer.length - have, base + have)
    cutting.have += read
    const lines: Array<Uint8Array> = []
    let at = 0
    for (
      let end = endOfLine(buffer, searched, cutting.have);
      end !== -1;
      end = endOfLine(buffer, at, cutting.have)
    ) {
      lines.push(buffer.subarray(at, end))
      at = end + 1
    }
    if (lines.length > 0) {
      yield lines
      cutting = rest(cutting, at)
    }
    searched = cutting.have
    if (read === 0) return cutting.buffer.subarray(0, cutting.have)
  }
}
