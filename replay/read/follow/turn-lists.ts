/**
 * The items of the turns that are being followed, folded on from line to line: what was read once is not read again.
 */
import { applyChange, itemList, type ItemList } from '../../../domain/thread/items/item-list.ts'
import type { RichChange } from '../../../domain/thread/rich/items.ts'
import { applyRich, dropGuessed, type FollowedCalls } from '../../../domain/thread/rich/list.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import type { ItemChange } from '../../../domain/thread/items/items.ts'
import type { RecordedEvent } from '../../../domain/log/event.ts'
import type { ThreadItem } from '../../../domain/protocol.ts'
import type { ByteRange, TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import type { Env } from '../../catch-up/project.ts'
import { itemListsOf } from '../pages/turn-items.ts'
import { comparePlaces, type StreamInfo } from '../../ports.ts'
import type { ThreadChange } from './changes.ts'

/** Items of one turn, and its last reasoning while that may still grow. */
export interface FollowedList {
  readonly list: ItemList
  growing: ThreadItem | null
  /** Rich calls that continue others. */
  readonly calls: FollowedCalls
}

/** More turns than this are not kept: threads have one at a time, and odd ones a few. */
const LISTS_MAX = 8

/** Names a turn among those with the same id: by where it begins. */
export const turnKey = ({ id, ranges: [first] }: TurnRow): string =>
  `${first?.segment ?? 0}:${first?.from ?? 0} ${id}`

const before = (
  ranges: ReadonlyArray<ByteRange>,
  { segment, offset }: RecordedEvent
): ReadonlyArray<ByteRange> =>
  ranges
    .filter((range) => comparePlaces({ ...range, offset: range.from }, { segment, offset }) < 0)
    .map((range) =>
      range.segment === segment ? { ...range, until: Math.min(range.until, offset) } : range
    )

export type TurnLists = ReturnType<typeof turnLists>

/** `rich`: with the commands and calls of old logs. */
export const turnLists = (rich: boolean) => {
  const lists = new Map<string, FollowedList>()
  const keep = (key: string, list: ItemList): FollowedList => {
    const followed = { list, growing: null, calls: new Map() }
    const oldest = lists.keys().next()
    if (lists.size >= LISTS_MAX && oldest.done === false) lists.delete(oldest.value)
    lists.set(key, followed)
    return followed
  }
  return {
    clear: () => lists.clear(),
    begin: (row: TurnRow) => keep(turnKey(row), itemList(row.firstItem)),
    known: (row: TurnRow) => lists.get(turnKey(row)) ?? null,
    /** The list of a turn as it was before a line; what is not known of it is read. */
    of: async (
      env: Env,
      info: StreamInfo,
      row: TurnRow,
      event: RecordedEvent
    ): Promise<FollowedList> => {
      const known = lists.get(turnKey(row))
      if (known !== undefined) return known
      const earlier = { ...row, ranges: before(row.ranges, event), late: before(row.late, event) }
      const isNew = earlier.ranges.length === 0 && earlier.late.length === 0
      const [list] = isNew ? [] : await itemListsOf({ ...env, rich }, info, [earlier])
      const followed = keep(turnKey(row), list ?? itemList(row.firstItem))
      const last = followed.list.items.at(-1)
      if (last?.type === 'reasoning' && row.mode !== 'paginated') followed.growing = last
      return followed
    }
  }
}

/** The reasoning a turn ended with grows no more. */
export const settleReasoning = (
  followed: FollowedList,
  turnId: string,
  atMs: number
): ReadonlyArray<ThreadChange> => {
  const { growing } = followed
  followed.growing = null
  return growing === null
    ? []
    : [{ type: 'item_changed', turnId, item: structuredClone(growing), atMs }]
}

const reasoned = (
  followed: FollowedList,
  { part, text }: Extract<ItemChange, { readonly op: 'reason' }>,
  turnId: string,
  atMs: number
): ReadonlyArray<ThreadChange> => {
  const item = followed.list.items.at(-1)
  if (item?.type !== 'reasoning') return []
  const added = {
    type: 'reasoning_added' as const,
    ...{ turnId, itemId: item.id, part, text },
    index: item[part].length - 1
  }
  const isNew = item.summary.length + item.content.length === 1
  followed.growing = item
  if (!isNew) return [added]
  const bare = { ...item, summary: [], content: [] }
  return [{ type: 'item_added', turnId, item: bare, grows: true, atMs }, added]
}

/** Applies what a line does to the items of its turn, and says what changed. */
export const applied = (
  followed: FollowedList,
  change: ItemChange,
  turnId: string,
  atMs: number
): ReadonlyArray<ThreadChange> => {
  const { list } = followed
  if (change.op === 'reason') {
    applyChange(list, change)
    return reasoned(followed, change, turnId, atMs)
  }
  const place = change.op === 'upsert' ? list.places.get(change.item.id) : undefined
  const old = place === undefined ? undefined : list.items[place]
  const settled = old === undefined ? settleReasoning(followed, turnId, atMs) : []
  applyChange(list, change)
  const item = place === undefined ? list.items.at(-1) : list.items[place]
  if (item === undefined) return settled
  if (old === undefined)
    return [...settled, { type: 'item_added', turnId, item, grows: false, atMs }]
  return JSON.stringify(old) === JSON.stringify(item)
    ? settled
    : [...settled, { type: 'item_changed', turnId, item, atMs }]
}

/** Items that a rich change may touch, by their ids and what they say. */
const saidOf = ({ items }: ItemList): ReadonlyMap<string, string> =>
  new Map(items.slice(-RECENT_ITEMS).map((item) => [item.id, JSON.stringify(item)]))

/** A call is finished this many items later at most, or shown no more. */
const RECENT_ITEMS = 64

/** Applies what a line does to the rich items of its turn, and says what changed. */
export const appliedRich = (
  followed: FollowedList,
  change: RichChange,
  turnId: string,
  atMs: number,
  profile: Profile
): ReadonlyArray<ThreadChange> => {
  const { list, calls } = followed
  const before = saidOf(list)
  applyRich(list, calls, change, profile)
  const changes = list.items.slice(-RECENT_ITEMS).flatMap((item): ReadonlyArray<ThreadChange> => {
    const old = before.get(item.id)
    if (old === undefined) return [{ type: 'item_added', turnId, item, grows: false, atMs }]
    return old === JSON.stringify(item) ? [] : [{ type: 'item_changed', turnId, item, atMs }]
  })
  return changes.length === 0 ? [] : [...settleReasoning(followed, turnId, atMs), ...changes]
}

/** Drops a guess of an item that the line records; answers whether there was one. */
export const dropGuess = ({ list }: FollowedList, change: ItemChange): boolean => {
  const count = list.items.length
  if (change.op === 'upsert') dropGuessed(list, change.item.id)
  return list.items.length < count
}
