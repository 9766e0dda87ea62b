/**
 * The items of one turn while they are folded: changes of items applied to a list.
 */
import type { ThreadItem } from '../../protocol.ts'
import type { ItemChange } from './items.ts'

export interface LinePlace {
  readonly segment: number
  readonly offset: number
}

/** The items of one turn while they are folded; owned by the fold that fills it. */
export interface ItemList {
  readonly items: Array<ThreadItem>
  /** Where the item of an id stands in `items`. */
  readonly places: Map<string, number>
  /** Number of the line that made the item of an id, where lines are numbered. */
  readonly ordinals: Map<string, number>
  /** Lines whose texts were cut, by the id of the item they made. */
  readonly shortened: Map<string, ReadonlyArray<LinePlace>>
  nextItem: number
}

/** An empty list whose first numbered item will be `item-<nextItem>`. */
export const itemList = (nextItem: number): ItemList => ({
  items: [],
  places: new Map(),
  ordinals: new Map(),
  shortened: new Map(),
  nextItem
})

const push = (list: ItemList, item: ThreadItem): void => {
  if (!list.places.has(item.id)) list.places.set(item.id, list.items.length)
  list.items.push(item)
}

type Reason = Extract<ItemChange, { readonly op: 'reason' }>

const reason = (list: ItemList, { part, text, times }: Reason): void => {
  const last = list.items[list.items.length - 1]
  if (last?.type === 'reasoning') {
    ;(last[part] as Array<string>).push(text)
    return
  }
  const item = { type: 'reasoning' as const, id: `item-${list.nextItem}`, summary: [], content: [] }
  push(list, { ...item, [part]: [text], ...times })
  list.nextItem += 1
}

/** An item that replaces another keeps the times that were known first. */
const withEarlierTimes = (item: ThreadItem, before: ThreadItem): ThreadItem =>
  item.startedAtMs === undefined
    ? item
    : {
        ...item,
        startedAtMs: before.startedAtMs ?? item.startedAtMs,
        completedAtMs: before.completedAtMs ?? item.completedAtMs ?? null
      }

/**
 * The item of a `number` change, where `next` is the number it takes. Assigned and not spread: V8 makes a spread that
 * gains members several times slower, and this is done for every message of a history.
 */
export const numberedItem = (
  { item, id, times }: Extract<ItemChange, { readonly op: 'number' }>,
  next: number
): ThreadItem => {
  const { type } = item
  const own = id ?? `item-${next}`
  return times === undefined
    ? Object.assign({ type, id: own }, item)
    : Object.assign({ type, id: own, startedAtMs: null, completedAtMs: null }, item)
}

/** Applies one change to a list, in place. */
export const applyChange = (list: ItemList, change: ItemChange): void => {
  switch (change.op) {
    case 'number':
      push(list, numberedItem(change, list.nextItem))
      list.nextItem += 1
      return
    case 'append':
      return push(list, change.item)
    case 'upsert': {
      const place = list.places.get(change.item.id)
      const known = place === undefined ? undefined : list.items[place]
      if (place === undefined || known === undefined) push(list, change.item)
      else list.items[place] = withEarlierTimes(change.item, known)
      return
    }
    case 'reason':
      return reason(list, change)
  }
}
