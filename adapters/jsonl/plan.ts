/**
 * What one write will hold: of all requests that wait, those that expect what the stream then is, one behind the other.
 */
import type { StoreError } from '../../domain/errors.ts'
import type { StreamId } from '../../domain/ids.ts'
import { printEvent } from '../../domain/changes/new-event.ts'
import { appendProblem, type CheckedEvent } from '../../replay/mutate/new-events.ts'
import type { KnownPlace, Position } from '../../replay/ports.ts'
import type { AppendRequest } from './request.ts'
import type { Tail } from './tail.ts'

/** A call of `append` that waits for its answer, and what it knows of the stream. */
export interface Request extends AppendRequest {
  readonly known: KnownPlace | undefined
}

/** A request that will be written. */
export interface Accepted {
  readonly request: Request
  /** Where its lines begin and end in the bytes of the write. */
  readonly start: number
  readonly end: number
  readonly from: Position
  readonly next: Position
}

/** A request that expected something else. */
export interface Refused {
  readonly request: Request
  readonly why: StoreError
}

/** One write. */
export interface Plan {
  readonly bytes: Buffer
  readonly accepted: ReadonlyArray<Accepted>
  readonly refused: ReadonlyArray<Refused>
  /** The end of the stream behind it. */
  readonly next: Position
  readonly ordinal: number | null
}

const NEWLINE = Buffer.from('\n')

/** Plans a write behind the end of a stream. */
export const planGroup = (streamId: StreamId, tail: Tail, group: ReadonlyArray<Request>): Plan => {
  const accepted: Array<Accepted> = []
  const refused: Array<Refused> = []
  const pieces: Array<Buffer> = tail.closed ? [] : [NEWLINE]
  const segment = tail.lineage.length - 1
  let length = tail.closed ? 0 : 1
  let { ordinal } = tail
  let { revision } = tail.next
  const print = ({ line, event }: CheckedEvent): string =>
    `${ordinal === null ? line : printEvent(event, ordinal++)}\n`
  for (const request of group) {
    const { expected, events } = request
    const why = appendProblem(streamId, expected, revision, events)
    if (why !== null) {
      refused.push({ request, why })
      continue
    }
    if (accepted.length === 0) revision += tail.torn
    const bytes = Buffer.from(events.map(print).join(''))
    const from = { revision, segment, offset: tail.sizeBytes + length }
    const start = length
    length += bytes.length
    revision += events.length
    const next = { revision, segment, offset: tail.sizeBytes + length }
    accepted.push({ request, start, end: length, from, next })
    pieces.push(bytes)
  }
  const [only] = pieces
  return {
    bytes: pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces),
    accepted,
    refused,
    next: { revision, segment, offset: tail.sizeBytes + length },
    ordinal
  }
}
