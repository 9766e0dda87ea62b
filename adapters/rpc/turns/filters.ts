/**
 * Which notifications reach a client that two servers speak to, so that it hears everything once.
 */
import { isJsonObject, textIn, textOrNull, type Json } from '../../../domain/json.ts'
import type { Owned } from './owner.ts'
import { threadIn } from './routes.ts'

const NAMED = 'thread/name/updated'

/** What both tell, each when it sees it: the first one counts. */
const NEWS: ReadonlySet<string> = new Set([
  NAMED,
  'thread/archived',
  'thread/unarchived',
  'thread/deleted'
])
/** How long the second one may take. */
const NEWS_MS = 10_000

/** What tells of a thread that is loaded; a client had it from unroll when it opened the thread. */
const OF_LOADING: ReadonlySet<string> = new Set([
  'thread/status/changed',
  'thread/tokenUsage/updated',
  'thread/goal/updated',
  'thread/goal/cleared',
  'thread/settings/updated',
  'warning'
])

/** What goes to every client, whether it follows the thread or not. */
const TO_ALL: ReadonlySet<string> = new Set([
  'thread/status/changed',
  'thread/started',
  'thread/closed',
  'thread/reverted',
  'thread/goal/updated',
  'thread/goal/cleared'
])

/** What has no thread, and comes from both. */
const COMMON: ReadonlySet<string> = new Set(['remoteControl/status/changed', 'skills/changed'])

const REMOTE = 'remoteControl/status/changed'

const nameIn = (params: Json): string | null => {
  const thread = isJsonObject(params) ? params['thread'] : null
  return isJsonObject(thread) ? textOrNull(thread['name']) : null
}

const statusOf = (params: unknown): string => (isJsonObject(params) ? textIn(params['status']) : '')

type FilteredSide = 'unroll' | 'child'

/** Remembers who told what, for one client. */
const createNews = (nowMs: () => number) => {
  const told = new Map<string, { readonly by: FilteredSide; readonly atMs: number }>()
  return (by: FilteredSide, method: string, params: unknown): boolean => {
    const name = isJsonObject(params) ? textIn(params['threadName']) : ''
    const key = `${method} ${threadIn(params) ?? ''} ${name}`
    const known = told.get(key)
    if (known !== undefined && known.by !== by && nowMs() - known.atMs < NEWS_MS) {
      told.delete(key)
      return false
    }
    told.set(key, { by, atMs: nowMs() })
    return true
  }
}

export interface Filters {
  /** True for a notification of unroll that the client is sent. */
  readonly ofUnroll: (method: string, params: unknown) => boolean
  /** The same for one of the child. */
  readonly ofChild: (method: string, params: Json) => boolean
}

export interface FilterParts {
  readonly client: string
  readonly ownerOf: (threadId: string) => Owned
  readonly hasChild: () => boolean
  /** What the client does not want to hear. */
  readonly optedOut: () => ReadonlySet<string>
  readonly nowMs: () => number
}

/** The filters of one client. */
export const createFilters = ({
  client,
  ownerOf,
  hasChild,
  optedOut,
  nowMs
}: FilterParts): Filters => {
  const isNews = createNews(nowMs)
  let remote: string | null = null
  return {
    ofUnroll: (method, params) => {
      if (method.startsWith('unroll/')) return true
      const threadId = threadIn(params)
      if (NEWS.has(method)) return isNews('unroll', method, params)
      if (threadId === null) {
        if (method === REMOTE && remote === null) {
          remote = statusOf(params)
          return true
        }
        return !(COMMON.has(method) && hasChild())
      }
      const { at, followers } = ownerOf(threadId)
      return at === 'unroll' || !(followers.includes(client) || TO_ALL.has(method))
    },
    ofChild: (method, params) => {
      // A fork has the name of its thread from the beginning.
      const name = method === 'thread/started' ? nameIn(params) : null
      if (name !== null) isNews('child', NAMED, { threadId: threadIn(params), threadName: name })
      if (optedOut().has(method)) return false
      // Every connection is told it once, also one that is opened again.
      if (method === REMOTE) {
        const before = remote
        remote = statusOf(params)
        return remote !== before
      }
      const threadId = threadIn(params)
      if (NEWS.has(method)) return isNews('child', method, params)
      if (threadId === null) return true
      const { at, refused } = ownerOf(threadId)
      if (refused !== null) return false
      return !((at === 'loading' || at === 'joining') && OF_LOADING.has(method))
    }
  }
}
