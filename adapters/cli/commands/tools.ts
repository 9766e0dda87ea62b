/**
 * unroll tools: the ledger of tool calls.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { ToolCall, ToolKind, ToolStatus } from '../../../domain/ledgers/tools/tool-call.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { ToolsFilter } from '../../../replay/ledgers/tools.ts'
import {
  toolName,
  type ToolGroup,
  type ToolsSummary
} from '../../../replay/ledgers/tools-summary.ts'
import { flagOf, listOf, nextCommand, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { turnIn } from '../naming/turn-name.ts'
import { optionalThread, shortCells, shortIds } from '../naming/threads.ts'
import { directionIn, rangeIn } from '../options.ts'
import type { CommandEnd, EngineCommand } from '../session.ts'
import { printJson, printPages } from '../text/print.ts'
import { usage, type CommandFailure } from '../text/report.ts'
import { printRows } from '../text/row-form.ts'
import { column, shown, timeColumn, type Columns } from '../text/rows.ts'
import { painter } from '../text/style.ts'
import { duration, isoMs, size } from '../text/text.ts'

const filterOf = async (
  input: Input,
  io: Io,
  engine: Engine
): Promise<E.Either<CommandFailure | StoreError, ToolsFilter>> => {
  const range = rangeIn(input, io)
  if (E.isLeft(range)) return range
  const kinds = listOf(input, 'kind') as ReadonlyArray<ToolKind>
  const statuses = listOf(input, 'status') as ReadonlyArray<ToolStatus>
  const turnText = textOf(input, 'turn')
  const thread = await optionalThread(engine, input.args[0])
  if (E.isLeft(thread)) return thread
  const threadId = thread.right
  if (threadId === undefined && turnText !== undefined)
    return E.left(usage('--turn needs a thread', 'type "unroll tools THREAD --turn TURN"'))
  const turn =
    threadId === undefined ? E.right(undefined) : await turnIn(input, engine, threadId, 'turn')
  // The ledger has the turns that were rolled back too, by their whole ids.
  if (E.isLeft(turn) && turn.left._tag !== 'TurnNotFound') return turn
  const turnId = E.isRight(turn) ? turn.right?.id : turnText
  return E.right({
    ...range.right,
    ...(kinds.length === 0 ? {} : { kinds }),
    ...(statuses.length === 0 ? {} : { statuses }),
    ...(threadId === undefined ? {} : { threadId }),
    ...(turnId === undefined ? {} : { turnId })
  })
}

/** Lines added and deleted, for people. */
export const linesText = (added: number | null, deleted: number | null): string =>
  added === null || deleted === null ? '' : `+${added} −${deleted}`

const tookText = ({ execMs, execSource }: ToolCall): string =>
  execMs === null ? '' : `${execSource === 'wall_time' ? '≥ ' : ''}${duration(execMs)}`

const aboutText = (call: ToolCall): string => {
  const files = call.files
  const count = files === null ? 0 : files.adds + files.updates + files.deletes + files.moves
  const more = count > 1 ? ` and ${count - 1} more` : ''
  const changed = call.kind === 'patch' ? ` ${linesText(call.linesAdded, call.linesDeleted)}` : ''
  const back = call.rolledBack ? ' (rolled back)' : ''
  return `${call.subject ?? toolName(call)}${more}${changed}${back}`
}

export const CALLS: Columns<ToolCall> = [
  column('threadId', ({ threadId }) => threadId, {
    head: 'THREAD',
    max: 36,
    cells: shortCells(({ threadId }) => threadId)
  }),
  column('turnId', ({ turnId }) => turnId),
  column('callId', ({ callId }) => callId),
  timeColumn(
    'at',
    ({ atMs }) => isoMs(atMs),
    ({ atMs }) => atMs,
    { head: 'TIME' }
  ),
  column('kind', ({ kind }) => kind, { head: 'KIND', max: 15, drop: 4 }),
  column('tool', toolName, { head: 'TOOL', max: 24, drop: 2 }),
  column('status', ({ status }) => status, { head: 'STATUS', max: 11 }),
  column('failureKind', ({ failureKind }) => failureKind),
  column('exitCode', ({ exitCode }) => exitCode, {
    head: 'EXIT',
    max: 5,
    align: 'right',
    drop: 1
  }),
  column('exitSource', ({ exitSource }) => exitSource),
  column('execMs', ({ execMs }) => execMs, {
    head: 'TOOK',
    max: 12,
    align: 'right',
    drop: 3,
    cell: tookText
  }),
  column('execSource', ({ execSource }) => execSource),
  column('observedMs', ({ observedMs }) => observedMs),
  column('outputBytes', ({ outputBytes }) => outputBytes),
  column('linesAdded', ({ linesAdded }) => linesAdded),
  column('linesDeleted', ({ linesDeleted }) => linesDeleted),
  column('rolledBack', ({ rolledBack }) => (rolledBack ? 'rolled_back' : '')),
  column('certainty', ({ certainty }) => certainty),
  column('subject', ({ subject }) => subject, { head: 'ABOUT', flex: 28, cell: aboutText })
]

