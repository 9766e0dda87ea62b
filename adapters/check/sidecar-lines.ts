/**
 * Lines of the small files beside the rollouts, in bounded memory.
 */
import { openRollout } from '../jsonl/front-to-back.ts'
import type { Pace } from './pace.ts'

/** No line of these files is longer; the rest of one that is stays unread. */
const LINE_BYTES_MAX = 1024 * 1024
const NEWLINE = 10

/** A line where it stands. */
export interface SidecarLine {
  readonly offsetBytes: number
  readonly bytes: number
  readonly terminated: boolean
  /** Number of the line that are not empty. */
  readonly revision: number
  /** Null for a line that is too long. */
  readonly text: string | null
}

/** Lines that are not empty; throws errors of the system. */
export async function* sidecarLines(path: string, pace: Pace): AsyncGenerator<SidecarLine> {
  const bytes = openRollout(path, false)
  let held: Array<Buffer> = []
  let heldBytes = 0
  let lineBytes = 0
  let offsetBytes = 0
  let revision = 0
  const take = (part: Buffer): void => {
    lineBytes += part.length
    if (heldBytes + part.length > LINE_BYTES_MAX) return
    held.push(Buffer.from(part))
    heldBytes += part.length
  }
  const end = (terminated: boolean): SidecarLine | null => {
    const text = heldBytes === lineBytes ? Buffer.concat(held).toString('utf8') : null
    const line = { offsetBytes, bytes: lineBytes, terminated, revision, text }
    offsetBytes += lineBytes + 1
    held = []
    heldBytes = 0
    lineBytes = 0
    if (text?.trim() === '') return null
    revision += 1
    return line
  }
  try {
    for (let piece = bytes.next(); piece !== null; piece = bytes.next()) {
      const part = Buffer.from(piece.buffer, piece.byteOffset, piece.length)
      for (let from = 0; from < part.length;) {
        const newline = part.indexOf(NEWLINE, from)
        take(part.subarray(from, newline === -1 ? part.length : newline))
        from = newline === -1 ? part.length : newline + 1
        const line = newline === -1 ? null : end(true)
        if (line !== null) yield line
        if (pace.isDue()) await pace.giveWay()
      }
    }
    const last = lineBytes > 0 ? end(false) : null
    if (last !== null) yield last
  } finally {
    bytes.close()
  }
}
