/**
 * Writes facts and bytes of segments one behind the other, and keeps up the directory behind them.
 */
import type { StoreError } from '../../../domain/errors.ts'
import { currentSegment, segmentOf, withBytes, withFact, withFirstLine } from './directory.ts'
import { draftBytes, draftFact, type Draft } from './draft.ts'
import type { ReadLine } from './line.ts'
import { packer } from './pack.ts'
import type { Call, Planning } from './plan.ts'
import { CALL_BYTES_MAX } from './sizes.ts'
import type { LineMetadata, NewFact, StreamDirectory } from './stored.ts'

/** What a planner writes with. */
export interface Composer {
  /** A fact that waits for what follows. */
  readonly fact: (fact: NewFact) => void
  /** Writes the facts that wait. */
  readonly writeFacts: () => void
  /** Gets ready to write to a segment: a line, or bytes that are none. */
  readonly begin: (segment: string, line: ReadLine | null) => void
  /** Writes bytes behind the end of a segment. */
  readonly write: (
    segment: string,
    kind: string,
    bytes: Uint8Array,
    isJson: boolean,
    told: Partial<LineMetadata>
  ) => void
  /** What was written since the last time counts together. */
  readonly settle: () => void
  readonly directory: () => StreamDirectory
  /** Why no calls can be made; null while they can. */
  readonly failure: () => StoreError | null
  readonly take: () => ReadonlyArray<Call>
  readonly end: () => ReadonlyArray<Call>
}

/** Goes to another segment, or begins one, so that who reads only the last events knows where that was. */
const MOVED: NewFact = { type: 'unroll-placed', data: { files: [] } }

const tooSmall = (stream: string, bytes: number, callBytesMax: number): StoreError => ({
  _tag: 'NotPossible',
  reason: `what is to be told about ${stream} takes ${bytes} bytes in one call, and the server takes ${callBytesMax}`,
  next: 'raise the largest append the server takes (MaxAppendSize)'
})

/** Begins behind the directory of a plan. */
export const composer = (planning: Planning): Composer => {
  const { stream, writer, sha256, callBytesMax = CALL_BYTES_MAX } = planning
  const pack = packer(planning, callBytesMax)
  const room = { sha256, eventBytesMax: pack.eventBytesMax }
  let directory: StreamDirectory = { ...planning.directory, open: null }
  let facts: Array<NewFact> = []
  let unit: Array<Draft> = []
  let failure: StoreError | null = null

  const add = (draft: Draft): void => {
    if (draft.bytes > pack.eventBytesMax) failure ??= tooSmall(stream, draft.bytes, callBytesMax)
    unit.push(draft)
  }
  const writeFacts = (begun?: { readonly segment: string; readonly line: ReadLine }): void => {
    for (const fact of facts) {
      directory = withFact(directory, fact)
      if (begun !== undefined)
        directory = withFirstLine(directory, begun.segment, begun.line.begins)
      add(draftFact(writer, directory, fact))
    }
    facts = []
  }
  return {
    fact: (fact) => void facts.push(fact),
    writeFacts: () => writeFacts(),
    begin: (segment, line) => {
      const at = segmentOf(directory, segment)
      const begins = line !== null && (at?.lines ?? 0) === 0
      const moves = directory.facts !== directory.revision && currentSegment(directory) !== at
      if (directory.facts >= 0 && facts.length === 0 && (begins || moves)) facts.push(MOVED)
      writeFacts(begins ? { segment, line } : undefined)
    },
    write: (segment, kind, bytes, isJson, told) => {
      const at = segmentOf(directory, segment)
      const metadata: LineMetadata = {
        source: writer.source,
        home: writer.home,
        segment,
        line: at?.lines ?? 0,
        offset: at?.bytes ?? 0,
        bytes: bytes.length,
        sha256: sha256(bytes),
        facts: directory.facts,
        atMs: writer.atMs ?? at?.modifiedAtMs ?? 0,
        ...told
      }
      const revision = directory.revision + 1
      const drafts = draftBytes(room, revision, kind, bytes, isJson, metadata)
      drafts.forEach(add)
      const whole = { ...metadata, parts: drafts.length }
      directory = withBytes(directory, kind, whole, revision + drafts.length - 1)
    },
    settle: () => {
      if (failure === null) pack.add(unit)
      unit = []
    },
    directory: () => directory,
    failure: () => failure,
    take: pack.take,
    end: pack.end
  }
}
