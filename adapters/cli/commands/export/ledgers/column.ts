/**
 * A ledger as a table: what its columns hold, and how its rows are read. CSV, Parquet, SQLite and docs/LEDGERS.md follow from it.
 */
import type { Engine } from '../../../../../replay/engine.ts'

/** `word`: a text of a short list. `time`: milliseconds since 1970. */
export type ColumnKind = 'text' | 'word' | 'int' | 'flag' | 'time'

export type LedgerValue = string | number | boolean | null

export interface LedgerColumn<A> {
  readonly name: string
  readonly kind: ColumnKind
  readonly about: string
  readonly of: (row: A) => LedgerValue
}

/** What an export of ledgers is asked for. */
export interface LedgerScope {
  readonly engine: Engine
  /** Only these threads; null for all. */
  readonly threadIds: ReadonlyArray<string> | null
}

export interface LedgerTable<A = unknown> {
  readonly name: string
  /** Raised when a column goes or means something else. */
  readonly version: number
  readonly about: string
  readonly columns: ReadonlyArray<LedgerColumn<A>>
  /** Columns that tell rows apart; none where nothing does. */
  readonly key: ReadonlyArray<string>
  /** Columns that are asked by. */
  readonly indexes: ReadonlyArray<string>
  /** When a row happened; null where none is known. */
  readonly at: (row: A) => number | null
  readonly rows: (scope: LedgerScope) => AsyncIterable<A>
}

/** One ledger among others: its columns are asked for nothing but its own rows. */
export type AnyLedger = LedgerTable

export const ledger = <A>(table: LedgerTable<A>): AnyLedger => table as unknown as AnyLedger

const made =
  (kind: ColumnKind) =>
  <A>(name: string, of: (row: A) => LedgerValue, about: string): LedgerColumn<A> => ({
    name,
    kind,
    about,
    of
  })

export const text = made('text')
export const word = made('word')
export const int = made('int')
export const flag = made('flag')
export const time = made('time')

/** The name under which a table is promised. */
export const schemaOf = ({ name, version }: Pick<LedgerTable, 'name' | 'version'>): string =>
  `unroll.ledger.${name}/${version}`

/** A row as values, in the order of the columns. */
export const valuesOf = <A>(
  { columns }: Pick<LedgerTable<A>, 'columns'>,
  row: A
): ReadonlyArray<LedgerValue> => columns.map(({ of }) => of(row))

/** Times as ISO 8601 in UTC, for texts; what is no date is unknown. */
export const isoTime = (ms: number): string | null => {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}
