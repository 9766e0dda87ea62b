/**
 * unroll tools, unroll blame: the ledger of tool calls.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isAbsolute, resolve } from 'node:path'
import type { ToolCall, ToolKind, ToolStatus } from '../../../domain/tools/tool-call.ts'
import { rangeOf } from '../../../domain/usage/range.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { FileChange } from '../../../replay/ledgers/blame.ts'
import type { ToolsFilter } from '../../../replay/ledgers/tools.ts'
import {
  toolName,
  type ToolGroup,
  type ToolsSummary
} from '../../../replay/ledgers/tools-summary.ts'
import { flagOf, listOf, numberOf, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import type { EngineCommand } from '../session.ts'
import { csvLine, type CsvField } from '../text/csv.ts'
import { printJsonLines } from '../text/json-lines.ts'
import { printPages } from '../text/pages.ts'
import { failureOf, report, usage, type Failure } from '../text/report.ts'
import { painter, table, tsv, type Column, type Paint } from '../text/style.ts'
import { duration, localMinute, oneLine, size } from '../text/text.ts'
import { shortIds } from './threads.ts'

const WHEN = 'a date such as 2026-11-21 or an instant such as 2026-11-21T14:30:00Z'

const rangeFailure = (input: Input, problem: string): Failure => {
  const hint = 'see "unroll help tools"'
  const [since, until] = [textOf(input, 'since') ?? '', textOf(input, 'until') ?? '']
  if (problem === 'order') return usage(`--since ${since} is after --until ${until}`, hint)
  return usage(`--${problem} takes ${WHEN}, not "${problem === 'since' ? since : until}"`, hint)
}

const filterOf = async (input: Input, engine: Engine): Promise<E.Either<Failure, ToolsFilter>> => {
  const range = rangeOf({
    since: textOf(input, 'since'),
    until: textOf(input, 'until'),
    timeZone: 'UTC'
  })
  if (E.isLeft(range)) return E.left(rangeFailure(input, range.left))
  const kinds = listOf(input, 'kind') as ReadonlyArray<ToolKind>
  const statuses = listOf(input, 'status') as ReadonlyArray<ToolStatus>
  const turnId = textOf(input, 'turn')
  const [thread] = input.args
  const filter = {
    ...range.right,
    ...(kinds.length === 0 ? {} : { kinds }),
    ...(statuses.length === 0 ? {} : { statuses })
  }
  if (thread === undefined)
    return turnId === undefined
      ? E.right(filter)
      : E.left(usage('--turn needs a thread', 'type "unroll tools THREAD --turn TURN"'))
  const found = await engine.resolve(thread)()
  if (E.isLeft(found)) return E.left(failureOf(found.left))
  return E.right({ ...filter, threadId: found.right, ...(turnId === undefined ? {} : { turnId }) })
}

const iso = (ms: number): string => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : '')

const field = (value: string | number | null): string => (value === null ? '' : String(value))

const COLUMNS = [
  'thread',
  'turn',
  'call',
  'time',
  'kind',
  'tool',
  'status',
  'failure',
  'exit_code',
  'exit_source',
  'exec_ms',
  'exec_source',
  'observed_ms',
  'output_bytes',
  'lines_added',
  'lines_deleted',
  'rolled_back',
  'certainty',
  'subject'
]

const fieldsOf = (call: ToolCall): ReadonlyArray<CsvField> => [
  call.threadId,
  call.turnId,
  call.callId,
  iso(call.atMs),
  call.kind,
  toolName(call),
  call.status,
  call.failureKind,
  call.exitCode,
  call.exitSource,
  call.execMs,
  call.execSource,
  call.observedMs,
  call.outputBytes,
  call.linesAdded,
  call.linesDeleted,
  call.rolledBack ? 'rolled_back' : '',
  call.certainty,
  call.subject
]

const shownTime = ({ execMs, execSource }: ToolCall): string =>
  execMs === null ? '' : `${execSource === 'wall_time' ? '≥ ' : ''}${duration(execMs)}`

const lines = (added: number | null, deleted: number | null): string =>
  added === null || deleted === null ? '' : `+${added} −${deleted}`

const about = (call: ToolCall): string => {
  const files = call.files
  const count = files === null ? 0 : files.adds + files.updates + files.deletes + files.moves
  const more = count > 1 ? ` and ${count - 1} more` : ''
  const changed = call.kind === 'patch' ? ` ${lines(call.linesAdded, call.linesDeleted)}` : ''
  const gone = call.rolledBack ? ' (rolled back)' : ''
  return oneLine(`${call.subject ?? ''}${more}${changed}${gone}`)
}

const CALLS: ReadonlyArray<Column> = [
  { head: 'THREAD', max: 36, from: 120 },
  { head: 'TIME', max: 16 },
  { head: 'KIND', max: 15, from: 100 },
  { head: 'TOOL', max: 24 },
  { head: 'STATUS', max: 11 },
  { head: 'EXIT', max: 5 },
  { head: 'TOOK', max: 12 },
  { head: 'ABOUT', max: 0 }
]

const callTable = (data: ReadonlyArray<ToolCall>, width: number, paint: Paint): string => {
  const ids = shortIds(data.map(({ threadId }) => threadId))
  const rows = data.map((call, i) => [
    ids[i] ?? '',
    localMinute(Math.floor(call.atMs / 1000)),
    call.kind,
    oneLine(toolName(call)),
    call.status,
    field(call.exitCode),
    shownTime(call),
    about(call)
  ])
  return table(CALLS, rows, width, paint)
}

const SUMS: ReadonlyArray<Column> = [
  { head: 'WHAT', max: 32 },
  { head: 'CALLS', max: 9 },
  { head: 'COMPLETED', max: 9 },
  { head: 'FAILED', max: 9 },
  { head: 'REJECTED', max: 9, from: 80 },
  { head: 'INTERRUPTED', max: 11, from: 100 },
  { head: 'UNKNOWN', max: 9, from: 80 },
  { head: 'TIME', max: 12 },
  { head: 'OUTPUT', max: 10 },
  { head: 'LINES', max: 0 }
]

const groupsOf = ({ total, byKind, byStatus, byTool }: ToolsSummary) =>
  [
    ...byKind.map((group) => ['kind', group] as const),
    ...byStatus.map((group) => ['status', group] as const),
    ...byTool.map((group) => ['tool', group] as const),
    ['total', { key: '', ...total } satisfies ToolGroup] as const
  ] as const

const sumRow = (head: string, group: ToolGroup): ReadonlyArray<string> => [
  head,
  String(group.calls),
  String(group.completed),
  String(group.failed),
  String(group.rejected),
  String(group.interrupted),
  String(group.unknown),
  duration(group.execMs),
  size(group.outputBytes),
  group.linesAdded + group.linesDeleted === 0 ? '' : lines(group.linesAdded, group.linesDeleted)
]

const SUM_COLUMNS = [
  'by',
  'key',
  'calls',
  'completed',
  'failed',
  'rejected',
  'interrupted',
  'unknown',
  'rolled_back',
  'exec_ms',
  'timed_calls',
  'output_bytes',
  'lines_added',
  'lines_deleted'
]

const sumFields = (by: string, group: ToolGroup): ReadonlyArray<CsvField> => [
  by,
  group.key,
  group.calls,
  group.completed,
  group.failed,
  group.rejected,
  group.interrupted,
  group.unknown,
  group.rolledBack,
  group.execMs,
  group.timedCalls,
  group.outputBytes,
  group.linesAdded,
  group.linesDeleted
]

const printSummary = async (input: Input, io: Io, summary: ToolsSummary): Promise<number> => {
  if (input.json) {
    await printJsonLines(io, [summary])
    return 0
  }
  const groups = groupsOf(summary)
  if (flagOf(input, 'csv')) {
    await io.out(csvLine(SUM_COLUMNS))
    for (const [by, group] of groups) await io.out(csvLine(sumFields(by, group)))
  } else if (io.outIsTty) {
    const rows = groups.map(([by, group]) =>
      sumRow(oneLine(by === 'total' ? 'total' : `${by} ${group.key}`), group)
    )
    await io.out(table(SUMS, rows, io.columns, painter(input, io)))
  } else await io.out(tsv(groups.map(([by, group]) => sumFields(by, group).map(field))))
  return 0
}

const PAGE = 100

/** Calls as comma-separated values, page by page. */
const printCsv = async (
  input: Input,
  io: Io,
  engine: Engine,
  filter: ToolsFilter,
  order: 'asc' | 'desc'
): Promise<number> => {
  let left = numberOf(input, 'limit') ?? 25
  await io.out(csvLine(COLUMNS))
  for (let cursor: string | null = textOf(input, 'cursor') ?? null; left > 0;) {
    const page = await engine.tools({ ...filter, order, cursor, limit: Math.min(left, PAGE) })()
    if (E.isLeft(page)) return report(failureOf(page.left), false, io)
    for (const call of page.right.data) await io.out(csvLine(fieldsOf(call)))
    left -= page.right.data.length
    cursor = page.right.nextCursor
    if (cursor === null) return 0
  }
  return 0
}

