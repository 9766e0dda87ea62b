/**
 * What unroll asks of an EventStoreDB or KurrentDB server, as plain data: the one place that has to change when the client
 * package does. Numbers are numbers; the adapter behind it converts.
 *
 * What is read one by one ends with a thrown `StoreError` (see `thrown` in replay/guarded.ts) when the server cannot go on.
 */
import type { Either } from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { ProposedEvent, StoredEvent, StorePosition } from './stream/stored.ts'

/** Revision the stream must be at, as the server counts. */
export type ExpectedStreamRevision = number | 'no_stream' | 'any' | 'stream_exists'

/** What an append came to. */
export type Append =
  /** `revision` of the last event; also when the server had them already. */
  | { readonly kind: 'appended'; readonly revision: number }
  /** Nothing was appended; -1 when there is no stream. */
  | { readonly kind: 'wrong_revision'; readonly actual: number }
  /** Nothing was appended: the call, or an event of it, was larger than the server takes; null where it did not tell its limit. */
  | { readonly kind: 'too_large'; readonly bytesMax: number | null }

/** What a subscription tells. */
export type SubscriptionMessage =
  | { readonly kind: 'event'; readonly event: StoredEvent }
  /** A stream was deleted for good: nothing of it can be read any more. */
  | { readonly kind: 'ended'; readonly stream: string; readonly position: StorePosition }
  /** Everything up to here was looked at, though nothing of ours was there. */
  | { readonly kind: 'checkpoint'; readonly position: StorePosition }
  | { readonly kind: 'caught_up' }
  | { readonly kind: 'fell_behind' }

/** Where a subscription to all streams begins: behind a position. */
export type AllFrom = StorePosition | 'start' | 'end'

/** A server, or a cluster of them. */
export interface Wire {
  /** Where it is, without user and password. */
  readonly name: string
  /** Appends all events or none; repeats the call when it is not known whether it happened. */
  readonly append: (
    stream: string,
    expected: ExpectedStreamRevision,
    events: ReadonlyArray<ProposedEvent>
  ) => Promise<Either<StoreError, Append>>
  /** Events from a revision on, to the end as it is when it gets there; none when there is no such stream, or not any more. */
  readonly read: (
    stream: string,
    fromRevision: number,
    limit?: number
  ) => AsyncIterable<StoredEvent>
  /** The last events, newest first; none when there is no such stream. */
  readonly readBackwards: (
    stream: string,
    limit: number,
    fromRevision?: number
  ) => AsyncIterable<StoredEvent>
  /**
   * Events of every stream whose name begins with one of the prefixes, in the order of the log; goes on for ever, over
   * lost connections too, until `signal` ends it. It throws when the server refuses, or when nothing comes until the
   * deadline before it was caught up with for the first time.
   */
  readonly subscribe: (
    prefixes: ReadonlyArray<string>,
    from: AllFrom,
    signal: AbortSignal
  ) => AsyncIterable<SubscriptionMessage>
  /** Makes the events of a stream unreadable for good; the name cannot be used again. */
  readonly tombstone: (stream: string) => Promise<Either<StoreError, void>>
  /** Closes the connection; the process may end then. */
  readonly dispose: () => Promise<void>
}
