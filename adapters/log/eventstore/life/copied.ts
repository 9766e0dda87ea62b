/**
 * The lines of a segment up to a place, as a copy has them: with the time of the copy on each.
 */
import { notPossible } from '../../../../domain/errors.ts'
import { dataBytes } from '../stream/join.ts'
import { thrown } from '../../../../replay/guarded.ts'
import type { SegmentAt } from '../threads/locate.ts'
import { joinedFrom, type StoreReading } from '../threads/segment-bytes.ts'

const BEFORE = '{"timestamp":"'
const TIME_CHARACTERS = 24
const NEWLINE = 10
const NOTHING = new Uint8Array()

/** A line with another time where it has one in the usual place. */
const stamped = (line: Uint8Array, time: Uint8Array): Uint8Array => {
  const head = Buffer.from(line.buffer, line.byteOffset, line.length).toString(
    'latin1',
    0,
    BEFORE.length + TIME_CHARACTERS + 1
  )
  if (!head.startsWith(BEFORE) || !head.endsWith('Z"')) return line
  const copy = new Uint8Array(line)
  copy.set(time, BEFORE.length)
  return copy
}

const joinedBytes = (a: Uint8Array, b: Uint8Array): Uint8Array =>
  a.length === 0 ? b : new Uint8Array(Buffer.concat([a, b]))

/** Lines of a segment that begin before a place, without newlines; what is between them is given as lines of its own. */
export async function* copiedLines(
  reading: StoreReading,
  source: SegmentAt,
  until: number,
  at: string
): AsyncGenerator<Uint8Array> {
  const time = new TextEncoder().encode(at)
  let pending: Uint8Array = NOTHING
  for await (const { what, data, metadata } of joinedFrom(reading, source, 0)) {
    if (metadata.offset >= until) return
    if (data === null)
      throw thrown(notPossible(`a line of ${metadata.bytes} bytes is too long to be copied`, ''))
    let rest = dataBytes(data)
    for (let end; what === 'blank' && (end = rest.indexOf(NEWLINE)) !== -1;) {
      yield joinedBytes(pending, rest.subarray(0, end))
      pending = NOTHING
      rest = rest.subarray(end + 1)
    }
    if (what === 'blank') pending = joinedBytes(pending, rest)
    else {
      yield stamped(joinedBytes(pending, rest), time)
      pending = NOTHING
    }
  }
}
