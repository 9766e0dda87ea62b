/**
 * The list of threads: pages by cursor, as far as somebody scrolled.
 */
import { signal } from '@preact/signals'
import type { Thread } from '../../domain/protocol.ts'
import type { Query } from '../routes.ts'
import { request, type Failure } from '../wire/socket.ts'
import { sinceMs } from '../text/since.ts'
import type { ThreadPage } from '../wire/answers.ts'

const PAGE = 50

export interface ThreadListState {
  readonly threads: ReadonlyArray<Thread>
  readonly isLoading: boolean
  /** Null: the end was reached. */
  readonly nextCursor: string | null
  readonly failure: Failure | null
}

const EMPTY: ThreadListState = { threads: [], isLoading: true, nextCursor: null, failure: null }

export const threadList = signal<ThreadListState>(EMPTY)

/** Counts questions, so that the answer to an earlier one is dropped. */
let asked = 0

const sourcesOf = ({ source, all }: Query): ReadonlyArray<string> | null => {
  if (source !== undefined) return [source]
  return all === undefined ? null : ALL_SOURCES
}

const listOf = (value: string | undefined): ReadonlyArray<string> =>
  value === undefined ? [] : [value]

/** What narrows a list, as requests name it; what is null is left to the server. */
const paramsOf = (query: Query): object => ({
  limit: PAGE,
  sortKey: query['sort'] === 'created' ? 'created_at' : 'updated_at',
  modelProviders: listOf(query['provider']),
  models: listOf(query['model']),
  searchTerm: query['q'] ?? null,
  cwd: query['project'] ?? null,
  sourceKinds: sourcesOf(query),
  archived: query['archived'] === undefined ? null : true,
  sinceMs: sinceMs(query['since'], Date.now())
})

export const ALL_SOURCES = [
  'cli',
  'vscode',
  'exec',
  'appServer',
  'subAgent',
  'subAgentReview',
  'subAgentCompact',
  'subAgentThreadSpawn',
  'subAgentOther',
  'unknown'
]

const load = async (query: Query, cursor: string | null): Promise<void> => {
  const mine = (asked += 1)
  threadList.value = { ...threadList.value, isLoading: true, failure: null }
  const answer = await request<ThreadPage>('thread/list', { ...paramsOf(query), cursor })
  if (mine !== asked) return
  if (!answer.ok) {
    threadList.value = { ...threadList.value, isLoading: false, failure: answer.failure }
    return
  }
  const { data, nextCursor } = answer.value
  const before = cursor === null ? [] : threadList.value.threads
  threadList.value = { threads: [...before, ...data], isLoading: false, nextCursor, failure: null }
}

/** Loads the first page; what is shown stays until it is there. */
export const loadThreads = (query: Query): Promise<void> => load(query, null)

/** Reads again as many threads as are shown, without a word of it; calls right before they change. */
export const refreshThreads = async (query: Query, changing: () => void): Promise<void> => {
  const mine = asked
  const { threads } = threadList.value
  const limit = Math.min(Math.max(threads.length, PAGE), 4 * PAGE)
  const answer = await request<ThreadPage>('thread/list', { ...paramsOf(query), limit })
  if (mine !== asked || !answer.ok) return
  const { data, nextCursor } = answer.value
  const fresh = new Set(data.map(({ id }) => id))
  const rest = threads.slice(limit).filter(({ id }) => !fresh.has(id))
  const cursor = rest.length === 0 ? nextCursor : threadList.value.nextCursor
  changing()
  threadList.value = { ...threadList.value, threads: [...data, ...rest], nextCursor: cursor }
}

/** Loads the next page, where there is one. */
export const loadMoreThreads = (query: Query): void => {
  const { nextCursor, isLoading } = threadList.value
  if (nextCursor !== null && !isLoading) void load(query, nextCursor)
}
