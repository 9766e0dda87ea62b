/**
 * Events before it is known which call they are in: all but their groups and their ids.
 */
import { PART } from './event-kind.ts'
import type { Sha256OfBytes, Writer } from './plan.ts'
import { eventBytes } from './sizes.ts'
import type {
  FactMetadata,
  LineMetadata,
  NewFact,
  ProposedEvent,
  StreamDirectory
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

/** What the pieces of a line are made with. */
interface Room {
  readonly sha256: Sha256OfBytes
  readonly eventBytesMax: number
}

const ENCODER = new TextEncoder()

const draft = (
  revision: number,
  type: string,
  isJson: boolean,
  data: Uint8Array,
  metadata: string,
  words: Draft['words']
): Draft => {
  const metadataBytes = ENCODER.encode(metadata)
  const bytes = eventBytes({ id: '', type, isJson, data, metadata: metadataBytes })
  return { revision, type, isJson, data, metadata, metadataBytes, words, bytes }
}

/** A fact as the event at the revision of the directory that is behind it. */
export const draftFact = (
  { source, home }: Writer,
  directory: StreamDirectory,
  { type, data }: NewFact
): Draft => {
  const text = JSON.stringify(data)
  const metadata: FactMetadata = { source, home, directory }
  const words = [text, JSON.stringify(directory)]
  return draft(
    directory.revision,
    type,
    true,
    ENCODER.encode(text),
    JSON.stringify(metadata),
    words
  )
}

const wordsOf = (hash: string, m: LineMetadata): Draft['words'] => [
  hash,
  m.segment,
  m.line,
  m.offset,
  m.facts,
  m.part ?? '',
  m.parts ?? ''
]

/** Bytes of a segment as one event, or as several where one would be too large. */
export const draftBytes = (
  { sha256, eventBytesMax }: Room,
  revision: number,
  kind: string,
  bytes: Uint8Array,
  isJson: boolean,
  metadata: LineMetadata
): ReadonlyArray<Draft> => {
  const text = JSON.stringify(metadata)
  const whole = draft(revision, kind, isJson, bytes, text, wordsOf(metadata.sha256, metadata))
  if (whole.bytes <= eventBytesMax) return [whole]
  const widest = { ...metadata, kind, part: bytes.length, parts: bytes.length }
  const around = draft(revision, PART, false, new Uint8Array(), JSON.stringify(widest), [])
  const partBytes = eventBytesMax - around.bytes
  if (partBytes < 1) return [whole]
  const parts = Math.ceil(bytes.length / partBytes)
  return Array.from({ length: parts }, (_, part) => {
    const data = bytes.subarray(part * partBytes, (part + 1) * partBytes)
    const own = { ...metadata, kind, part, parts }
    const words = wordsOf(sha256(data), own)
    return draft(revision + part, PART, false, data, JSON.stringify(own), words)
  })
}

/** Names an event by what it is. */
type IdOf = (parts: ReadonlyArray<string | number>) => string

/** The event of a draft, by itself or in a group. */
export const seal = (
  idOf: IdOf,
  { revision, type, isJson, data, words, ...draft }: Draft,
  group: { readonly group: number; readonly until: number } | null
): ProposedEvent => {
  if (group === null) {
    const id = idOf([revision, type, ...words])
    return { id, type, isJson, data, metadata: draft.metadataBytes }
  }
  const mark = `,"group":${group.group},"until":${group.until}}`
  const id = idOf([revision, type, ...words, mark])
  return { id, type, isJson, data, metadata: ENCODER.encode(draft.metadata.slice(0, -1) + mark) }
}
