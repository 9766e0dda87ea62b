/**
 * The files of a stream, piece by piece in the order of the stream: each checked against its own sum and against the place
 * it says it has.
 */
import { dataBytes, joiner, type JoinedBytes, type JoinedFact } from '../stream/join.ts'
import type { Wire } from '../wire.ts'
import { DIGESTS } from '../threads/digests.ts'

/** A part of a stream. */
export type Piece =
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

interface Reached {
  readonly bytes: number
  readonly lines: number
  /** Stands behind `bytes`, until something else does. */
  readonly tail: { readonly bytes: Uint8Array; readonly home: string | null } | null
}

const START: Reached = { bytes: 0, lines: 0, tail: null }
const NEWLINE = Buffer.from('\n')

const faultOf = (
  { data, metadata, what }: JoinedBytes,
  { bytes, lines }: Reached
): string | null => {
  const { offset, line } = metadata
  if (offset !== bytes) return `it should begin at byte ${bytes}, and says ${offset}`
  if (line !== lines) return `it should be line ${lines}, and says ${line}`
  if (data === null) return 'it is too long to be held'
  const content = dataBytes(data)
  if (content.length !== metadata.bytes)
    return `the ${what} has ${content.length} bytes, and says ${metadata.bytes}`
  return DIGESTS.sha256(content) === metadata.sha256
    ? null
    : `the ${what} has another SHA-256 than it says`
}

/** True when the last event of a group is there. */
const isWhole = async (
  wire: Wire,
  stream: string,
  { group, until }: { readonly group: number; readonly until: number }
): Promise<boolean> => {
  for await (const { revision, metadata } of wire.read(stream, until, 1))
    return revision === until && metadata['group'] === group
  return false
}

/** The files of a stream, or of its first events; their tails come last. Throws `StoreError` when the server cannot go on. */
export async function* piecesOf(
  wire: Wire,
  stream: string,
  eventsMax = Infinity
): AsyncGenerator<Piece> {
  const join = joiner({ lineBytesMax: Infinity })
  const reached = new Map<string, Reached>()
  for await (const event of wire.read(stream, 0, eventsMax)) {
    const joinedNow = [...join.take(event)]
    const group = join.asks()
    if (group !== null) joinedNow.push(...join.settle(await isWhole(wire, stream, group)))
    for (const joined of joinedNow) {
      if (joined.what === 'fact') {
        yield { kind: 'fact', fact: joined }
        continue
      }
      const { segment, offset, home } = joined.metadata
      const before = reached.get(segment) ?? START
      const reason = faultOf(joined, before)
      if (reason !== null || joined.data === null) {
        yield { kind: 'fault', revision: joined.from, segment, offset, reason: reason ?? '' }
        return
      }
      const content = dataBytes(joined.data)
      if (joined.what === 'tail') {
        reached.set(segment, { ...before, tail: { bytes: content, home } })
        continue
      }
      const isLine = joined.what === 'line'
      const bytes = isLine ? Buffer.concat([content, NEWLINE]) : content
      yield { kind: 'bytes', segment, offset, bytes, home }
      const lines = before.lines + (isLine ? 1 : 0)
      reached.set(segment, { bytes: offset + bytes.length, lines, tail: null })
    }
  }
  for (const [segment, { bytes: offset, tail }] of reached)
    if (tail !== null) yield { kind: 'bytes', segment, offset, ...tail }
}