/** Calls of one kind, status or tool, or all of them, added up. */
interface CallSum {
  readonly by: 'kind' | 'status' | 'tool' | 'total'
  readonly group: ToolGroup
}

const countColumn = (
  name: 'completed' | 'failed' | 'rejected' | 'interrupted' | 'unknown' | 'calls',
  drop = 0
) =>
  column(name, ({ group }: CallSum) => group[name], {
    head: name.toUpperCase(),
    align: 'right',
    drop
  })

export const CALL_SUMS: Columns<CallSum> = [
  column('by', ({ by }) => by),
  column('key', ({ group }) => group.key, {
    head: 'WHAT',
    flex: 16,
    cell: ({ by, group }) => (by === 'total' ? 'total' : `${by} ${group.key}`)
  }),
  countColumn('calls'),
  countColumn('completed', 4),
  countColumn('failed'),
  countColumn('rejected', 5),
  countColumn('interrupted', 7),
  countColumn('unknown', 6),
  column('rolledBack', ({ group }) => group.rolledBack),
  column('execMs', ({ group }) => group.execMs, {
    head: 'TIME',
    align: 'right',
    drop: 1,
    cell: ({ group }) => duration(group.execMs)
  }),
  column('timedCalls', ({ group }) => group.timedCalls),
  column('outputBytes', ({ group }) => group.outputBytes, {
    head: 'OUTPUT',
    align: 'right',
    drop: 3,
    cell: ({ group }) => size(group.outputBytes)
  }),
  column('linesAdded', ({ group }) => group.linesAdded),
  column('linesDeleted', ({ group }) => group.linesDeleted),
  shown({
    head: 'LINES',
    drop: 2,
    cell: ({ group: { linesAdded, linesDeleted } }) =>
      linesAdded + linesDeleted === 0 ? '' : linesText(linesAdded, linesDeleted)
  })
]

const sumsOf = ({ total, byKind, byStatus, byTool }: ToolsSummary): ReadonlyArray<CallSum> => [
  ...byKind.map((group) => ({ by: 'kind' as const, group })),
  ...byStatus.map((group) => ({ by: 'status' as const, group })),
  ...byTool.map((group) => ({ by: 'tool' as const, group })),
  { by: 'total', group: { key: '', ...total } }
]

const printSummary = (summary: ToolsSummary, input: Input, io: Io): Promise<CommandEnd> =>
  input.json && !flagOf(input, 'fields')
    ? printJson(summary, io)
    : printRows({ columns: CALL_SUMS, nothing: '' }, sumsOf(summary), input, io)

/** How to read what the newest of some calls printed; a turn that was rolled back is not shown without being asked for. */
const readingOf =
  (input: Input, io: Io) =>
  (calls: ReadonlyArray<ToolCall>): string => {
    const call = calls.find(({ rolledBack, turnId }) => !rolledBack && turnId !== null)
    if (call === undefined || call.turnId === null) return ''
    const [thread = ''] = shortIds([call.threadId])
    const [turn = ''] = shortIds([call.turnId])
    const next = nextCommand(input, io, ['show', thread, '--turn', turn])
    return `\n${painter(input, io)('dim', `next: ${next}`)}\n`
  }

export const toolsCommand: EngineCommand = async (input, io, engine) => {
  const filter = await filterOf(input, io, engine)
  if (E.isLeft(filter)) return filter
  if (flagOf(input, 'summary')) {
    const summary = await engine.toolsSummary(filter.right)()
    return E.isLeft(summary) ? summary : printSummary(summary.right, input, io)
  }
  const request = { ...filter.right, order: directionIn(input) } as const
  return printPages<ToolCall>(
    { columns: CALLS, next: readingOf(input, io), nothing: 'no tool calls' },
    (cursor, limit) => engine.tools({ ...request, cursor: cursor ?? null, limit }),
    input,
    io
  )
}
