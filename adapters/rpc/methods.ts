/**
 * Every method, one row each. The order is the one in which an unknown method is told what there is.
 */
import { conversationSummary } from './methods/conversation-summary.ts'
import { initialize } from './methods/initialize.ts'
import { itemsList, turnItemsList } from './methods/items-list.ts'
import { loadedList } from './methods/loaded-list.ts'
import { threadList } from './methods/thread-list.ts'
import { threadRead } from './methods/thread-read.ts'
import { timelineList } from './methods/timeline-list.ts'
import { turnsList } from './methods/turns-list.ts'
import type { Method, Server } from './method.ts'

/** A row whose parameter and answer types are its own business. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyMethod = Method<any, any>

/** The table. */
export const METHODS: ReadonlyArray<AnyMethod> = [
  initialize,
  threadList,
  loadedList,
  threadRead,
  turnsList,
  turnItemsList,
  itemsList,
  timelineList,
  conversationSummary
]

/** The rows a server has: those of its era, and our own unless it is strict. */
export const methodsOf = ({
  profile,
  strict
}: Pick<Server, 'profile' | 'strict'>): ReadonlyMap<string, AnyMethod> =>
  new Map(
    METHODS.filter(
      (method) =>
        method.profiles.includes(profile) && !(strict && method.ours?.includes(profile) === true)
    ).map((method) => [method.name, method])
  )
