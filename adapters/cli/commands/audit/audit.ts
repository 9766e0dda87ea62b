/**
 * unroll audit: the history of threads, exports of it, and checking one.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import type { StoreError } from '../../../../domain/errors.ts'
import { verifyExport, type Verified } from '../../../../domain/ledgers/audit/chain.ts'
import {
  AUDIT_ACTIONS,
  type AuditAction,
  type AuditRow
} from '../../../../domain/ledgers/audit/row.ts'
import type { Engine } from '../../../../replay/engine.ts'
import type { AuditRequest } from '../../../../replay/ledgers/audit.ts'
import { exportedLines, sha256Hex } from '../../../home/audit-home.ts'
import { isSealLog } from '../../../upkeep/seal/scan.ts'
import { listOf, textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { threadOrId } from '../../naming/threads.ts'
import { directionIn, pathOf, rangeIn, writeNewFile } from '../../options.ts'
import { withEngine, type CommandEnd, type HomeCommand, type CommandPlace } from '../../session.ts'
import { APPROVALS, REVIEWS, TRAIL } from './rows.ts'
import {
  jsonLine,
  limitOf,
  printAll,
  printJson,
  printPieces,
  walkPages,
  type FetchPage
} from '../../text/print.ts'
import { printRows } from '../../text/row-form.ts'
import { type CommandFailure, note, usage } from '../../text/report.ts'
import { oneLine, plural, sentence } from '../../text/text.ts'

const PAGE_ROWS = 1000

const wrong = (message: string): E.Either<CommandFailure, never> =>
  E.left(usage(message, 'see "unroll help audit"'))

const isAction = (text: string): text is AuditAction =>
  (AUDIT_ACTIONS as ReadonlyArray<string>).includes(text)

const requestOf = (input: Input, io: Io): E.Either<CommandFailure, AuditRequest> => {
  const range = rangeIn(input, io)
  if (E.isLeft(range)) return range
  const named = listOf(input, 'action')
  const actions = named.filter(isAction)
  if (actions.length < named.length) return wrong(`an action is one of ${AUDIT_ACTIONS.join(', ')}`)
  const actor = textOf(input, 'actor')
  return E.right({
    ...range.right,
    ...(actor === undefined ? {} : { actor }),
    ...(actions.length === 0 ? {} : { actions })
  })
}

type AuditReport = (
  input: Input,
  io: Io,
  engine: Engine,
  request: AuditRequest
) => Promise<CommandEnd>

/** The last rows of a trail, newest first. The trail is read from its beginning, and no more than those rows are kept. */
const lastRows = async (
  fetch: FetchPage<AuditRow>,
  limit: number
): Promise<E.Either<StoreError, ReadonlyArray<AuditRow>>> => {
  const kept: Array<AuditRow> = []
  for await (const page of walkPages(fetch, { limit: Infinity, pageMax: PAGE_ROWS })) {
    if (E.isLeft(page)) return page
    kept.push(...page.right.data)
    if (kept.length > limit) kept.splice(0, kept.length - limit)
  }
  return E.right(kept.toReversed())
}

const printTrail: AuditReport = async (input, io, engine, request) => {
  const { threadId } = await threadOrId(engine, textOf(input, 'thread'))
  const whole = threadId === undefined ? request : { ...request, threadId }
  const listing = { columns: TRAIL, nothing: 'no events match' }
  const fetch: FetchPage<AuditRow> = (cursor, limit) =>
    engine.auditTrail({ ...whole, cursor: cursor ?? null, limit })
  const limit = limitOf(input, io)
  const range = { limit, pageMax: PAGE_ROWS }
  if (directionIn(input) === 'asc') return printAll(listing, fetch, range, input, io)
  const newest = await lastRows(fetch, limit)
  return E.isLeft(newest) ? newest : printRows(listing, newest.right, input, io)
}

const printApprovals: AuditReport = async (input, io, engine) => {
  const { threadId } = await threadOrId(engine, textOf(input, 'thread'))
  const rows = await engine.approvals(threadId)()
  if (E.isLeft(rows)) return rows
  return printRows(
    { columns: APPROVALS, nothing: 'no decision is recorded' },
    rows.right,
    input,
    io
  )
}

const printReviews: AuditReport = async (input, io, engine) => {
  const { threadId } = await threadOrId(engine, textOf(input, 'thread'))
  const rows = await engine.reviews(threadId)()
  if (E.isLeft(rows)) return rows
  return printRows({ columns: REVIEWS, nothing: 'no reviews' }, rows.right, input, io)
}

async function* withNewlines(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`
}

const exportTrail: AuditReport = async (input, io, engine) => {
  const { threadId } = await threadOrId(engine, textOf(input, 'thread'))
  const lines = await engine.auditExport(threadId)()
  if (E.isLeft(lines)) return lines
  const file = pathOf(input, io, 'out')
  if (file === undefined) {
    await printPieces(io, withNewlines(lines.right))
    return 0
  }
  const count = await writeNewFile(file, withNewlines(lines.right))
  if (E.isLeft(count)) return count
  if (input.json) return printJson({ file, lines: count.right }, io)
  note(`${plural(count.right - 1, 'row')} in ${oneLine(file)}`, io)
  return 0
}

const verdictText = (checked: Verified): string => {
  if (!checked.ok) {
    const { line, threadId, seq, reason } = checked
    const row = threadId === null ? '' : ` (row ${seq ?? '?'} of thread ${threadId})`
    return `line ${line}${row}: ${reason}`
  }
  const { rows, threads, root, known } = checked
  const whole = `unchanged: ${plural(rows, 'row')} of ${plural(threads, 'thread')}, root ${root}`
  return known === false ? `${whole}; it does not continue the hash that was given` : whole
}

const verify = async (input: Input, io: Io, place: CommandPlace): Promise<CommandEnd> => {
  const [, named] = input.args
  const head = textOf(input, 'head') ?? null
  if (head !== null && !/^[0-9a-f]{64}$/.test(head))
    return wrong('--head takes 64 hexadecimal digits')
  if (named === undefined || isSealLog(resolve(io.cwd, named)))
    return (await import('./seal.ts')).verifySeals(input, io, place)
  const checked = await verifyExport(exportedLines(resolve(io.cwd, named)), sha256Hex, head)
  await io.out(input.json ? jsonLine(checked) : sentence(verdictText(checked), io))
  return checked.ok && checked.known !== false ? 0 : 1
}

const WORK: Readonly<Record<string, AuditReport>> = {
  report: printTrail,
  approvals: printApprovals,
  reviews: printReviews,
  export: exportTrail
}

export const auditCommand: HomeCommand = async (input, io, place, open) => {
  const [what = ''] = input.args
  if (what === 'verify') return verify(input, io, place)
  if (what === 'seal') return (await import('./seal.ts')).sealHome(input, io, place)
  const request = requestOf(input, io)
  if (E.isLeft(request)) return request
  const work = WORK[what] ?? printTrail
  return withEngine(input, io, open, place, (engine, quiet) =>
    work(input, quiet, engine, request.right)
  )
}
