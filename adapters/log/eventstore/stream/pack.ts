/**
 * Packs events into calls, as full as the server takes them. Until it is known which call an event is in it is a *draft*,
 * without its group and its id.
 */
import { PART } from './event-kind.ts'
import { eventBytes, eventId, sha256 } from './event.ts'
import type {
  FactMetadata,
  LineMetadata,
  NewFact,
  ProposedEvent,
  StreamDirectory,
  Writer
} from './stored.ts'

/** An event without its group. */
export interface Draft {
  readonly revision: number
  readonly type: string
  readonly isJson: boolean
  readonly data: Uint8Array
  /** The text of a JSON object, and its bytes. */
  readonly metadata: string
  readonly metadataBytes: Uint8Array
  /** What it is, beside its place: two events with equal words at one revision are the same. */
  readonly words: ReadonlyArray<string | number>
  /** As the server counts them. */
  readonly bytes: number
}

const ENCODER = new TextEncoder()

const draft = (event: Omit<Draft, 'metadataBytes' | 'bytes'>): Draft => {
  const metadataBytes = ENCODER.encode(event.metadata)
  return { ...event, metadataBytes, bytes: eventBytes({ ...event, metadata: metadataBytes }) }
}

/** A fact as the event at the revision of the directory that is behind it. */
export const draftFact = (
  { source, home }: Writer,
  directory: StreamDirectory,
  { type, data }: NewFact
): Draft => {
  const text = JSON.stringify(data)
  const metadata: FactMetadata = { source, home, directory }
  return draft({
    revision: directory.revision,
    type,
    isJson: true,
    data: ENCODER.encode(text),
    metadata: JSON.stringify(metadata),
    words: [text, JSON.stringify(directory)]
  })
}

const draftPiece = (
  event: Pick<Draft, 'revision' | 'type' | 'isJson' | 'data'>,
  hash: string,
  m: LineMetadata
): Draft =>
  draft({
    ...event,
    metadata: JSON.stringify(m),
    words: [hash, m.segment, m.line, m.offset, m.facts, m.part ?? '', m.parts ?? '']
  })

/** Bytes of a segment as one event, or as several where one would be too large. */
export const draftBytes = (
  eventBytesMax: number,
  { revision, type, isJson, data }: Pick<Draft, 'revision' | 'type' | 'isJson' | 'data'>,
  metadata: LineMetadata
): ReadonlyArray<Draft> => {
  const whole = draftPiece({ revision, type, isJson, data }, metadata.sha256, metadata)
  if (whole.bytes <= eventBytesMax) return [whole]
  const part = { type: PART, isJson: false }
  const widest = { ...metadata, kind: type, part: data.length, parts: data.length }
  const around = draftPiece({ ...part, revision, data: new Uint8Array() }, '', widest)
  const partBytes = eventBytesMax - around.bytes
  if (partBytes < 1) return [whole]
  const parts = Math.ceil(data.length / partBytes)
  return Array.from({ length: parts }, (_, i) => {
    const bytes = data.subarray(i * partBytes, (i + 1) * partBytes)
    const own = { ...metadata, kind: type, part: i, parts }
    return draftPiece({ ...part, revision: revision + i, data: bytes }, sha256(bytes), own)
  })
}

/** One append. Calls are made in order, each when the one before it has succeeded. */
export interface AppendCall {
  readonly expected: number | 'no_stream'
  readonly events: ReadonlyArray<ProposedEvent>
  /** As the server counts them. */
  readonly bytes: number
}

export interface Packer {
  /** An event may not be larger: its group must have room beside it. */
  readonly eventBytesMax: number
  readonly add: (unit: ReadonlyArray<Draft>) => void
  /** The calls that are full; each is given once. */
  readonly take: () => ReadonlyArray<AppendCall>
  /** The calls that are left. */
  readonly end: () => ReadonlyArray<AppendCall>
}

/** Bytes that the mark of a group adds to an event at most: two revisions, and their names. */
const MARK_BYTES = 64

export const packer = (stream: string, { nonce }: Writer, callBytesMax: number): Packer => {
  let full: Array<AppendCall> = []
  let events: Array<ProposedEvent> = []
  let bytes = 0
  let first = 0

  const close = (): void => {
    if (events.length > 0)
      full.push({ expected: first === 0 ? 'no_stream' : first - 1, events, bytes })
    events = []
    bytes = 0
  }
  const put = ({ revision, type, isJson, data, words, ...one }: Draft, mark: string): void => {
    const id = eventId([stream, revision, type, ...words, ...(mark === '' ? [] : [mark]), nonce])
    const metadata =
      mark === '' ? one.metadataBytes : ENCODER.encode(one.metadata.slice(0, -1) + mark)
    const event = { id, type, isJson, data, metadata }
    const size = eventBytes(event)
    if (bytes + size > callBytesMax) close()
    if (events.length === 0) first = revision
    events.push(event)
    bytes += size
  }
  const take = (): ReadonlyArray<AppendCall> => {
    const calls = full
    full = []
    return calls
  }
  return {
    eventBytesMax: callBytesMax - MARK_BYTES,
    add: (unit) => {
      const [head, last] = [unit[0], unit[unit.length - 1]]
      if (head === undefined || last === undefined) return
      const size = unit.reduce((sum, one) => sum + one.bytes, 0)
      const isOneCall = size <= callBytesMax
      if (bytes + size > callBytesMax && isOneCall) close()
      const mark = isOneCall ? '' : `,"group":${head.revision},"until":${last.revision}}`
      for (const one of unit) put(one, mark)
    },
    take,
    end: () => {
      close()
      return take()
    }
  }
}
