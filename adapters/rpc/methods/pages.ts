/**
 * Pages of one thread: its turns, its items and its timeline.
 *
 * 0.130 and 0.142 name `thread/turns/items/list` and refuse to serve it; 0.169 serves the pages of items and the timeline, for
 * paginated threads. Strict mode does as they do.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { withoutOutput, type OutputDeferral } from '../../../domain/thread/items/deferral.ts'
import type { Page, Turn } from '../../../domain/protocol.ts'
import type { ItemInTurn } from '../../../replay/read/pages/item-page.ts'
import type { TurnRange } from '../../../replay/read/pages/turn-page.ts'
import type { TimelinePage } from '../../../replay/read/pages/timeline.ts'
import * as results from '../threads/results.ts'
import { ask, threadOf, type RpcCall, type ThreadIds } from '../threads/server.ts'
import { draftOf, locate, unmaterialized, withRunning } from '../threads/threads.ts'
import { CODE, invalidRequest, ofStoreError, unsupported } from '../wire/errors.ts'
import {
  defaulted,
  flag,
  list,
  oneOf,
  option,
  positive,
  required,
  struct,
  text,
  u32,
  untagged,
  type Field
} from '../wire/serde.ts'
import { answer, ofThread, served, type Era } from './method.ts'

const MAX_BYTES = { maxBytes: { ...option(positive), mayEnd: true } }

/**
 * The byte budget of a page, a member of our own behind those of Codex: the page ends when its entries take this many bytes of
 * JSON. A request to a strict server never holds it, which is as if it were null.
 */
export const budget = (strict: boolean): { readonly maxBytes: Field<number | null> } =>
  strict ? ({} as typeof MAX_BYTES) : MAX_BYTES

/** What a client says of a page of turns, but for its cursor. */
export const turnPaging = {
  limit: option(u32),
  sortDirection: option(oneOf('asc', 'desc')),
  itemsView: option(oneOf('notLoaded', 'summary', 'full'))
}

export const turnsList = ofThread(
  'ThreadTurnsListParams',
  ({ strict }: Era) => ({ cursor: option(text), ...turnPaging, ...budget(strict) }),
  results.page(results.Turn),
  async (thread, params, call) => {
    const { id, streamId } = thread
    const draft = await draftOf(call, thread)
    if (draft !== null) return E.left(unmaterialized(draft, 'thread/turns/list', false))
    const page = await ask(call, (engine) => engine.listTurns(streamId, params))
    return E.map((stored: Page<Turn>) => {
      const data = withRunning(call.server, id, stored.data)
      // The same page is printed once, see `printed`.
      return answer(data === stored.data ? stored : { ...stored, data })
    })(page)
  }
)

/** `unroll/turns/range`: turns by their places, which scroll bars have and cursors do not. */
export const turnsRange = ofThread(
  'TurnsRangeParams',
  {
    from: option(u32),
    turnId: option(text),
    last: defaulted(flag, false),
    count: option(u32),
    itemsView: option(oneOf('notLoaded', 'summary', 'full')),
    rolledBack: defaulted(flag, false),
    ...MAX_BYTES
  },
  t.type(
    {
      total: t.number,
      revision: t.number,
      data: t.readonlyArray(
        t.intersection([
          t.type({ n: t.number }),
          t.partial({ rolledBack: t.literal(true) }),
          results.Turn
        ])
      )
    },
    'TurnRange'
  ),
  async ({ id, streamId }, params, call) =>
    E.map(({ total, revision, from, turns, taken = [] }: TurnRange) => {
      const data = withRunning(call.server, id, turns)
      return answer({
        total,
        revision,
        data: data.map((turn, at) => ({
          n: from + at,
          ...(taken[at] === true ? { rolledBack: true } : {}),
          ...turn
        }))
      })
    })(await ask(call, (engine) => engine.turnRange(streamId, params)))
)

/** An item and its turn; eras before 0.169 know no times. */
type ItemEntry = ItemInTurn & {
  /** Its output was left out and can be had from `thread/items/read`. */
  readonly outputDeferred?: true
  readonly startedAtMs?: number | null | undefined
  readonly completedAtMs?: number | null | undefined
}

const time = t.union([t.number, t.null, t.undefined])
const ItemEntry = t.intersection(
  [
    t.type({ turnId: t.string, item: results.ThreadItem }),
    t.partial({ outputDeferred: t.literal(true), startedAtMs: time, completedAtMs: time })
  ],
  'ThreadItemEntry'
)

const entryOf = ({ turnId, item }: ItemInTurn, outputDeferred = false): ItemEntry => ({
  turnId,
  item,
  ...(outputDeferred ? { outputDeferred } : {}),
  ...(item.startedAtMs === undefined
    ? {}
    : { startedAtMs: item.startedAtMs, completedAtMs: item.completedAtMs ?? null })
})

const paging = {
  cursor: option(text),
  limit: option(u32),
  sortDirection: option(oneOf('asc', 'desc'))
}

export const turnItemsList = served(
  'ThreadTurnsItemsListParams',
  ({ strict }: Era) => ({
    ...{ threadId: required(text), turnId: required(text), ...paging },
    ...budget(strict)
  }),
  results.page(results.ThreadItem),
  async (params, call) => {
    if (call.server.strict) return E.left(unsupported('thread/turns/items/list'))
    const thread = threadOf(call, params.threadId)
    if (E.isLeft(thread)) return thread
    const page = await ask(call, (engine) => engine.listItems(thread.right.streamId, params))
    return E.map(({ data, ...cursors }: Page<ItemInTurn>) =>
      answer({ data: data.map(({ item }) => item), ...cursors })
    )(page)
  }
)

