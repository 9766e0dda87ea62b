/**
 * SQLite as WebAssembly over bytes in memory: it has no files, so it can neither lock nor change one.
 *
 * A database is hostile input: only plain tables are read, of them only the columns that are named, and long texts are cut
 * inside, so that neither a view nor a made-up column gets to run.
 */
import initSqlJs from 'sql.js'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** Characters of a text that are read. */
export const TEXT_CHARACTERS_MAX = 4096
/** Rows of a table that are read. */
export const ROWS_MAX = 200_000

/** A row, by name of its columns; a column that the table does not have is null. */
export type SqliteRow = Readonly<Record<string, string | number | null>>

/** A database in memory. */
export interface OpenDatabase {
  /** The wanted columns of a table; null when there is no such plain table. Throws when it is damaged. */
  readonly rows: (table: string, columns: ReadonlyArray<string>) => ReadonlyArray<SqliteRow> | null
  /** What SQLite finds wrong with the database: `ok`, or the first few sentences. */
  readonly integrity: () => string
  readonly close: () => void
}

const COMPLAINTS_MAX = 5

const IS_SOURCE = import.meta.url.endsWith('.ts')

/** In the sources where npm put it, else beside the program. */
const wasmPath = (): string =>
  IS_SOURCE
    ? createRequire(import.meta.url).resolve('sql.js/dist/sql-wasm.wasm')
    : fileURLToPath(new URL('./sql-wasm.wasm', import.meta.url))

type Sqlite = Awaited<ReturnType<typeof initSqlJs>>

let loading: Promise<Sqlite> | null = null

const load = (): Promise<Sqlite> => {
  const bytes = () => new Uint8Array(readFileSync(wasmPath()))
  loading ??= initSqlJs({ wasmBinary: bytes() as unknown as ArrayBuffer })
  return loading
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

type Database = InstanceType<Sqlite['Database']>

const all = (
  database: Database,
  sql: string,
  given: ReadonlyArray<string> = []
): Array<SqliteRow> => {
  const statement = database.prepare(sql, [...given])
  try {
    const found: Array<SqliteRow> = []
    while (statement.step()) found.push(statement.getAsObject() as SqliteRow)
    return found
  } finally {
    statement.free()
  }
}

const IS_PLAIN = `select 1 from sqlite_schema where type = 'table' and name = ?`
/** What is hidden is made up by an expression, or belongs to a virtual table. */
const COLUMNS = 'select name, hidden from pragma_table_xinfo(?)'

const rowsOf = (
  database: Database,
  table: string,
  wanted: ReadonlyArray<string>
): ReadonlyArray<SqliteRow> | null => {
  if (all(database, IS_PLAIN, [table]).length === 0) return null
  const columns = all(database, COLUMNS, [table])
  const plain = new Set(columns.filter(({ hidden }) => hidden === 0).map(({ name }) => name))
  const taken = (name: string): string => {
    const column = quoted(name)
    return `case typeof(${column}) when 'text' then substr(${column}, 1, ${TEXT_CHARACTERS_MAX}) when 'blob' then null else ${column} end`
  }
  const terms = wanted.map((name) => `${plain.has(name) ? taken(name) : 'null'} as ${quoted(name)}`)
  return all(database, `select ${terms.join(', ')} from ${quoted(table)} limit ${ROWS_MAX}`)
}

/** Opens the bytes of a database. What is wrong with them is thrown by the first question. */
export const openBytes = async (bytes: Uint8Array): Promise<OpenDatabase> => {
  const { Database } = await load()
  const database = new Database(bytes)
  database.exec('pragma trusted_schema = off; pragma cell_size_check = on; pragma query_only = on')
  return {
    rows: (table, columns) => rowsOf(database, table, columns),
    integrity: () =>
      all(database, `pragma integrity_check(${COMPLAINTS_MAX})`)
        .map(({ integrity_check: said }) => String(said))
        .join('; '),
    close: () => database.close()
  }
}