/** Lists tool calls; see the command table. */
export const toolsCommand: EngineCommand = async (input, io, engine) => {
  const asked = await filterOf(input, engine)
  if (E.isLeft(asked)) return report(asked.left, input.json, io)
  const filter = asked.right
  if (flagOf(input, 'summary')) {
    const summary = await engine.toolsSummary(filter)()
    return E.isLeft(summary)
      ? report(failureOf(summary.left), input.json, io)
      : printSummary(input, io, summary.right)
  }
  const order = flagOf(input, 'asc') ? 'asc' : 'desc'
  if (flagOf(input, 'csv')) return printCsv(input, io, engine, filter, order)
  const paint = painter(input, io)
  return printPages<ToolCall>(
    input,
    io,
    (cursor, limit) => async () =>
      E.map((page: { data: ReadonlyArray<ToolCall>; nextCursor: string | null }) => ({
        ...page,
        backwardsCursor: null
      }))(await engine.tools({ ...filter, order, cursor: cursor ?? null, limit })()),
    {
      human: (data) => callTable(data, io.columns, paint),
      tsv: (call) => fieldsOf(call).map(field),
      nothing: 'no tool calls'
    }
  )
}

const CHANGES: ReadonlyArray<Column> = [
  { head: 'TIME', max: 16 },
  { head: 'THREAD', max: 36 },
  { head: 'TURN', max: 36, from: 140 },
  { head: 'WHAT', max: 8 },
  { head: 'LINES', max: 14 },
  { head: 'STATUS', max: 24 },
  { head: 'PATH', max: 0 }
]

