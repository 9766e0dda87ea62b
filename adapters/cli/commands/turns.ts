/**
 * unroll turns: pages of a thread's turns.
 */
import type { ItemsView, Turn } from '../../../domain/protocol.ts'
import { numberOf, textOf } from '../args.ts'
import { ofThread, shortCells } from '../naming/threads.ts'
import { directionIn } from '../options.ts'
import { cutNote, itemText, speaker } from '../text/item-text.ts'
import { printPages } from '../text/print.ts'
import { column, timeColumn, type Columns } from '../text/rows.ts'
import { duration, isoSecond, msOf } from '../text/text.ts'

const firstQuestion = (turn: Turn): string => {
  const item = turn.items.find((one) => speaker(one) === 'you')
  return cutNote(turn.truncated) + (item === undefined ? '' : itemText(item))
}

const lastAnswer = ({ items }: Turn): string => {
  const item = items.findLast((one) => speaker(one) === 'codex')
  return item === undefined ? '' : itemText(item)
}

export const TURNS: Columns<Turn> = [
  column('id', ({ id }) => id, {
    head: 'ID',
    max: 36,
    cells: shortCells(({ id }) => id)
  }),
  timeColumn(
    'startedAt',
    ({ startedAt }) => isoSecond(startedAt),
    ({ startedAt }) => msOf(startedAt),
    { head: 'STARTED' }
  ),
  column('completedAt', ({ completedAt }) => isoSecond(completedAt)),
  column('durationMs', ({ durationMs }) => durationMs, {
    head: 'TOOK',
    max: 12,
    drop: 2,
    cell: ({ durationMs }) => duration(durationMs)
  }),
  column('status', ({ status }) => status, { head: 'STATUS', max: 11, drop: 1 }),
  column('firstQuestion', firstQuestion, {
    head: 'ASKED',
    flex: 32,
    cell: (turn) => firstQuestion(turn) || '(no message)'
  }),
  column('lastAnswer', lastAnswer)
]

export const turnsCommand = ofThread((id, input, io, engine) => {
  const request = {
    sortDirection: directionIn(input),
    itemsView: (textOf(input, 'view') ?? 'summary') as ItemsView,
    maxBytes: numberOf(input, 'max-bytes')
  } as const
  return printPages<Turn>(
    { columns: TURNS, nothing: 'no turns' },
    (cursor, limit) => engine.listTurns(id, { ...request, cursor, limit }),
    input,
    io
  )
})
