/**
 * `thread/turns/items/list` and `thread/items/list`: pages of items, of one turn or of a whole thread.
 *
 * 0.130 and 0.142 name the first and refuse to serve it; 0.169 has the second, for paginated threads. Strict mode
 * does as they do.
 */
import * as E from 'fp-ts/lib/Either.js'
import { withoutOutput, type OutputDeferral } from '../../../domain/items/deferral.ts'
import type { Page, ThreadItem } from '../../../domain/protocol.ts'
import type { TurnItem } from '../../../replay/pages/item-page.ts'
import { noKey } from '../connection/keys.ts'
import { CODE, ofStoreError, unsupported } from '../wire/errors.ts'
import { answer, ask, EVERY_PROFILE, threadIdOf, type Call, type Method } from '../method.ts'
import { budget } from '../wire/budget.ts'
import { Entry, entryOf } from '../wire/item-entry.ts'
import * as results from '../threads/results.ts'
import {
  defaulted,
  flag,
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
const turnFieldsOf = (strict: boolean) => ({
  ...{ threadId: required(text), turnId: required(text), ...paging },
  ...budget(strict)
})
const itemAnchor = struct('ThreadItemsListAnchor', {
  type: required(oneOf('item')),
  itemId: required(text)
})
const outputDeferral = struct('ThreadItemOutputDeferral', {
  commandExecution: defaulted(flag, false),
  mcpToolCall: defaulted(flag, false)
})
const threadFieldsOf = (strict: boolean) => ({
  ...{ threadId: required(text), turnId: option(text), ...paging },
  cursor: option(untagged('ThreadItemsListCursor', text, itemAnchor)),
  deferOutput: option(outputDeferral),
  ...budget(strict)
})

/** The row of `thread/turns/items/list`. */
export const turnItemsList: Method<ValueOf<ReturnType<typeof turnFieldsOf>>, Page<ThreadItem>> = {
  name: 'thread/turns/items/list',
  profiles: EVERY_PROFILE,
  ours: ['0.169'],
  experimental: ['0.130', '0.142'],
  params: (_, strict) => struct('ThreadTurnsItemsListParams', turnFieldsOf(strict)),
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

const NOTHING: Page<Entry> = { data: [], nextCursor: null, backwardsCursor: null }

/**
 * Leaves the outputs out that a client wants to fetch later. Codex does so only for items of which it knows when they ended;
 * those of legacy threads do not say.
 */
const deferred =
  (deferral: OutputDeferral | null, { server }: Call) =>
  (one: TurnItem): Entry => {
    const ended = (one.item.completedAtMs ?? null) !== null
    const left = deferral !== null && (ended || !server.strict)
    const item = left ? withoutOutput(one.item, deferral) : null
    return item === null ? entryOf(one) : entryOf({ turnId: one.turnId, item }, true)
  }

/** False in strict mode for what the real 0.169 does not serve: threads that are not paginated. */
export const isServed = async (call: Call, threadId: string): Promise<boolean> => {
  if (!call.server.strict) return true
  const read = await ask(call, (engine) => engine.readThread(threadId, false))
  return E.isRight(read) && read.right.historyMode === 'paginated'
}

/** The row of `thread/items/list`. */
export const itemsList: Method<ValueOf<ReturnType<typeof threadFieldsOf>>, Page<Entry>> = {
  name: 'thread/items/list',
  profiles: EVERY_PROFILE,
  ours: ['0.130', '0.142'],
  experimentalFields: { '0.169': ['deferOutput.commandExecution', 'deferOutput.mcpToolCall'] },
  params: (_, strict) => struct('ThreadItemsListParams', threadFieldsOf(strict)),
  result: results.page<Entry>(Entry),
  key: noKey,
  handler: (params, call) => async () => {
    const id = threadIdOf(params.threadId)
    if (E.isLeft(id)) return id
    if (!(await isServed(call, id.right))) return E.left(unsupported('thread/items/list'))
    const { cursor, deferOutput, ...rest } = params
    // Without a turn Codex leaves nothing out.
    const entry = deferred(params.turnId === null ? null : deferOutput, call)
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
      answer<Page<Entry>>({ data: data.map(entry), ...cursors })
    )(page)
  }
}
