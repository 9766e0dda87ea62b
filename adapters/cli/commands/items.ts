/**
 * unroll items: pages of a thread's items, or of one turn's.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import type { Page } from '../../../domain/protocol.ts'
import type { ItemInTurn } from '../../../replay/read/pages/item-page.ts'
import { listOf, numberOf } from '../args.ts'
import { ofThread, shortCells } from '../naming/threads.ts'
import { directionIn } from '../options.ts'
import { turnIn } from '../naming/turn-name.ts'
import { cutNote, itemText } from '../text/item-text.ts'
import { printPages, type FetchPage } from '../text/print.ts'
import { usage } from '../text/report.ts'
import { column, type Columns } from '../text/rows.ts'

export const ITEMS: Columns<ItemInTurn> = [
  column('turnId', ({ turnId }) => turnId, {
    head: 'TURN',
    max: 36,
    drop: 2,
    cells: shortCells(({ turnId }) => turnId)
  }),
  column('id', ({ item }) => item.id, { head: 'ID', max: 20 }),
  column('type', ({ item }) => item.type, { head: 'TYPE', max: 17, drop: 1 }),
  column('text', ({ item }) => cutNote(item.truncated) + itemText(item), { head: 'TEXT', flex: 40 })
]

/** Items by id are one page. */
const pageOf = (
  threadId: string,
  items: ReadonlyArray<ItemInTurn>,
  turnId: string,
  ids: ReadonlyArray<string>
): E.Either<StoreError, Page<ItemInTurn>> => {
  const missing = ids.find((id) => !items.some(({ item }) => item.id === id))
  return missing === undefined
    ? E.right({ data: items, nextCursor: null, backwardsCursor: null })
    : E.left({ _tag: 'ItemNotFound', streamId: threadId, itemId: missing, turnId })
}

/** The same pages with only the items of some types; a page may have fewer than were asked for. */
const ofTypes =
  (fetch: FetchPage<ItemInTurn>, types: ReadonlyArray<string>): FetchPage<ItemInTurn> =>
  (cursor, limit) =>
  async () => {
    const page = await fetch(cursor, limit)()
    if (E.isLeft(page)) return page
    return E.right({
      ...page.right,
      data: page.right.data.filter(({ item }) => types.includes(item.type))
    })
  }

export const itemsCommand = ofThread(async (threadId, input, io, engine) => {
  const turn = await turnIn(input, engine, threadId, 'turn')
  if (E.isLeft(turn)) return turn
  const turnId = turn.right?.id
  const ids = listOf(input, 'item')
  if (ids.length > 0 && turnId === undefined) return E.left(usage('--item needs --turn TURN', ''))
  const sortDirection = directionIn(input, 'asc')
  const maxBytes = numberOf(input, 'max-bytes')
  const fetch: FetchPage<ItemInTurn> = (cursor, limit) => async () => {
    const request = { turnId, cursor, limit, sortDirection, maxBytes } as const
    if (ids.length === 0 || turnId === undefined) return engine.listItems(threadId, request)()
    const read = await engine.readItems(threadId, turnId, ids)()
    return E.isLeft(read) ? read : pageOf(threadId, read.right, turnId, ids)
  }
  const types = listOf(input, 'type')
  const chosen = types.length === 0 ? fetch : ofTypes(fetch, types)
  return printPages({ columns: ITEMS, nothing: 'no items' }, chosen, input, io)
})
