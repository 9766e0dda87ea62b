/**
 * unroll audit: what happened to threads, exports of it, and checking one.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { closeSync, openSync, unlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { writeWhole } from '../../plain-file.ts'
import { verifyExport, type Verified } from '../../../domain/audit/chain.ts'
import { AUDIT_ACTIONS, type AuditAction, type AuditRow } from '../../../domain/audit/row.ts'
import type { StoreError } from '../../../domain/errors.ts'
import { rangeOf, type Range } from '../../../domain/usage/range.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { AuditRequest } from '../../../replay/ledgers/audit.ts'
import { exportedLines, sha256Hex } from '../../home/audit-home.ts'
import { isSealLog } from '../../seal/is-log.ts'
import { flagOf, listOf, numberOf, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { placeOf, withEngine, type PlainCommand } from '../session.ts'
import { AUDIT_REPORTS } from '../table/audit.ts'
import {
  APPROVAL_COLUMNS,
  approvalCells,
  approvalFields,
  AUDIT_COLUMNS,
  AUDIT_FIELDS,
  auditCells,
  auditFields,
  REVIEW_COLUMNS,
  reviewCells,
  reviewFields
} from '../text/audit.ts'
import { csvLine, type CsvField } from '../text/csv.ts'
import { report, reportError, usage, type Failure } from '../text/report.ts'
import { painter, table, type Column } from '../text/style.ts'
import { oneLine, plural, safeJson, tsvField } from '../text/text.ts'

const SEE = 'see "unroll help audit"'
const PAGE_ROWS = 1000

const wrong = (message: string): Failure => usage(message, SEE)

const PROBLEMS: Readonly<Record<string, string>> = {
  since:
    'the option --since takes a date or an instant, such as 2026-11-21 or 2026-11-21T14:30:00Z',
  until:
    'the option --until takes a date or an instant, such as 2026-11-21 or 2026-11-21T14:30:00Z',
  order: 'the option --since comes after --until'
}

const isAction = (text: string): text is AuditAction =>
  (AUDIT_ACTIONS as ReadonlyArray<string>).includes(text)

const rangeIn = (input: Input): E.Either<Failure, Range> => {
  const typed = { since: textOf(input, 'since'), until: textOf(input, 'until'), timeZone: 'UTC' }
  return E.mapLeft((problem: string) => wrong(PROBLEMS[problem] ?? problem))(rangeOf(typed))
}

const requestOf = (input: Input): E.Either<Failure, AuditRequest> => {
  const range = rangeIn(input)
  if (E.isLeft(range)) return range
  const named = listOf(input, 'action')
  const actions = named.filter(isAction)
  if (actions.length < named.length)
    return E.left(wrong(`an action is one of ${AUDIT_ACTIONS.join(', ')}`))
  const actor = textOf(input, 'actor')
  return E.right({
    ...range.right,
    ...(actor === undefined ? {} : { actor }),
    ...(actions.length === 0 ? {} : { actions })
  })
}

/** The thread an option names; a deleted one has only its id. */
const threadOf = async (input: Input, engine: Engine): Promise<string | undefined> => {
  const named = textOf(input, 'thread')
  if (named === undefined) return undefined
  const found = await engine.resolve(named)()
  return E.isLeft(found) ? named.toLowerCase() : found.right
}

interface Shape<A> {
  readonly columns: ReadonlyArray<Column>
  readonly cells: (row: A) => ReadonlyArray<string>
  readonly fields: (row: A) => ReadonlyArray<CsvField>
  readonly nothing: string
}

const tsvLine = (fields: ReadonlyArray<CsvField>): string =>
  `${fields.map((field) => tsvField(field === null ? '' : String(field))).join('\t')}\n`

const print = async <A>(
  rows: ReadonlyArray<A>,
  shape: Shape<A>,
  input: Input,
  io: Io
): Promise<void> => {
  if (flagOf(input, 'csv')) await io.out(rows.map((row) => csvLine(shape.fields(row))).join(''))
  else if (input.json)
    await io.out(rows.map((row) => `${safeJson(JSON.stringify(row))}\n`).join(''))
  else if (!io.outIsTty) await io.out(rows.map((row) => tsvLine(shape.fields(row))).join(''))
  else if (rows.length === 0) io.err(`${shape.nothing}\n`)
  else await io.out(table(shape.columns, rows.map(shape.cells), io.columns, painter(input, io)))
}

const ROWS: Shape<AuditRow> = {
  columns: AUDIT_COLUMNS,
  cells: auditCells,
  fields: auditFields,
  nothing: 'nothing happened'
}