const fateOf = ({ applied, status }: FileChange): string => {
  if (applied === null) return `${status}, perhaps applied`
  if (!applied) return status
  return status === 'completed' ? 'applied' : `applied, then ${status}`
}

const changeTable = (
  path: string,
  data: ReadonlyArray<FileChange>,
  width: number,
  paint: Paint
): string => {
  const threads = shortIds(data.map(({ threadId }) => threadId))
  const rows = data.map((change, i) => {
    const status = fateOf(change)
    const moved = change.movedTo === null ? '' : ` → ${change.movedTo}`
    const isElsewhere = change.path !== path || change.movedTo !== null
    return [
      localMinute(Math.floor(change.atMs / 1000)),
      threads[i] ?? '',
      oneLine(change.turnId ?? ''),
      change.operation,
      lines(change.linesAdded, change.linesDeleted),
      change.rolledBack ? `${status} (rolled back)` : status,
      isElsewhere ? oneLine(`${change.path}${moved}`) : ''
    ]
  })
  return table(CHANGES, rows, width, paint)
}

const changeFields = (change: FileChange): ReadonlyArray<string> => [
  iso(change.atMs),
  change.threadId,
  change.turnId ?? '',
  change.callId,
  change.operation,
  change.path,
  change.movedTo ?? '',
  field(change.linesAdded),
  field(change.linesDeleted),
  change.status,
  change.rolledBack ? 'rolled_back' : '',
  change.applied === null ? 'unknown' : change.applied ? 'applied' : 'not_applied'
]

/** Paths of other systems stay as they are typed. */
const FOREIGN = /^(?:[A-Za-z]:[\\/]|\\\\)/

/** Tells who changed a file; see the command table. */
export const blameCommand: EngineCommand = async (input, io, engine) => {
  const [file = ''] = input.args
  const path = isAbsolute(file) || FOREIGN.test(file) ? file : resolve(io.cwd, file)
  const named = textOf(input, 'thread')
  const thread = named === undefined ? null : await engine.resolve(named)()
  if (thread !== null && E.isLeft(thread)) return report(failureOf(thread.left), input.json, io)
  const request = thread === null ? { path } : { path, threadId: thread.right }
  const answer = await engine.blame(request)()
  if (E.isLeft(answer)) return report(failureOf(answer.left), input.json, io)
  const { data, hints } = answer.right
  if (input.json) {
    await printJsonLines(io, [...data, { path, hints }])
    return 0
  }
  if (data.length === 0) {
    const others = hints.map((hint) => `  ${oneLine(hint)}\n`).join('')
    const offered = others === '' ? '' : `there are:\n${others}`
    io.err(`no patch of ${oneLine(path)}\n${offered}`)
  } else if (io.outIsTty) await io.out(changeTable(path, data, io.columns, painter(input, io)))
  else await io.out(tsv(data.map(changeFields)))
  return 0
}
