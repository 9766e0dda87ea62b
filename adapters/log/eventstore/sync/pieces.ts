/**
 * The files of a stream, piece by piece in the order of the stream: each checked against its own digest and against the place
 * it says it has.
 */
import { sha256 } from '../stream/event.ts'
import { dataBytes, type JoinedBytes, type JoinedFact } from '../stream/join.ts'
import { joinedEvents } from '../threads/segment-bytes.ts'
import type { Wire } from '../wire.ts'

export type StreamPiece =
  /** Bytes of a segment, newlines included; `offset` is where they begin. */
  | {
      readonly kind: 'bytes'
      readonly segment: string
      readonly offset: number
      readonly bytes: Uint8Array
      /** The home it was copied from; null for what was appended in the store. */
      readonly home: string | null
    }
  | { readonly kind: 'fact'; readonly fact: JoinedFact }
  /** What the server holds is not what was written: nothing comes after it. */
  | {
      readonly kind: 'fault'
      readonly revision: number
      readonly segment: string
      readonly offset: number
      readonly reason: string
    }

/** The end of a segment so far; the tail stands behind `bytes`, until something else does. */
interface SegmentEnd {
  readonly bytes: number
  readonly lines: number
  readonly tail: { readonly bytes: Uint8Array; readonly home: string | null } | null
}

const START: SegmentEnd = { bytes: 0, lines: 0, tail: null }
const NEWLINE = Buffer.from('\n')

/** The bytes of an event, or why they are not those that were written. */
const checkedBytes = (
  { data, metadata, what }: JoinedBytes,
  { bytes, lines }: SegmentEnd
): Uint8Array | string => {
  const { offset, line } = metadata
  if (offset !== bytes) return `it should begin at byte ${bytes}, and says ${offset}`
  if (line !== lines) return `it should be line ${lines}, and says ${line}`
  if (data === null) return 'it is too long to be held'
  const content = dataBytes(data)
  if (content.length !== metadata.bytes)
    return `the ${what} has ${content.length} bytes, and says ${metadata.bytes}`
  return sha256(content) === metadata.sha256
    ? content
    : `the ${what} has another SHA-256 than it says`
}

/** The files of a stream, or of its first events; their tails come last. Throws `StoreError` when the server cannot go on. */
export async function* piecesOf(
  wire: Wire,
  stream: string,
  eventsMax = Infinity
): AsyncGenerator<StreamPiece> {
  const ends = new Map<string, SegmentEnd>()
  const events = wire.read(stream, 0, eventsMax)
  for await (const joined of joinedEvents(wire, events, { lineBytesMax: Infinity })) {
    if (joined.what === 'fact') {
      yield { kind: 'fact', fact: joined }
      continue
    }
    const { segment, offset, home } = joined.metadata
    const end = ends.get(segment) ?? START
    const content = checkedBytes(joined, end)
    if (typeof content === 'string') {
      yield { kind: 'fault', revision: joined.from, segment, offset, reason: content }
      return
    }
    if (joined.what === 'tail') {
      ends.set(segment, { ...end, tail: { bytes: content, home } })
      continue
    }
    const isLine = joined.what === 'line'
    const bytes = isLine ? Buffer.concat([content, NEWLINE]) : content
    yield { kind: 'bytes', segment, offset, bytes, home }
    const lines = end.lines + (isLine ? 1 : 0)
    ends.set(segment, { bytes: offset + bytes.length, lines, tail: null })
  }
  for (const [segment, { bytes: offset, tail }] of ends)
    if (tail !== null) yield { kind: 'bytes', segment, offset, ...tail }
}