const reported = async (input: Input, io: Io, engine: Engine, request: AuditRequest) => {
  const threadId = await threadOf(input, engine)
  const whole = threadId === undefined ? request : { ...request, threadId }
  let left = numberOf(input, 'limit') ?? Infinity
  let cursor: string | null = null
  if (flagOf(input, 'csv')) await io.out(csvLine(AUDIT_FIELDS))
  // A table needs all its rows to know its widths.
  const shown: Array<AuditRow> = []
  do {
    const limit = Math.min(left, PAGE_ROWS)
    const page: Awaited<ReturnType<ReturnType<Engine['auditTrail']>>> = await engine.auditTrail({
      ...whole,
      cursor,
      limit
    })()
    if (E.isLeft(page)) return reportError(page.left, input.json, io)
    if (io.outIsTty && !input.json && !flagOf(input, 'csv')) shown.push(...page.right.data)
    else await print(page.right.data, ROWS, input, io)
    left -= page.right.data.length
    cursor = page.right.nextCursor
  } while (cursor !== null && left > 0 && !io.stop.aborted)
  if (io.outIsTty && !input.json && !flagOf(input, 'csv')) await print(shown, ROWS, input, io)
  return 0
}

const listed = async <A>(
  input: Input,
  io: Io,
  engine: Engine,
  ask: (threadId?: string) => TaskEither<StoreError, ReadonlyArray<A>>,
  shape: Shape<A>
): Promise<number> => {
  const rows = await ask(await threadOf(input, engine))()
  if (E.isLeft(rows)) return reportError(rows.left, input.json, io)
  await print(rows.right, shape, input, io)
  return 0
}

/** Writes a file that was not there, or leaves none. */
const writeNew = async (path: string, lines: AsyncIterable<string>): Promise<number> => {
  const file = openSync(path, 'wx', 0o600)
  let count = 0
  try {
    for await (const line of lines) {
      writeWhole(file, `${line}\n`)
      count += 1
    }
  } catch (cause) {
    unlinkSync(path)
    throw cause
  } finally {
    closeSync(file)
  }
  return count
}

const exported = async (input: Input, io: Io, engine: Engine): Promise<number> => {
  const lines = await engine.auditExport(await threadOf(input, engine))()
  if (E.isLeft(lines)) return reportError(lines.left, input.json, io)
  const out = textOf(input, 'out')
  if (out === undefined) {
    for await (const line of lines.right) await io.out(`${line}\n`)
    return 0
  }
  const file = resolve(io.cwd, out)
  const count = await writeNew(file, lines.right)
  if (input.json) await io.out(`${safeJson(JSON.stringify({ file, lines: count }))}\n`)
  else io.err(`${plural(count - 1, 'row')} in ${oneLine(file)}\n`)
  return 0
}

const words = (checked: Verified): string => {
  if (!checked.ok) {
    const { line, threadId, seq, reason } = checked
    const row = threadId === null ? '' : ` (row ${seq ?? '?'} of thread ${threadId})`
    return `line ${line}${row}: ${reason}`
  }
  const { rows, threads, root, known } = checked
  const whole = `unchanged: ${plural(rows, 'row')} of ${plural(threads, 'thread')}, root ${root}`
  return known === false ? `${whole}; it does not continue the hash that was given` : whole
}

const verified = async (input: Input, io: Io): Promise<number> => {
  const [, named] = input.args
  const head = textOf(input, 'head') ?? null
  if (head !== null && !/^[0-9a-f]{64}$/.test(head))
    return report(wrong('--head takes 64 hexadecimal digits'), input.json, io)
  if (named === undefined || isSealLog(resolve(io.cwd, named)))
    return (await import('./audit-seal.ts')).verifySeals(input, io)
  const checked = await verifyExport(exportedLines(resolve(io.cwd, named)), sha256Hex, head)
  await io.out(
    input.json ? `${safeJson(JSON.stringify(checked))}\n` : `${oneLine(words(checked))}\n`
  )
  return checked.ok && checked.known !== false ? 0 : 1
}

/** Answers about the audit trail; see the command table. */
export const auditCommand: PlainCommand = async (input, io, open) => {
  const [what = 'report', file] = input.args
  if (!(AUDIT_REPORTS as ReadonlyArray<string>).includes(what))
    return report(wrong(`there is no audit ${what}`), input.json, io)
  if ((what === 'verify' || what === 'seal') && textOf(input, 'at') !== undefined)
    return report(wrong(`audit ${what} looks at files as they are now`), input.json, io)
  if (what === 'verify') return verified(input, io)
  if (file !== undefined) return report(wrong(`audit ${what} takes no file`), input.json, io)
  if (what === 'seal') return (await import('./audit-seal.ts')).sealHome(input, io)
  const request = requestOf(input)
  if (E.isLeft(request)) return report(request.left, input.json, io)
  return withEngine(input, io, open, await placeOf(input, io), (engine, quiet) => {
    if (what === 'export') return exported(input, quiet, engine)
    if (what === 'approvals')
      return listed(input, quiet, engine, engine.approvals, {
        columns: APPROVAL_COLUMNS,
        cells: approvalCells,
        fields: approvalFields,
        nothing: 'no decision is recorded'
      })
    if (what === 'reviews')
      return listed(input, quiet, engine, engine.reviews, {
        columns: REVIEW_COLUMNS,
        cells: reviewCells,
        fields: reviewFields,
        nothing: 'no reviews'
      })
    return reported(input, quiet, engine, request.right)
  })
}
