/**
 * `thread/turns/items/list` and `thread/items/list`: pages of items, of one turn or of a whole thread.
 *
 * These eras name the first and refuse to serve it; the second came later. Strict mode does as they do.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { Page, ThreadItem } from '../../../domain/protocol.ts'
import type { TurnItem } from '../../../replay/item-page.ts'
import { unsupported } from '../errors.ts'
import { answer, ask, EVERY_PROFILE, threadIdOf, type Method } from '../method.ts'
import * as results from '../results.ts'
import { oneOf, option, required, struct, text, u32, type ValueOf } from '../serde.ts'

const paging = {
  cursor: option(text),
  limit: option(u32),
  sortDirection: option(oneOf('asc', 'desc'))
}
const turnFields = { threadId: required(text), turnId: required(text), ...paging }
const threadFields = { threadId: required(text), turnId: option(text), ...paging }

/** The row of `thread/turns/items/list`. */
export const turnItemsList: Method<ValueOf<typeof turnFields>, Page<ThreadItem>> = {
  name: 'thread/turns/items/list',
  profiles: EVERY_PROFILE,
  experimental: EVERY_PROFILE,
  params: () => struct('ThreadTurnsItemsListParams', turnFields),
  result: results.page(results.ThreadItem),
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

const Entry = t.type({ turnId: t.string, item: results.ThreadItem }, 'ThreadItemEntry')

/** The row of `thread/items/list`. */
export const itemsList: Method<ValueOf<typeof threadFields>, Page<TurnItem>> = {
  name: 'thread/items/list',
  profiles: EVERY_PROFILE,
  ours: true,
  params: () => struct('ThreadItemsListParams', threadFields),
  result: results.page<TurnItem>(Entry),
  handler: (params, call) => async () => {
    const id = threadIdOf(params.threadId)
    if (E.isLeft(id)) return id
    return E.map(answer<Page<TurnItem>>)(
      await ask(call, (engine) => engine.listItems(id.right, params))
    )
  }
}
