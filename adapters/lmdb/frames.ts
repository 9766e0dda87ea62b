/**
 * Texts between two processes: each behind the number of its bytes, four of them with the lowest first.
 */
import { readSync } from 'node:fs'

const HEAD_BYTES = 4

export const frameOf = (text: string): Buffer => {
  const bytes = Buffer.byteLength(text)
  const frame = Buffer.allocUnsafe(HEAD_BYTES + bytes)
  frame.writeUInt32LE(bytes, 0)
  frame.write(text, HEAD_BYTES)
  return frame
}

/** Bytes of frames as they come. */
export interface Frames {
  readonly push: (chunk: Buffer) => void
  /** The next text; null as long as it is not whole. */
  readonly take: () => string | null
}

export const frames = (): Frames => {
  let waiting: Array<Buffer> = []
  let bytes = 0
  const joined = (): Buffer => {
    const whole = waiting.length === 1 ? (waiting[0] as Buffer) : Buffer.concat(waiting)
    waiting = [whole]
    return whole
  }
  const end = (): number =>
    bytes < HEAD_BYTES
      ? Infinity
      : HEAD_BYTES +
        ((waiting[0] as Buffer).length < HEAD_BYTES
          ? joined()
          : (waiting[0] as Buffer)
        ).readUInt32LE()
  return {
    push: (chunk) => {
      waiting.push(chunk)
      bytes += chunk.length
    },
    take: () => {
      const until = end()
      if (bytes < until) return null
      const whole = joined()
      bytes -= until
      waiting = bytes === 0 ? [] : [whole.subarray(until)]
      return whole.toString('utf8', HEAD_BYTES, until)
    }
  }
}

const CHUNK = Buffer.allocUnsafe(64 * 1024)

/** The next text of a file that blocks, after what came before; null when the other side ends before it is whole. */
export const readFrame = (file: number, { push, take }: Frames): string | null => {
  for (;;) {
    const text = take()
    if (text !== null) return text
    const got = readSync(file, CHUNK)
    if (got === 0) return null
    push(Buffer.from(CHUNK.subarray(0, got)))
  }
}
