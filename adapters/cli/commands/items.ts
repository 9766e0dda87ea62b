/**
 * unroll items: pages of a thread's items, or of one turn's.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { TurnItem } from '../../../replay/pages/item-page.ts'
import { flagOf, textOf } from '../args.ts'
import { itemText } from '../text/item-text.ts'
import { printPages } from '../text/pages.ts'
import { reportError } from '../text/report.ts'
import type { EngineCommand } from '../session.ts'
import { painter, table, type Column } from '../text/style.ts'
import { oneLine } from '../text/text.ts'

const COLUMNS: ReadonlyArray<Column> = [
  { head: 'ID', max: 20 },
  { head: 'TYPE', max: 17 },
  { head: 'TEXT', max: 0 }
]

/** Lists items; see the command table. */
export const itemsCommand: EngineCommand = async (input, io, engine) => {
  const found = await engine.resolve(input.args[0] ?? '')()
  if (E.isLeft(found)) return reportError(found.left, input.json, io)
  const turnId = textOf(input, 'turn')
  const sortDirection = flagOf(input, 'desc') ? 'desc' : 'asc'
  return printPages<TurnItem>(
    input,
    io,
    (cursor, limit) => engine.listItems(found.right, { turnId, cursor, limit, sortDirection }),
    {
      human: (data) => {
        const rows = data.map(({ item }) => [oneLine(item.id), item.type, oneLine(itemText(item))])
        return table(COLUMNS, rows, io.columns, painter(input, io))
      },
      tsv: ({ turnId: turn, item }) => [turn, item.id, item.type, itemText(item)],
      nothing: 'no items'
    }
  )
}
