/**
 * unroll log: changes made by unroll.
 */
import * as E from 'fp-ts/lib/Either.js'
import { operationsBetween, type Operation } from '../../../domain/changes/operations.ts'
import { shortCells, threadOrId } from '../naming/threads.ts'
import type { EngineCommand } from '../session.ts'
import { directionIn, rangeIn } from '../options.ts'
import { LIMIT_MAX } from '../table/commands.ts'
import { limitOf } from '../text/print.ts'
import { printRows } from '../text/row-form.ts'
import { note } from '../text/report.ts'
import { column, shown, timeColumn, type Columns } from '../text/rows.ts'
import { plural } from '../text/text.ts'

const SHORT_ID = 13

const quoted = (name: unknown): string => `"${String(name)}"`

const idOf = (id: unknown): string => String(id).slice(0, SHORT_ID)

/** What was changed into what, for people. */
const detailsOf = ({ began, ended }: Operation): string => {
  const { operation, arguments: asked, threadIds, undoes } = began
  const back = ended?.inverse?.arguments ?? {}
  const others = threadIds.length - 1
  const told = (): string => {
    if (ended?.outcome === 'failed') return ended.reason ?? ''
    if (operation === 'rename' && asked['name'] !== undefined)
      return [back['name'], asked['name']]
        .filter((name) => name !== undefined && name !== null)
        .map(quoted)
        .join(' → ')
    if (operation === 'fork')
      return [
        idOf(asked['threadId']),
        ...(back['threadId'] === undefined ? [] : [idOf(back['threadId'])])
      ].join(' → ')
    if (operation === 'rollback' && typeof asked['turns'] === 'number')
      return plural(asked['turns'], 'turn')
    return others > 0 ? `and ${plural(others, 'thread')} below it` : ''
  }
  return [told(), undoes === null ? '' : `undoes ${idOf(undoes)}`]
    .filter((part) => part !== '')
    .join(', ')
}

export const OPERATIONS: Columns<Operation> = [
  column('operationId', ({ began }) => began.id, {
    head: 'OPERATION',
    max: 36,
    cells: shortCells(({ began }) => began.id)
  }),
  timeColumn(
    'at',
    ({ began }) => began.at,
    ({ began }) => Date.parse(began.at),
    { head: 'TIME' }
  ),
  column('operation', ({ began }) => began.operation, { head: 'WHAT', max: 12 }),
  column('state', ({ state }) => state, { head: 'STATE', max: 10, drop: 1 }),
  column('threadId', ({ began }) => began.threadIds[0] ?? '', {
    head: 'THREAD',
    max: 36,
    drop: 2,
    cells: shortCells(({ began }) => began.threadIds[0] ?? '')
  }),
  column('user', ({ began }) => began.by.user),
  column('actor', ({ began }) => began.by.actor),
  column('reason', ({ ended }) => ended?.reason ?? ended?.noInverse ?? ''),
  shown({ head: 'DETAILS', flex: 16, cell: detailsOf }),
  shown({ head: 'BY', max: 24, drop: 3, cell: ({ began: { by } }) => `${by.user} ${by.actor}` })
]

export const logCommand: EngineCommand = async (input, io, engine) => {
  const { threadId, missing } = await threadOrId(engine, input.args[0])
  const range = rangeIn(input, io)
  if (E.isLeft(range)) return range
  const { sinceMs = -Infinity, untilMs = Infinity } = range.right
  const listed = await engine.operations({ threadId, limit: LIMIT_MAX })()
  if (E.isLeft(listed)) return listed
  if (listed.right.length === 0 && missing !== null) return missing
  const within = operationsBetween(listed.right, sinceMs, untilMs)
  const ordered = directionIn(input) === 'asc' ? within.toReversed() : within
  const rows = ordered.slice(0, limitOf(input, io))
  if (rows.length < ordered.length) note(`${rows.length} of ${ordered.length} operations`, io)
  return printRows({ columns: OPERATIONS, nothing: 'no operations' }, rows, input, io)
}