const itemAnchor = struct('ThreadItemsListAnchor', {
  type: required(oneOf('item')),
  itemId: required(text)
})
const outputDeferral = struct('ThreadItemOutputDeferral', {
  commandExecution: defaulted(flag, false),
  mcpToolCall: defaulted(flag, false)
})

const NO_ITEMS: Page<ItemEntry> = { data: [], nextCursor: null, backwardsCursor: null }

/**
 * Leaves the outputs out that a client wants to fetch later. Codex does so only for items of which it knows when they ended;
 * those of legacy threads do not say.
 */
const deferred =
  (deferral: OutputDeferral | null, { server }: RpcCall) =>
  (one: ItemInTurn): ItemEntry => {
    const ended = (one.item.completedAtMs ?? null) !== null
    const left = deferral !== null && (ended || !server.strict)
    const item = left ? withoutOutput(one.item, deferral) : null
    return item === null ? entryOf(one) : entryOf({ turnId: one.turnId, item }, true)
  }

const isPaginated = async (call: RpcCall, { streamId }: ThreadIds): Promise<boolean> => {
  const read = await ask(call, (engine) => engine.readThread(streamId, false))
  return E.isRight(read) && read.right.historyMode === 'paginated'
}

/** False in strict mode for what the real 0.169 does not serve: threads that are not paginated, and unknown ones. */
export const isServed = async (call: RpcCall, thread: ThreadIds): Promise<boolean> =>
  !call.server.strict || isPaginated(call, thread)

/** Items of a whole thread, or of a turn. */
export const itemsList = ofThread(
  'ThreadItemsListParams',
  ({ strict }: Era) => ({
    ...{ turnId: option(text), ...paging },
    cursor: option(untagged('ThreadItemsListCursor', text, itemAnchor)),
    deferOutput: option(outputDeferral),
    ...budget(strict)
  }),
  results.page(ItemEntry),
  async (thread, params, call) => {
    if (!(await isServed(call, thread))) return E.left(unsupported('thread/items/list'))
    const { cursor, deferOutput, ...rest } = params
    // Without a turn Codex leaves nothing out.
    const entry = deferred(params.turnId === null ? null : deferOutput, call)
    const anchor = cursor !== null && typeof cursor !== 'string' ? cursor.itemId : null
    const request = { ...rest, cursor: typeof cursor === 'string' ? cursor : null }
    let unknownTurn = false
    const page = await ask(
      call,
      (engine) => engine.listItems(thread.streamId, { ...request, afterItemId: anchor }),
      (e) => {
        unknownTurn = e._tag === 'TurnNotFound'
        return anchor !== null && e._tag === 'InvalidRequest'
          ? { code: CODE.invalidParams, message: e.message }
          : ofStoreError(e)
      }
    )
    if (unknownTurn && call.server.strict) return E.right(answer(NO_ITEMS))
    return E.map(({ data, ...cursors }: Page<ItemInTurn>) =>
      answer({ data: data.map(entry), ...cursors })
    )(page)
  }
)

const IDS_MAX = 100

/**
 * Some items of a turn, whole: asked for when a page left outputs out or was cut short. A turn that does not exist has none of
 * the items; Codex says no more either.
 */
export const itemsRead = served(
  'ThreadItemsReadParams',
  {
    threadId: required(text),
    turnId: required(text),
    itemIds: required(list(text))
  },
  t.type({ data: t.array(ItemEntry) }, 'ThreadItemsReadResponse'),
  async ({ threadId, turnId, itemIds }, call) => {
    if (itemIds.length === 0 || itemIds.length > IDS_MAX)
      return E.left(invalidRequest(`itemIds must contain 1 to ${IDS_MAX} IDs`))
    const thread = threadOf(call, threadId)
    if (E.isLeft(thread)) return thread
    if (!(await isServed(call, thread.right))) return E.left(unsupported('thread/items/read'))
    let unknownTurn = false
    const read = await ask(
      call,
      (engine) => engine.readItems(thread.right.streamId, turnId, itemIds),
      (e) => {
        unknownTurn = e._tag === 'TurnNotFound'
        return ofStoreError(e)
      }
    )
    if (unknownTurn) return E.right(answer({ data: [] }))
    return E.map((found: ReadonlyArray<ItemInTurn>) =>
      answer({ data: found.map((item) => entryOf(item)) })
    )(read)
  }
)

/** Items and the beginnings and ends of turns in the order of the log. Threads without numbered lines have no timeline. */
export const timelineList = ofThread(
  'ThreadTimelineListParams',
  ({ strict }: Era) => ({
    ...{ cursor: option(text), limit: option(u32) },
    ...budget(strict)
  }),
  t.type(
    {
      data: t.array(t.type({ type: t.string, position: t.number })),
      nextCursor: results.nullable(t.string),
      activeRealtimeSessionAtPageStart: t.null
    },
    'ThreadTimelineListResponse'
  ),
  async (thread, params, call) => {
    const { id, streamId } = thread
    if (!(await isPaginated(call, thread))) return E.left(unsupported('thread/timeline/list'))
    const found = await locate(call, thread)
    if (call.server.strict && E.isRight(found) && found.right.archived)
      return E.left(invalidRequest(`thread ${id} is archived`))
    return E.map(({ data, nextCursor }: TimelinePage) =>
      answer({ data, nextCursor, activeRealtimeSessionAtPageStart: null })
    )(await ask(call, (engine) => engine.listTimeline(streamId, params)))
  }
)
