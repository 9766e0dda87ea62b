/**
 * Rich changes on the items of one turn, beside those every era shows.
 */
import type { ItemList } from '../items/item-list.ts'
import { UNKNOWN_TIMES } from '../items/items.ts'
import type { Profile } from '../../log/profile.ts'
import type { HistoryMode, ThreadItem } from '../../protocol.ts'
import type { RichChange } from './items.ts'

/** Ids of calls that continue the item of another call, to the id of that item. */
export type FollowedCalls = Map<string, string>

const append = (list: ItemList, item: ThreadItem, profile: Profile): void => {
  list.places.set(item.id, list.items.length)
  list.items.push(profile.members169 ? { ...UNKNOWN_TIMES, ...item } : item)
}

const remove = (list: ItemList, place: number): void => {
  list.items.splice(place, 1)
  list.places.clear()
  list.items.forEach((item, i) => {
    if (!list.places.has(item.id)) list.places.set(item.id, i)
  })
}

const finish = (list: ItemList, id: string, update: (item: ThreadItem) => ThreadItem | null) => {
  const place = list.places.get(id)
  const item = place === undefined ? undefined : list.items[place]
  if (place === undefined || item === undefined) return
  const next = update(item)
  if (next === null) remove(list, place)
  else list.items[place] = next
}

/** Applies a rich change to a list, in place; `followed` is kept from one change of the turn to the next. */
export const applyRich = (
  list: ItemList,
  followed: FollowedCalls,
  change: RichChange,
  profile: Profile
): void => {
  switch (change.op) {
    case 'begin': {
      const { item, unless } = change
      const isThere = list.places.has(item.id) || list.items.some((one) => unless?.(one) === true)
      if (!isThere) append(list, item, profile)
      return
    }
    case 'put': {
      const place = list.places.get(change.item.id)
      if (place === undefined) append(list, change.item, profile)
      else list.items[place] = change.item
      return
    }
    case 'follow': {
      const command = list.items.findLast(
        (item) => item.type === 'commandExecution' && item.processId === change.processId
      )
      if (command !== undefined) followed.set(change.id, command.id)
      return
    }
    case 'finish':
      return finish(list, followed.get(change.id) ?? change.id, change.update)
  }
}

/** Drops an item made from a call, because an event records it: that one stands where the event is. */
export const dropGuessed = (list: ItemList, id: string): void => {
  const place = list.places.get(id)
  if (place !== undefined && list.items[place]?.certainty !== undefined) remove(list, place)
}

const isUserShell = (item: ThreadItem): boolean =>
  item.type === 'commandExecution' && item.source === 'userShell'

/** Drops what messages made of `!commands` where events record them, under other ids. */
export const dropRecorded = (list: ItemList, mode: HistoryMode): void => {
  if (mode !== 'paginated') return
  const isRecorded = list.items.some((item) => isUserShell(item) && item.certainty === undefined)
  for (let place = list.items.length - 1; isRecorded && place >= 0; place--) {
    const item = list.items[place]
    if (item !== undefined && isUserShell(item) && item.certainty !== undefined) remove(list, place)
  }
}
