/**
 * One item of a thread, whole.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import type { Engine } from '../../../../replay/engine.ts'
import type { ItemInTurn } from '../../../../replay/read/pages/item-page.ts'

/** Enough to tell items by their ids. */
const PAGE_BYTES = 256 * 1024
const ITEMS_AT_ONCE = 100

/** The turn that has the item; the newest one, as ids are unique in their turn only. */
const turnWith = async (
  engine: Engine,
  threadId: string,
  itemId: string
): Promise<E.Either<StoreError, string | null>> => {
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await engine.listItems(threadId, {
      sortDirection: 'desc',
      limit: ITEMS_AT_ONCE,
      maxBytes: PAGE_BYTES,
      cursor
    })()
    if (E.isLeft(page)) return page
    const found = page.right.data.find(({ item }) => item.id === itemId)
    if (found !== undefined) return E.right(found.turnId)
    cursor = page.right.nextCursor
  }
  return E.right(null)
}

/** An item by its id, in a turn or in the whole thread. */
export const itemNamed = async (
  engine: Engine,
  threadId: string,
  turnId: string | undefined,
  itemId: string
): Promise<E.Either<StoreError, ItemInTurn>> => {
  const found = turnId === undefined ? await turnWith(engine, threadId, itemId) : E.right(turnId)
  if (E.isLeft(found)) return found
  const missing = E.left<StoreError>({
    _tag: 'ItemNotFound',
    streamId: threadId,
    itemId,
    ...(turnId === undefined ? {} : { turnId })
  })
  if (found.right === null) return missing
  const read = await engine.readItems(threadId, found.right, [itemId])()
  if (E.isLeft(read)) return read
  const [item] = read.right
  return item === undefined ? missing : E.right(item)
}
