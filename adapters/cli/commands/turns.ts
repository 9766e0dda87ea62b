/**
 * unroll turns: pages of a thread's turns.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ItemsView, Turn } from '../../../domain/protocol.ts'
import { flagOf, numberOf, textOf } from '../args.ts'
import { cutNote, itemText, speaker } from '../text/item-text.ts'
import { printPages } from '../text/pages.ts'
import { reportError } from '../text/report.ts'
import type { EngineCommand } from '../session.ts'
import { painter, table, type Column } from '../text/style.ts'
import { duration, isoSecond, localMinute, oneLine } from '../text/text.ts'

const COLUMNS: ReadonlyArray<Column> = [
  { head: 'ID', max: 36 },
  { head: 'STARTED', max: 16 },
  { head: 'TOOK', max: 12, from: 100 },
  { head: 'STATUS', max: 11 },
  { head: 'ASKED', max: 0 }
]

const said = (turn: Turn, who: 'you' | 'codex'): string => {
  const items = turn.items.filter((item) => speaker(item) === who)
  const item = who === 'you' ? items[0] : items[items.length - 1]
  return item === undefined ? '' : itemText(item)
}

/** Lists turns; see the command table. */
export const turnsCommand: EngineCommand = async (input, io, engine) => {
  const found = await engine.resolve(input.args[0] ?? '')()
  if (E.isLeft(found)) return reportError(found.left, input.json, io)
  const sortDirection = flagOf(input, 'asc') ? 'asc' : 'desc'
  const maxBytes = numberOf(input, 'max-bytes')
  const itemsView = (textOf(input, 'view') ?? 'summary') as ItemsView
  return printPages<Turn>(
    input,
    io,
    (cursor, limit) =>
      engine.listTurns(found.right, { cursor, limit, sortDirection, itemsView, maxBytes }),
    {
      human: (data) => {
        const rows = data.map((turn) => [
          oneLine(turn.id),
          localMinute(turn.startedAt),
          duration(turn.durationMs),
          turn.status,
          oneLine(cutNote(turn.truncated) + said(turn, 'you'))
        ])
        return table(COLUMNS, rows, io.columns, painter(input, io))
      },
      tsv: (turn) => [
        turn.id,
        isoSecond(turn.startedAt),
        isoSecond(turn.completedAt),
        turn.durationMs === null ? '' : String(turn.durationMs),
        turn.status,
        cutNote(turn.truncated) + said(turn, 'you'),
        said(turn, 'codex')
      ],
      nothing: 'no turns'
    }
  )
}
