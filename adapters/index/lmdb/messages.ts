/**
 * What is said between a process and the child that holds its index: JSON texts, each behind the number of its bytes, four of
 * them with the lowest first.
 */
import { readSync } from 'node:fs'
import type { Index, IndexQuestion } from '../../../replay/ports.ts'
import type { Telemetry } from '../../../replay/telemetry.ts'

export type IndexRequest =
  | IndexQuestion
  | readonly ['getMany', ...Parameters<Index['getMany']>]
  | readonly ['ahead', ...Parameters<Index['ahead']>]
  | readonly ['keys', ...Parameters<Index['keys']>]
  | readonly ['commit', ...Parameters<Index['commit']>]
  | readonly ['generation' | 'clear']

/** A call of the child's telemetry, to be repeated in the parent. */
export type TelemetryCall =
  | readonly ['count', ...Parameters<Telemetry['count']>]
  | readonly ['time', ...Parameters<Telemetry['time']>]

export interface IndexReply {
  readonly value?: unknown
  readonly damage?: string
  readonly unusable?: string
  /** The name of the lock file of the index, when it was opened just now. */
  readonly lockName?: string
  readonly told?: ReadonlyArray<TelemetryCall>
}

/** How a reply begins that tells what the index holds, and one that there is nothing. */
export const VALUE = '{"value":'
export const NO_VALUE = '{}'

/** File descriptors of the child; not its streams, since code there that names `process.stdout` may change how it is written. */
export const BLOCKING = 3
export const AWAITED = 4

const HEAD_BYTES = 4

export const frameOf = (text: string): Buffer => {
  const bytes = Buffer.byteLength(text)
  const frame = Buffer.allocUnsafe(HEAD_BYTES + bytes)
  frame.writeUInt32LE(bytes, 0)
  frame.write(text, HEAD_BYTES)
  return frame
}

interface FrameReader {
  readonly push: (chunk: Buffer) => void
  /** The next text; null as long as it is not whole. */
  readonly take: () => string | null
}

export const frameReader = (): FrameReader => {
  let waiting: Array<Buffer> = []
  let bytes = 0
  const joined = (): Buffer => {
    const whole = waiting.length === 1 ? (waiting[0] as Buffer) : Buffer.concat(waiting)
    waiting = [whole]
    return whole
  }
  const end = (): number => {
    if (bytes < HEAD_BYTES) return Infinity
    const first = waiting[0] as Buffer
    return HEAD_BYTES + (first.length < HEAD_BYTES ? joined() : first).readUInt32LE()
  }
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

/** What comes next of a file that blocks; null at its end. */
export const readChunk = (file: number): Buffer | null => {
  const got = readSync(file, CHUNK)
  return got === 0 ? null : Buffer.from(CHUNK.subarray(0, got))
}

/** The next text of a file that blocks, after what came before; null when the other side ends before it is whole. */
export const readFrame = (file: number, { push, take }: FrameReader): string | null => {
  for (;;) {
    const text = take()
    if (text !== null) return text
    const chunk = readChunk(file)
    if (chunk === null) return null
    push(chunk)
  }
}
