/**
 * The lines of a session, one after the other, in memory that does not grow with the file.
 */
import { readSync } from 'node:fs'

/** A longer line is refused: JavaScript cannot hold much longer strings. */
export const LINE_BYTES_MAX = 256 * 1024 * 1024

const CHUNK_BYTES = 256 * 1024
const NEWLINE = 10

/** Bytes on their way, as they stand in the file: for a digest. */
type Seen = (bytes: Buffer) => void

/** A line without its end, and where it begins. */
export interface TextLine {
  readonly text: string
  readonly offsetBytes: number
}

/** Gives every line of the first bytes of a file, those of a chunk together; throws at one that is too long. */
export async function* linesOf(
  file: number,
  sizeBytes: number,
  seen: Seen = () => undefined
): AsyncIterable<ReadonlyArray<TextLine>> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  let parts: Array<Buffer> = []
  let held = 0
  let begins = 0
  const refuseLong = (bytes: number): void => {
    if (bytes > LINE_BYTES_MAX)
      throw new Error(`the line at byte ${begins} is longer than ${LINE_BYTES_MAX} bytes`)
  }
  const taken = (end: Buffer): TextLine => {
    refuseLong(held + end.length)
    const whole = parts.length === 0 ? end : Buffer.concat([...parts, end])
    const line = { text: whole.toString('utf8'), offsetBytes: begins }
    begins += held + end.length + 1
    parts = []
    held = 0
    return line
  }
  for (let at = 0; at < sizeBytes;) {
    const read = readSync(file, chunk, 0, Math.min(CHUNK_BYTES, sizeBytes - at), at)
    if (read === 0) break
    at += read
    const bytes = chunk.subarray(0, read)
    seen(bytes)
    const lines: Array<TextLine> = []
    let from = 0
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
      lines.push(taken(bytes.subarray(from, end)))
      from = end + 1
    }
    if (from < read) {
      held += read - from
      refuseLong(held)
      parts.push(Buffer.from(bytes.subarray(from)))
    }
    yield lines
    // Others have their turn between chunks.
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (held > 0) yield [taken(Buffer.alloc(0))]
}
