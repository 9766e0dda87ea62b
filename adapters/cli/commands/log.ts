/**
 * unroll log: changes made by unroll.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Operation } from '../../../domain/changes/operations.ts'
import { numberOf } from '../args.ts'
import { shortCells, threadOrId } from '../naming.ts'
import type { EngineCommand } from '../session.ts'
import { printRows } from '../text/print.ts'
import { column, shown, timeColumn, type Columns } from '../text/rows.ts'

export const OPERATIONS: Columns<Operation> = [
  column('operation', ({ began }) => began.id, {
    head: 'OPERATION',
    max: 36,
    cells: shortCells(({ began }) => began.id)
  }),
  timeColumn(
    'time',
    ({ began }) => began.at,
    ({ began }) => Date.parse(began.at),
    { head: 'TIME' }
  ),
  column('what', ({ began }) => began.operation, { head: 'WHAT', max: 12 }),
  column('state', ({ state }) => state, { head: 'STATE', max: 10, drop: 1 }),
  column('thread', ({ began }) => began.threadIds[0] ?? '', {
    head: 'THREAD',
    max: 36,
    drop: 2,
    cells: shortCells(({ began }) => began.threadIds[0] ?? '')
  }),
  column('user', ({ began }) => began.by.user),
  column('actor', ({ began }) => began.by.actor),
  column('reason', ({ ended }) => ended?.reason ?? ended?.noInverse ?? ''),
  shown({ head: 'BY', flex: 8, drop: 3, cell: ({ began: { by } }) => `${by.user} ${by.actor}` })
]

export const logCommand: EngineCommand = async (input, io, engine) => {
  const { threadId, missing } = await threadOrId(engine, input.args[0])
  const listed = await engine.operations({ threadId, limit: numberOf(input, 'limit') })()
  if (E.isLeft(listed)) return listed
  if (listed.right.length === 0 && missing !== null) return missing
  return printRows({ columns: OPERATIONS, nothing: 'no operations' }, listed.right, input, io)
}
