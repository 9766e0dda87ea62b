/**
 * From lines and facts to calls: what is to be appended to a stream, in pieces that the server takes.
 *
 * The server takes so many bytes in one call and no more, whatever they are. So a line may need several events, and what counts
 * together several calls: these are a group (see `GroupMark`), of which readers see nothing before its last event is there.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import { currentSegment, segmentOf, withBytes, withFact, withFirstLine } from './directory.ts'
import { BLANK, TAIL } from './event-kind.ts'
import { CALL_BYTES_MAX, sha256 } from './event.ts'
import { isBlankLine, isWholeValue, markBytes, readLine, type LineTraits } from './line.ts'
import { draftBytes, draftFact, packer, type AppendCall, type Draft, type Packer } from './pack.ts'
import type { LineMetadata, NewFact, StoredSegment, StreamDirectory, Writer } from './stored.ts'

export interface Planning {
  readonly stream: string
  /** The stream as it is now. A group that is open becomes void. */
  readonly directory: StreamDirectory
  /** Bytes of a call, as the server counts them (`eventBytes`); a little below the default of servers when absent. */
  readonly callBytesMax?: number
  readonly writer: Writer
  /** True: all or nothing counts. False: every line counts with the facts before it, as soon as its call is made. */
  readonly together: boolean
}

export interface StreamPlan {
  readonly calls: ReadonlyArray<AppendCall>
  readonly directory: StreamDirectory
}

type PlannedCalls = E.Either<StoreError, ReadonlyArray<AppendCall>>

/** More blank bytes than this do not wait for a line. */
const BLANK_BYTES_MAX = 64 * 1024
const NEWLINE = Uint8Array.of(10)

/** Goes to another segment, or begins one, so that who reads only the last events knows where that was. */
const MOVED: NewFact = { type: 'unroll-placed', data: { files: [] } }

/** What bytes that are no line must say, so that whoever reads only them knows the last line. */
const lastLineOf = (segment: StoredSegment | undefined): Partial<LineMetadata> => {
  const { last = null, ordinal = null } = segment ?? {}
  return {
    ...(last === null ? {} : { after: last }),
    ...(ordinal === null ? {} : { nextOrdinal: ordinal })
  }
}

/** The number of a line, or for one without what is known of the next. */
const numberOf = (
  segment: StoredSegment | undefined,
  ordinal: number | null
): Partial<LineMetadata> => {
  if (ordinal !== null) return { ordinal }
  const next = segment?.ordinal ?? null
  return next === null ? {} : { nextOrdinal: next }
}

/** Plans step by step. The bytes that come in are kept, not copied, until their call is made. */
export class Planner {
  readonly #planning: Planning
  readonly #pack: Packer
  #directory: StreamDirectory
  /** Facts that wait for what follows them. */
  #facts: Array<NewFact> = []
  /** Blank bytes between two lines, which wait until a line follows: they are one event then, however many lines they are. */
  #blank: { readonly segment: string; readonly pieces: Array<Uint8Array>; bytes: number } | null =
    null
  /** What was written since the last time that something counted. */
  #unit: Array<Draft> = []
  #failure: StoreError | null = null

  constructor(planning: Planning) {
    const { stream, writer, directory, callBytesMax = CALL_BYTES_MAX } = planning
    this.#planning = planning
    this.#pack = packer(stream, writer, callBytesMax)
    this.#directory = { ...directory, open: null }
  }

  /** A fact; it counts with the line that follows. */
  fact(fact: NewFact): void {
    this.#writeBlank()
    this.#facts.push(fact)
  }

