/**
 * unroll items: pages of a thread's items, or of one turn's.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { Page } from '../../../domain/protocol.ts'
import type { TurnItem } from '../../../replay/pages/item-page.ts'
import { flagOf, listOf, numberOf, textOf } from '../args.ts'
import { cutNote, itemText } from '../text/item-text.ts'
import { printPages, type Fetch } from '../text/pages.ts'
import { report, reportError, usage } from '../text/report.ts'
import type { EngineCommand } from '../session.ts'
import { painter, table, type Column } from '../text/style.ts'
import { oneLine } from '../text/text.ts'

const COLUMNS: ReadonlyArray<Column> = [
  { head: 'ID', max: 20 },
  { head: 'TYPE', max: 17 },
  { head: 'TEXT', max: 0 }
]

/** What the table and the lines say of an item. */
const words = ({ item }: TurnItem): string => cutNote(item.truncated) + itemText(item)

/** Items by id are one page. */
const pageOf = (
  items: ReadonlyArray<TurnItem>,
  turnId: string,
  ids: ReadonlyArray<string>
): E.Either<StoreError, Page<TurnItem>> => {
  const missing = ids.find((id) => !items.some(({ item }) => item.id === id))
  return missing === undefined
    ? E.right({ data: items, nextCursor: null, backwardsCursor: null })
    : E.left({ _tag: 'InvalidRequest', message: `no item ${missing} in turn ${turnId}` })
}

/** Lists items; see the command table. */
export const itemsCommand: EngineCommand = async (input, io, engine) => {
  const turnId = textOf(input, 'turn')
  const ids = listOf(input, 'item')
  if (ids.length > 0 && turnId === undefined)
    return report(usage('--item needs --turn TURN', ''), input.json, io)
  const found = await engine.resolve(input.args[0] ?? '')()
  if (E.isLeft(found)) return reportError(found.left, input.json, io)
  const sortDirection = flagOf(input, 'desc') ? 'desc' : 'asc'
  const maxBytes = numberOf(input, 'max-bytes')
  const fetch: Fetch<TurnItem> = (cursor, limit) => async () => {
    const request = { turnId, cursor, limit, sortDirection, maxBytes } as const
    if (ids.length === 0 || turnId === undefined) return engine.listItems(found.right, request)()
    const read = await engine.readItems(found.right, turnId, ids)()
    return E.isLeft(read) ? read : pageOf(read.right, turnId, ids)
  }
  return printPages<TurnItem>(input, io, fetch, {
    human: (data) => {
      const rows = data.map((one) => [oneLine(one.item.id), one.item.type, oneLine(words(one))])
      return table(COLUMNS, rows, io.columns, painter(input, io))
    },
    tsv: (one) => [one.turnId, one.item.id, one.item.type, words(one)],
    nothing: 'no items'
  })
}
