/**
 * What a read model is: a fold that writes rows. It performs no I/O and reads no clock; the engine gives it the
 * rows it wrote before and commits what it returns together with its state.
 */
import type { DamagedLine, RecordedEvent } from '../domain/log/event.ts'
import type { EVERY_LINE, LineOf, Needs } from '../domain/log/needs.ts'
import type { StreamId } from '../domain/ids.ts'
import type { Profile } from '../domain/log/profile.ts'
import type { SituatedEvent } from '../domain/thread/turns/situate.ts'

/** A key: the projection's table, then the parts of a primary or secondary key. */
export type RowKey = ReadonlyArray<string | number>

/** A change of one row; null deletes it. */
export interface RowWrite {
  readonly key: RowKey
  readonly value: unknown
}

/** The rows as they stand, writes of this batch included. */
export interface Rows {
  readonly get: (key: RowKey) => unknown
  /** Rows whose key begins with `prefix`, in key order, at most `limit`. */
  readonly scan: (prefix: RowKey, limit: number) => ReadonlyArray<readonly [RowKey, unknown]>
}

/** Nothing to write; shared, as most events change no row. */
export const NO_WRITES: ReadonlyArray<RowWrite> = []

/** Deletes rows. */
export const deletes = (keys: ReadonlyArray<RowKey>): ReadonlyArray<RowWrite> =>
  keys.map((key) => ({ key, value: null }))

/** Deletes every row whose key begins with one of these. */
export const deletesUnder = (rows: Rows, ...prefixes: ReadonlyArray<RowKey>) =>
  deletes(prefixes.flatMap((prefix) => rows.scan(prefix, Infinity).map(([key]) => key)))

/** What a projection may know of its stream besides the events. */
export interface StreamFacts {
  readonly streamId: StreamId
  readonly path: string
  readonly archived: boolean
  readonly modifiedAtMs: number
  /** What was first said in the newest older file of a thread in whose newest one nothing was said. */
  readonly earlierPreview?: string | null
}

/** Everything a projection is given besides the event. */
export interface Surroundings {
  readonly profile: Profile
  readonly rows: Rows
  /** Table name with version and era: the first part of every key. */
  readonly table: string
}

/** Makes a stream's row lookup once: a fold has the same surroundings from its first event to its last. */
export const perStream = <A>(
  make: (around: Surroundings, streamId: string) => A
): ((around: Surroundings, streamId: string) => A) => {
  const made = new WeakMap<Surroundings, readonly [string, A]>()
  return (around, streamId) => {
    const known = made.get(around)
    if (known?.[0] === streamId) return known[1]
    const one = make(around, streamId)
    made.set(around, [streamId, one])
    return one
  }
}

/**
 * A read model over the events of a stream, or over what an earlier one of its group made of them. `S` is JSON, and of constant
 * size but for the open turn. Of an event it may read only what `needs` declares.
 */
export interface Projection<
  S,
  N extends Needs,
  E extends RecordedEvent<LineOf<N>> = RecordedEvent<LineOf<N>>
> {
  readonly name: string
  /** Raise when `evolve` changes meaning: the engine builds the new version beside the old. */
  readonly version: number
  /** What the reader gives it of each kind of line. */
  readonly needs: N
  /** The state before the first event; `counts` tells whether every event will be delivered. */
  readonly initial: (counts: boolean) => S
  /** The next state, the rows to write, and the event as the later ones of the group get it. */
  readonly evolve: (
    state: S,
    event: E,
    around: Surroundings
  ) => readonly [S, ReadonlyArray<RowWrite>, E?]
  /** Rows for a line that is not an event. */
  readonly damaged?: (line: DamagedLine, around: Surroundings) => ReadonlyArray<RowWrite>
  /** Rows that follow from the state and the outside of the stream; called once per catch-up. */
  readonly settle?: (state: S, stream: StreamFacts, around: Surroundings) => ReadonlyArray<RowWrite>
  /** Rows to delete when the stream is folded again from the start or is gone. */
  readonly forget: (streamId: StreamId, around: Surroundings) => ReadonlyArray<RowWrite>
  /** The state of a stream that is folded to its end, where its rows hold it; then it is not stored a second time. */
  readonly stateIn?: (streamId: StreamId, around: Surroundings) => S | undefined
  /** True when skipped lines turned out to matter: fold again with every event. */
  readonly needsEveryEvent?: (state: S) => boolean
}

/** A read model of a ledger: it is given situated events. */
export type LedgerProjection<S, N extends Needs = typeof EVERY_LINE> = Projection<
  S,
  N,
  SituatedEvent<LineOf<N>>
>

/** A line of a log that unroll keeps in a home. */
export interface LogLine {
  readonly offset: number
  readonly bytes: number
  /** Without its newline. */
  readonly text: string
}

/** A read model over the lines of a home log. `S` is small and JSON. */
export interface HomeLogModel<S> {
  readonly name: string
  /** Raise when `evolve` changes meaning. */
  readonly version: number
  /** Ends of the names of its tables: `''` for the one named like the model, `'.history'` for another. */
  readonly tables: ReadonlyArray<string>
  readonly initial: S
  /** One step; pure and total, for hostile lines too. `table` is the first part of every key, with an end from `tables`. */
  readonly evolve: (
    state: S,
    line: LogLine,
    around: Pick<Surroundings, 'rows' | 'table'>
  ) => readonly [S, ReadonlyArray<RowWrite>]
}
