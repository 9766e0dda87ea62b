/**
 * Where a rollout ended at a time: before the first line that says a later one.
 *
 * Only the heads of lines are read, and nearly none is parsed. A line without a time (damaged, or not written as Codex writes)
 * ends nothing and belongs to the lines before it. Times may go backwards in files that were edited by hand: what follows a
 * later line is later, whatever it says.
 */
import { parsedObject, textOrNull } from '../../json.ts'

export interface EndAt {
  /** Where the first later line begins; null when there is none. */
  readonly untilBytes: number | null
  /** Newest time of a line before that; null when there is none. */
  readonly lastMs: number | null
}

const NEWLINE = 10
/** Bytes of a line that are kept to find its time. */
const HEAD_BYTES_MAX = 64 * 1024
const HEAD = '{"timestamp":"'
const TIME_BYTES_MAX = 40
const MARK = [0xef, 0xbb, 0xbf]

const decoder = new TextDecoder('latin1')

const parsedTime = (bytes: Uint8Array): string | null => {
  if (bytes.length === 0 || bytes.length >= HEAD_BYTES_MAX) return null
  return textOrNull(parsedObject(new TextDecoder().decode(bytes))?.['timestamp'])
}

/** The time of a line; null when it has none. */
const timeOfLine = (line: Uint8Array): number | null => {
  const bytes = MARK.every((byte, i) => line[i] === byte) ? line.subarray(MARK.length) : line
  const head = decoder.decode(bytes.subarray(0, HEAD.length + TIME_BYTES_MAX))
  const end = head.startsWith(HEAD) ? head.indexOf('"', HEAD.length) : -1
  const time = end === -1 ? parsedTime(bytes) : head.slice(HEAD.length, end)
  const ms = time === null ? NaN : Date.parse(time)
  return Number.isNaN(ms) ? null : ms
}

/** Finds the end of a rollout at a time, piece by piece. */
interface EndFinder {
  /** Takes the next bytes; true when nothing behind them matters. */
  readonly take: (piece: Uint8Array) => boolean
  readonly end: () => EndAt
}

/** Searches from an offset on. */
export const endFinder = (timeMs: number, fromBytes: number): EndFinder => {
  let offset = fromBytes
  let lineFrom = fromBytes
  let kept: Array<Uint8Array> = []
  let keptBytes = 0
  let lastMs: number | null = null
  let untilBytes: number | null = null

  const keep = (part: Uint8Array): void => {
    const some = part.subarray(0, HEAD_BYTES_MAX - keptBytes)
    // A copy: whoever gave the piece may use its memory again.
    if (some.length > 0) kept.push(some.slice())
    keptBytes += some.length
  }
  const whole = (): Uint8Array => {
    const bytes = new Uint8Array(keptBytes)
    let at = 0
    for (const part of kept) {
      bytes.set(part, at)
      at += part.length
    }
    kept = []
    keptBytes = 0
    return bytes
  }
  const judge = (line: Uint8Array): void => {
    const ms = timeOfLine(line.subarray(0, HEAD_BYTES_MAX))
    if (ms === null) return
    if (ms > timeMs) untilBytes = lineFrom
    else lastMs = ms
  }
  return {
    take: (piece) => {
      for (let from = 0; untilBytes === null;) {
        const end = piece.indexOf(NEWLINE, from)
        if (end === -1) {
          keep(piece.subarray(from))
          break
        }
        const rest = piece.subarray(from, end)
        if (keptBytes > 0) keep(rest)
        judge(keptBytes > 0 ? whole() : rest)
        from = end + 1
        if (untilBytes === null) lineFrom = offset + from
      }
      offset += piece.length
      return untilBytes !== null
    },
    end: () => {
      if (untilBytes === null && keptBytes > 0) judge(whole())
      return { untilBytes, lastMs }
    }
  }
}
