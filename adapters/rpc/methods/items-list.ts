/**
 * `thread/turns/items/list` and `thread/items/list`: pages of items, of one turn or of a whole thread.
 *
 * 0.130 and 0.142 name the first and refuse to serve it; 0.169 has the second, for paginated threads. Strict mode
 * does as they do.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { Page, ThreadItem } from '../../../domain/protocol.ts'
import type { TurnItem } from '../../../replay/pages/item-page.ts'
import { noKey } from '../connection/keys.ts'
import { CODE, ofStoreError, unsupported } from '../wire/errors.ts'
import { answer, ask, EVERY_PROFILE, threadIdOf, type Call, type Method } from '../method.ts'
import * as results from '../wire/results.ts'
import {
  oneOf,
  option,
  required,
  struct,
  text,
  u32,
  untagged,
  type ValueOf
} from '../wire/serde.ts'

const paging = {
  cursor: option(text),
  limit: option(u32),
  sortDirection: option(oneOf('asc', 'desc'))
}
const turnFields = { threadId: required(text), turnId: required(text), ...paging }
const itemAnchor = struct('ThreadItemsListAnchor', {
  type: required(oneOf('item')),
  itemId: required(text)
})
const threadFields = {
  ...{ threadId: required(text), turnId: option(text), ...paging },
  cursor: option(untagged('ThreadItemsListCursor', text, itemAnchor))
}

/** The row of `thread/turns/items/list`. */
export const turnItemsList: Method<ValueOf<typeof turnFields>, Page<ThreadItem>> = {
  name: 'thread/turns/items/list',
  profiles: EVERY_PROFILE,
  ours: ['0.169'],
  experimental: ['0.130', '0.142'],
  params: () => struct('ThreadTurnsItemsListParams', turnFields),
  result: results.page(results.ThreadItem),
  key: noKey,
  handler: (params, call) => async () => {
    if (call.server.strict) return E.left(unsupported('thread/turns/items/list'))
    const id = threadIdOf(params.threadId)
    if (E.isLeft(id)) return id
    const page = await ask(call, (engine) => engine.listItems(id.right, params))
    return E.map(({ data, ...cursors }: Page<TurnItem>) =>
      answer({ data: data.map(({ item }) => item), ...cursors })
    )(page)
  }
}

const time = t.union([t.number, t.null, t.undefined])
const Entry = t.intersection(
  [
    t.type({ turnId: t.string, item: results.ThreadItem }),
    t.partial({ startedAtMs: time, completedAtMs: time })
  ],
  'ThreadItemEntry'
)

/** An item of a page; eras before 0.169 know no times. */
type Entry = TurnItem & {
  readonly startedAtMs?: number | null | undefined
  readonly completedAtMs?: number | null | undefined
}

const entryOf = ({ turnId, item }: TurnItem): Entry =>
  item.startedAtMs === undefined
    ? { turnId, item }
    : { turnId, item, startedAtMs: item.startedAtMs, completedAtMs: item.completedAtMs ?? null }

const NOTHING: Page<Entry> = { data: [], nextCursor: null, backwardsCursor: null }

/** Strict mode: the real 0.169 serves paginated threads only. */
const isServed = async (call: Call, threadId: string): Promise<boolean> => {
  if (!call.server.strict) return true
  const read = await ask(call, (engine) => engine.readThread(threadId, false))
  return E.isRight(read) && read.right.historyMode === 'paginated'
}

/** The row of `thread/items/list`. */
export const itemsList: Method<ValueOf<typeof threadFields>, Page<Entry>> = {
  name: 'thread/items/list',
  profiles: EVERY_PROFILE,
  ours: ['0.130', '0.142'],
  params: () => struct('ThreadItemsListParams', threadFields),
  result: results.page<Entry>(Entry),
  key: noKey,
  handler: (params, call) => async () => {
    const id = threadIdOf(params.threadId)
    if (E.isLeft(id)) return id
    if (!(await isServed(call, id.right))) return E.left(unsupported('thread/items/list'))
    const { cursor, ...rest } = params
    const anchor = cursor !== null && typeof cursor !== 'string' ? cursor.itemId : null
    const request = { ...rest, cursor: typeof cursor === 'string' ? cursor : null }
    let unknownTurn = false
    const page = await ask(
      call,
      (engine) => engine.listItems(id.right, { ...request, afterItemId: anchor }),
      (e) => {
        unknownTurn = e._tag === 'TurnNotFound'
        return anchor !== null && e._tag === 'InvalidRequest'
          ? { code: CODE.invalidParams, message: e.message }
          : ofStoreError(e)
      }
    )
    if (unknownTurn && call.server.strict) return E.right(answer(NOTHING))
    return E.map(({ data, ...cursors }: Page<TurnItem>) =>
      answer<Page<Entry>>({ data: data.map(entryOf), ...cursors })
    )(page)
  }
}
