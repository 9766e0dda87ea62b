/**
 * The words of a plan: what is to be appended to a stream, and the calls that append it.
 */
import type * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { Sha1OfText } from './event-id.ts'
import type { NewFact, ProposedEvent, StoredSource, StreamDirectory } from './stored.ts'

/** SHA-256 of bytes, in lower-case hexadecimal. */
export type Sha256OfBytes = (bytes: Uint8Array) => string

/** Who writes, and when. */
export interface Writer {
  readonly source: StoredSource
  readonly home: string | null
  /**
   * Empty where others who write the same mean the same (copies of files); else unlike that of any other call, so that of two
   * writers with equal content only one is told that it wrote.
   */
  readonly nonce: string
  /** Time of the change, for the segments it changes; without it they keep the time that the last fact told. */
  readonly atMs?: number
}

/** What a plan begins with. */
export interface Planning {
  readonly stream: string
  /** The stream as it is now. A group that is open becomes void. */
  readonly directory: StreamDirectory
  /** Bytes of a call, as the server counts them (`eventBytes`); a little below the default of servers when absent. */
  readonly callBytesMax?: number
  readonly sha256: Sha256OfBytes
  /** A faster one than ours. */
  readonly sha1?: Sha1OfText
  readonly writer: Writer
  /** True: all or nothing counts. False: every line counts with the facts before it, as soon as its call is made. */
  readonly together: boolean
}

/** One append. Calls are made in order, each when the one before it has succeeded. */
export interface Call {
  readonly expected: number | 'no_stream'
  readonly events: ReadonlyArray<ProposedEvent>
  /** As the server counts them. */
  readonly bytes: number
}

/** Calls, and the directory behind them. */
export interface Plan {
  readonly calls: ReadonlyArray<Call>
  readonly directory: StreamDirectory
}

/** Plans step by step. The bytes that come in are kept, not copied, until their call is made. */
export interface Planner {
  /** A fact; it counts with the line that follows. */
  readonly fact: (fact: NewFact) => void
  /**
   * Lines of a segment without their newlines, blank ones as they are, from the end of the segment (`StoredSegment.bytes`) on.
   * Answers calls that are full. `Left`: the server takes too little to say anything; nothing can be planned any more.
   */
  readonly lines: (
    segment: string,
    lines: Iterable<Uint8Array>
  ) => E.Either<StoreError, ReadonlyArray<Call>>
  /** What stands behind the last newline of a segment. */
  readonly tail: (segment: string, bytes: Uint8Array) => E.Either<StoreError, ReadonlyArray<Call>>
  /** The calls that are left. */
  readonly end: () => E.Either<StoreError, Plan>
}

/** One step of a plan that is made at once. */
export type Step =
  | { readonly fact: NewFact }
  | { readonly segment: string; readonly lines: Iterable<Uint8Array> }
  | { readonly segment: string; readonly tail: Uint8Array }
