/**
 * Ledgers as files: text a row at a time, Parquet a group of rows at a time, SQLite whole.
 */
import { notPossible } from '../../../../../domain/errors.ts'
import { loadSqlite } from '../../../../upkeep/codex-state/sqlite.ts'
import { csvLine, tsvLine } from '../../../text/rows.ts'
import {
  isoTime,
  schemaOf,
  valuesOf,
  type AnyLedger,
  type ColumnKind,
  type LedgerColumn,
  type LedgerValue
} from './column.ts'
import { LedgerFailed } from './walk.ts'

/** Rows of a ledger that passed what was asked for. */
export interface LedgerRows {
  readonly ledger: AnyLedger
  readonly rows: AsyncIterable<unknown>
}

export type WriteBytes = (bytes: string | Uint8Array) => Promise<void>

/** Times for people and programs that read text. */
const asText = ({ kind }: LedgerColumn<unknown>, value: LedgerValue): LedgerValue =>
  kind === 'time' && typeof value === 'number' ? isoTime(value) : value

const textValues = (ledger: AnyLedger, row: unknown): ReadonlyArray<LedgerValue> =>
  valuesOf(ledger, row).map((value, at) => {
    const column = ledger.columns[at]
    return column === undefined ? value : asText(column, value)
  })

/** CSV and TSV know no booleans. */
const fields = (values: ReadonlyArray<LedgerValue>): ReadonlyArray<string | number | null> =>
  values.map((value) => (typeof value === 'boolean' ? String(value) : value))

export const writeLines = async (
  { ledger, rows }: LedgerRows,
  form: 'csv' | 'tsv' | 'jsonl',
  write: WriteBytes
): Promise<number> => {
  const names = ledger.columns.map(({ name }) => name)
  const lineOf = form === 'csv' ? csvLine : tsvLine
  if (form !== 'jsonl') await write(lineOf(names))
  let count = 0
  for await (const row of rows) {
    const values = textValues(ledger, row)
    const members = () => Object.fromEntries(names.map((name, at) => [name, values[at] ?? null]))
    await write(form === 'jsonl' ? `${JSON.stringify(members())}\n` : lineOf(fields(values)))
    count += 1
  }
  return count
}

const GROUP_ROWS = 10_000

const PARQUET = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  word: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  int: { type: 'INT64' },
  flag: { type: 'BOOLEAN' },
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' }
  }
} as const satisfies Readonly<Record<ColumnKind, object>>

const MICROS = 1000n

const parquetValue = (kind: ColumnKind, value: LedgerValue): unknown => {
  if (value === null || typeof value !== 'number') return value
  if (!Number.isFinite(value)) return null
  const whole = BigInt(Math.trunc(value))
  return kind === 'time' ? whole * MICROS : whole
}

/** Row groups of ten thousand, compressed; at most one of them is held. */
export const writeParquet = async (
  { ledger, rows }: LedgerRows,
  write: WriteBytes
): Promise<number> => {
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer')
  const writer = new ByteWriter()
  const schema = [
    { name: 'root', num_children: ledger.columns.length },
    ...ledger.columns.map(({ name, kind }) => ({
      name,
      repetition_type: 'OPTIONAL' as const,
      ...PARQUET[kind]
    }))
  ]
  const kvMetadata = [{ key: 'unroll.schema', value: schemaOf(ledger) }]
  const file = new ParquetWriter({ writer, schema, kvMetadata, createdBy: 'unroll' })
  const flush = async (): Promise<void> => {
    const bytes = writer.getBytes().slice()
    writer.index = 0
    if (bytes.length > 0) await write(bytes)
  }
  let count = 0
  let group: Array<ReadonlyArray<LedgerValue>> = []
  const writeGroup = async (): Promise<void> => {
    const columnData = ledger.columns.map(({ name, kind }, at) => ({
      name,
      data: group.map((values) => parquetValue(kind, values[at] ?? null))
    }))
    await file.write({ columnData, rowGroupSize: GROUP_ROWS })
    count += group.length
    group = []
    await flush()
  }
  for await (const row of rows) {
    group.push(valuesOf(ledger, row))
    if (group.length === GROUP_ROWS) await writeGroup()
  }
  if (group.length > 0) await writeGroup()
  await file.finish()
  await flush()
  return count
}

const SQL_TYPE: Readonly<Record<ColumnKind, string>> = {
  text: 'TEXT',
  word: 'TEXT',
  int: 'INTEGER',
  flag: 'INTEGER',
  time: 'TEXT'
}

const named = (name: string): string => `"${name.replaceAll('"', '""')}"`
const list = (names: ReadonlyArray<string>): string => names.map(named).join(', ')

/** Statements that make a table; it refers to the threads where they are in the same file. */
export const tableSql = (ledger: AnyLedger, withThreads: boolean): ReadonlyArray<string> => {
  const { name, columns, key, indexes } = ledger
  const hasThread = columns.some((column) => column.name === 'thread_id')
  const parts = [
    ...columns.map((column) => `${named(column.name)} ${SQL_TYPE[column.kind]}`),
    ...(key.length === 0 ? [] : [`PRIMARY KEY (${list(key)})`]),
    ...(withThreads && hasThread ? ['FOREIGN KEY ("thread_id") REFERENCES "threads" ("id")'] : [])
  ]
  return [
    `CREATE TABLE ${named(name)} (${parts.join(', ')})`,
    ...indexes.map(
      (one, at) =>
        `CREATE INDEX ${named(`${name}_${at + 1}`)} ON ${named(name)} (${list(one.split(', '))})`
    )
  ]
}

/** SQLite holds the file in memory until it is whole. */
const SQLITE_BYTES_MAX = 1_000_000_000

const sqlValue = (column: LedgerColumn<unknown>, value: LedgerValue): string | number | null => {
  const shown = asText(column, value)
  return typeof shown === 'boolean' ? Number(shown) : shown
}

const sizeOf = (values: ReadonlyArray<string | number | null>): number =>
  values.reduce<number>((sum, one) => sum + (typeof one === 'string' ? one.length : 8), 0)

/** One database with a table for each ledger, and `unroll_meta`; `exportedAt` is left out where the bytes should be the same. */
export const writeSqlite = async (
  all: ReadonlyArray<LedgerRows>,
  exportedAt: string | null,
  write: WriteBytes,
  bytesMax = SQLITE_BYTES_MAX
): Promise<number> => {
  const { Database } = await loadSqlite()
  const database = new Database()
  const withThreads = all.some(({ ledger }) => ledger.name === 'threads')
  let bytes = 0
  let count = 0
  try {
    database.run('CREATE TABLE "unroll_meta" ("table" TEXT, "schema" TEXT, "exported_at" TEXT)')
    for (const { ledger, rows } of all) {
      for (const sql of tableSql(ledger, withThreads)) database.run(sql)
      database.run('INSERT INTO "unroll_meta" VALUES (?, ?, ?)', [
        ledger.name,
        schemaOf(ledger),
        exportedAt
      ])
      const marks = ledger.columns.map(() => '?').join(', ')
      const insert = database.prepare(`INSERT INTO ${named(ledger.name)} VALUES (${marks})`)
      database.run('BEGIN')
      for await (const row of rows) {
        const values = ledger.columns.map((column) => sqlValue(column, column.of(row)))
        bytes += sizeOf(values)
        if (bytes > bytesMax)
          throw new LedgerFailed(
            notPossible('this is too much for SQLite, which holds it in memory', 'use --to parquet')
          )
        insert.run(values)
        count += 1
      }
      database.run('COMMIT')
      insert.free()
    }
    await write(database.export())
    return count
  } finally {
    database.close()
  }
}