  /**
   * Lines of a segment without their newlines, blank ones as they are, from the end of the segment (`StoredSegment.bytes`) on.
   * Answers calls that are full. `Left`: the server takes too little to say anything; nothing can be planned any more.
   */
  lines(segment: string, lines: Iterable<Uint8Array>): PlannedCalls {
    if (this.#blank?.segment !== segment) this.#writeBlank()
    for (const bytes of lines) {
      const isFirst = this.#blank === null && !segmentOf(this.#directory, segment)?.bytes
      const mark = isFirst ? markBytes(bytes) : 0
      if (mark > 0) this.#wait(segment, bytes.subarray(0, mark))
      this.#writeLine(segment, bytes.subarray(mark))
      if (this.#failure !== null) break
    }
    return this.#calls(this.#pack.take)
  }

  /** What stands behind the last newline of a segment. */
  tail(segment: string, bytes: Uint8Array): PlannedCalls {
    this.#writeBlank()
    this.#begin(segment, null)
    const whole = isWholeValue(bytes) ? { whole: true as const } : {}
    const last = lastLineOf(segmentOf(this.#directory, segment))
    this.#write(segment, TAIL, bytes, false, { ...last, ...whole })
    this.#settleAlone()
    return this.#calls(this.#pack.take)
  }

  end(): E.Either<StoreError, StreamPlan> {
    this.#writeBlank()
    this.#writeFacts(null)
    this.#settle()
    const calls = this.#calls(this.#pack.end)
    return E.isLeft(calls) ? calls : E.right({ calls: calls.right, directory: this.#directory })
  }

  #calls(take: () => ReadonlyArray<AppendCall>): PlannedCalls {
    return this.#failure === null ? E.right(take()) : E.left(this.#failure)
  }

  #writeLine(segment: string, bytes: Uint8Array): void {
    if (isBlankLine(bytes)) return this.#wait(segment, bytes, NEWLINE)
    const line = readLine(bytes)
    this.#begin(segment, line)
    this.#writeBlank()
    const number = numberOf(segmentOf(this.#directory, segment), line.ordinal)
    this.#write(segment, line.kind, bytes, line.isJson, number)
    this.#settleAlone()
  }

  #wait(segment: string, ...pieces: ReadonlyArray<Uint8Array>): void {
    this.#blank ??= { segment, pieces: [], bytes: 0 }
    for (const piece of pieces) {
      this.#blank.pieces.push(piece)
      this.#blank.bytes += piece.length
    }
    if (this.#blank.bytes <= BLANK_BYTES_MAX) return
    this.#writeBlank()
    this.#settleAlone()
  }

  #writeBlank(): void {
    if (this.#blank === null) return
    const { segment, pieces } = this.#blank
    this.#blank = null
    this.#begin(segment, null)
    const last = lastLineOf(segmentOf(this.#directory, segment))
    this.#write(segment, BLANK, Buffer.concat(pieces), false, last)
  }

  /** Gets ready to write to a segment: a line, or bytes that are none. */
  #begin(segment: string, line: LineTraits | null): void {
    const directory = this.#directory
    const at = segmentOf(directory, segment)
    const begins = line !== null && (at?.lines ?? 0) === 0
    const moves = directory.facts !== directory.revision && currentSegment(directory) !== at
    if (directory.facts >= 0 && this.#facts.length === 0 && (begins || moves))
      this.#facts.push(MOVED)
    this.#writeFacts(begins ? { segment, line } : null)
  }

  #writeFacts(begun: { readonly segment: string; readonly line: LineTraits } | null): void {
    for (const fact of this.#facts) {
      this.#directory = withFact(this.#directory, fact)
      if (begun !== null)
        this.#directory = withFirstLine(this.#directory, begun.segment, begun.line.begins)
      this.#add(draftFact(this.#planning.writer, this.#directory, fact))
    }
    this.#facts = []
  }

  /** Writes bytes behind the end of a segment. */
  #write(
    segment: string,
    kind: string,
    bytes: Uint8Array,
    isJson: boolean,
    more: Partial<LineMetadata>
  ): void {
    const { writer } = this.#planning
    const at = segmentOf(this.#directory, segment)
    const metadata: LineMetadata = {
      source: writer.source,
      home: writer.home,
      segment,
      line: at?.lines ?? 0,
      offset: at?.bytes ?? 0,
      bytes: bytes.length,
      sha256: sha256(bytes),
      facts: this.#directory.facts,
      atMs: writer.atMs ?? at?.modifiedAtMs ?? 0,
      ...more
    }
    const revision = this.#directory.revision + 1
    const event = { revision, type: kind, isJson, data: bytes }
    const drafts = draftBytes(this.#pack.eventBytesMax, event, metadata)
    for (const one of drafts) this.#add(one)
    const whole = { ...metadata, parts: drafts.length }
    this.#directory = withBytes(this.#directory, kind, whole, revision + drafts.length - 1)
  }

  #add(draft: Draft): void {
    const { stream, callBytesMax = CALL_BYTES_MAX } = this.#planning
    if (draft.bytes > this.#pack.eventBytesMax)
      this.#failure ??= {
        _tag: 'NotPossible',
        reason: `the record of ${stream} needs ${draft.bytes} bytes in one call, and the server accepts ${callBytesMax}`,
        next: 'raise the largest append the server takes (MaxAppendSize)'
      }
    this.#unit.push(draft)
  }

  /** What was written since the last time counts together. */
  #settle(): void {
    if (this.#failure === null) this.#pack.add(this.#unit)
    this.#unit = []
  }

  #settleAlone(): void {
    if (!this.#planning.together) this.#settle()
  }
}

export type StreamStep =
  | { readonly fact: NewFact }
  | { readonly segment: string; readonly lines: Iterable<Uint8Array> }
  | { readonly segment: string; readonly tail: Uint8Array }

/** Plans at once what fits into memory. */
export const plan = (
  planning: Planning,
  steps: Iterable<StreamStep>
): E.Either<StoreError, StreamPlan> => {
  const planner = new Planner(planning)
  const calls: Array<AppendCall> = []
  for (const step of steps) {
    if ('fact' in step) {
      planner.fact(step.fact)
      continue
    }
    const made =
      'lines' in step
        ? planner.lines(step.segment, step.lines)
        : planner.tail(step.segment, step.tail)
    if (E.isLeft(made)) return made
    calls.push(...made.right)
  }
  return E.map((rest: StreamPlan) => ({ ...rest, calls: [...calls, ...rest.calls] }))(planner.end())
}
