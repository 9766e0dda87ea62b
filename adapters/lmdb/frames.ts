/**
 * Values between two processes: JSON behind its length, four bytes with the lowest first.
 */
import { readSync } from 'node:fs'

const HEAD_BYTES = 4

export const frameOf = (value: unknown): Buffer => {
  const json = JSON.stringify(value)
  const bytes = Buffer.byteLength(json)
  const frame = Buffer.allocUnsafe(HEAD_BYTES + bytes)
  frame.writeUInt32LE(bytes, 0)
  frame.write(json, HEAD_BYTES)
  return frame
}

/** So many bytes, waited for; null when the other side ends before. */
const readWhole = (file: number, bytes: number): Buffer | null => {
  const whole = Buffer.allocUnsafe(bytes)
  for (let at = 0; at < bytes;) {
    const got = readSync(file, whole, at, bytes - at, null)
    if (got === 0) return null
    at += got
  }
  return whole
}

/** The next value of a file that blocks; null when the other side ends before it is whole. */
export const readFrame = (file: number): unknown => {
  const head = readWhole(file, HEAD_BYTES)
  const body = head === null ? null : readWhole(file, head.readUInt32LE(0))
  return body === null ? null : (JSON.parse(body.toString()) as unknown)
}

/** Takes bytes as they come, and hands on each value when it is whole. */
export const frameSplitter = (take: (value: unknown) => void): ((chunk: Buffer) => void) => {
  let waiting: Array<Buffer> = []
  let bytes = 0
  const first = (): number => (waiting[0] as Buffer).readUInt32LE(0)
  return (chunk) => {
    waiting.push(chunk)
    bytes += chunk.length
    if ((waiting[0] as Buffer).length < HEAD_BYTES) waiting = [Buffer.concat(waiting)]
    while (bytes >= HEAD_BYTES && bytes >= HEAD_BYTES + first()) {
      const all = Buffer.concat(waiting)
      const end = HEAD_BYTES + first()
      take(JSON.parse(all.subarray(HEAD_BYTES, end).toString()))
      waiting = [all.subarray(end)]
      bytes = all.length - end
    }
  }
}
