/**
 * unroll export --ledger: ledgers as files for spreadsheets and databases.
 */
import * as E from 'fp-ts/lib/Either.js'
import { existsSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { notPossible, type StoreError } from '../../../../../domain/errors.ts'
import type { TimeRange } from '../../../../../domain/time/typed-time.ts'
import type { Engine } from '../../../../../replay/engine.ts'
import { flagOf, listOf, textOf, type Input } from '../../../args.ts'
import type { Io } from '../../../io.ts'
import { rangeIn } from '../../../options.ts'
import { openOutput } from '../../../output-file.ts'
import type { CommandEnd } from '../../../session.ts'
import { tell, usage, type CommandFailure, type Tried } from '../../../text/report.ts'
import { LEDGER_FORMATS, LEDGER_NAMES, type LedgerFormat } from '../../../table/exporting.ts'
import { plural } from '../../../text/text.ts'
import type { AnyLedger, LedgerScope } from './column.ts'
import { LEDGER_TABLES } from './tables.ts'
import { LedgerFailed } from './walk.ts'
import {
  writeLines,
  writeParquet,
  writeSqlite,
  type LedgerRows,
  type WriteBytes
} from './writers.ts'

const ENDINGS: Readonly<Record<string, LedgerFormat>> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.jsonl': 'jsonl',
  '.parquet': 'parquet',
  '.sqlite': 'sqlite',
  '.db': 'sqlite'
}

/** Options that are about threads as documents. */
const FOREIGN = ['detail', 'with', 'turns', 'include-rolled-back', 'images', 'max-output', 'split']

const formatOf = (input: Input): E.Either<CommandFailure, LedgerFormat> => {
  const named = textOf(input, 'to')
  const found = named ?? ENDINGS[extname(textOf(input, 'out') ?? '')] ?? 'csv'
  const format = LEDGER_FORMATS.find((one) => one === found)
  const foreign = FOREIGN.find((name) => input.values.has(name))
  if (foreign !== undefined)
    return E.left(usage(`--${foreign} is about threads, not about ledgers`, 'leave it out'))
  return format === undefined
    ? E.left(usage(`a ledger is no ${found}`, `use --to ${LEDGER_FORMATS.join(', ')}`))
    : E.right(format)
}

/** The ledgers that are named; only a database holds more than one. */
const ledgersOf = (
  input: Input,
  format: LedgerFormat
): E.Either<CommandFailure, ReadonlyArray<AnyLedger>> => {
  const names = new Set(listOf(input, 'ledger'))
  const found = LEDGER_TABLES.filter(({ name }) => names.has('all') || names.has(name))
  if (found.length > 1 && format !== 'sqlite')
    return E.left(
      usage(
        `a ${format} file holds one ledger`,
        `name one of ${LEDGER_NAMES.join(', ')}, or --to sqlite`
      )
    )
  return E.right(found)
}

const isIn = ({ sinceMs, untilMs }: TimeRange, at: number | null): boolean =>
  at === null || Number.isNaN(at)
    ? sinceMs === undefined && untilMs === undefined
    : at >= (sinceMs ?? -Infinity) && at < (untilMs ?? Infinity)

/** Rows of a ledger in a range of times; rows without a time are left out where one is asked for. */
async function* rowsIn(ledger: AnyLedger, scope: LedgerScope, range: TimeRange): AsyncGenerator {
  for await (const row of ledger.rows(scope)) if (isIn(range, ledger.at(row))) yield row
}

const writeAll = (
  all: ReadonlyArray<LedgerRows>,
  format: LedgerFormat,
  exportedAt: string | null,
  write: WriteBytes
): Promise<number> => {
  const [first] = all
  if (format === 'sqlite' || first === undefined) return writeSqlite(all, exportedAt, write)
  return format === 'parquet' ? writeParquet(first, write) : writeLines(first, format, write)
}

const written = async (
  all: ReadonlyArray<LedgerRows>,
  format: LedgerFormat,
  exportedAt: string | null,
  write: WriteBytes
): Promise<Tried<number>> => {
  try {
    return E.right(await writeAll(all, format, exportedAt, write))
  } catch (thrown) {
    if (thrown instanceof LedgerFailed) return E.left(thrown.failure)
    throw thrown
  }
}

/** Writes to a file that appears whole, or not at all. */
const intoFile = async (
  path: string,
  input: Input,
  io: Io,
  use: (write: WriteBytes) => Promise<Tried<number>>
): Promise<Tried<number>> => {
  const replaces = flagOf(input, 'force')
  if (!replaces && existsSync(path)) {
    const next = 'name a new file, or add --force to replace it'
    return E.left(notPossible(`${path} exists already`, next))
  }
  const opened = openOutput(path, replaces, io)
  if (E.isLeft(opened)) return opened
  const { io: inside, close } = opened.right
  let done: Tried<number> | null = null
  try {
    done = await use(inside.out)
  } finally {
    if (done === null) close(false)
  }
  const closed: E.Either<StoreError | CommandFailure, void> = close(
    E.isRight(done) && !io.stop.aborted
  )
  return E.isLeft(closed) ? closed : done
}

/** Writes the ledgers that are named, of some threads or of all. */
export const exportLedgers = async (
  threadIds: ReadonlyArray<string>,
  input: Input,
  io: Io,
  engine: Engine
): Promise<CommandEnd> => {
  const format = formatOf(input)
  if (E.isLeft(format)) return format
  const ledgers = ledgersOf(input, format.right)
  if (E.isLeft(ledgers)) return ledgers
  const range = rangeIn(input, io)
  if (E.isLeft(range)) return range
  const out = textOf(input, 'out') ?? '-'
  const isBinary = format.right === 'parquet' || format.right === 'sqlite'
  if (out === '-' && isBinary)
    return E.left(usage(`${format.right} needs a file`, 'name one with --out FILE'))
  const scope = { engine, threadIds: threadIds.length === 0 ? null : threadIds }
  const all = ledgers.right.map((ledger) => ({
    ledger,
    rows: rowsIn(ledger, scope, range.right)
  }))
  const exportedAt = flagOf(input, 'reproducible') ? null : new Date(io.nowMs()).toISOString()
  const use = (write: WriteBytes) => written(all, format.right, exportedAt, write)
  if (out === '-') return E.map(() => 0)(await use(io.out))
  const path = resolve(io.cwd, out)
  const done = await intoFile(path, input, io, use)
  if (E.isLeft(done)) return done
  tell(`wrote ${path}: ${plural(done.right, 'row')}`, io)
  return E.right(0)
}
