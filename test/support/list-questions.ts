/**
 * What is asked about a home of made threads, and answers in a form in which they can be compared and kept.
 */
import type { ProfileName } from '../../domain/log/profile.ts'
import { SOURCE_KINDS } from '../../projections/thread-row.ts'
import type { MadeThread } from './list-homes.ts'
import type { Message } from './rpc-client.ts'
import type { Question } from './search-home.ts'

type Params = Question['params']

const EVERY: Params = { modelProviders: [], sourceKinds: SOURCE_KINDS }

const filtersOf = (ids: ReadonlyArray<string>, profile: ProfileName): ReadonlyArray<Params> => [
  ...[{}, { modelProviders: [] }, EVERY, { ...EVERY, archived: true }, { sourceKinds: ['cli'] }],
  ...[
    { ...EVERY, modelProviders: ['other'] },
    { ...EVERY, cwd: '/w' },
    { ...EVERY, searchTerm: 'said' }
  ],
  ...[['exec'], ['subAgent'], ['subAgentOther', 'appServer', 'unknown']].map((sourceKinds) => ({
    modelProviders: [],
    sourceKinds
  })),
  ...[{ ...EVERY, useStateDbOnly: true }],
  ...(profile === '0.130' ? [] : ids.slice(0, 3).map((parentThreadId) => ({ parentThreadId })))
]

/** Lists in every order; 0.169 keeps recency in its database alone. */
const listsOf = (ids: ReadonlyArray<string>, profile: ProfileName): ReadonlyArray<Params> =>
  filtersOf(ids, profile).flatMap((filter) =>
    (profile === '0.142'
      ? ['created_at', 'updated_at', 'recency_at']
      : ['created_at', 'updated_at']
    )
      .flatMap((sortKey) => ['asc', 'desc'].map((sortDirection) => ({ sortKey, sortDirection })))
      .flatMap((order) => [100, 3].map((limit) => ({ ...filter, ...order, limit })))
  )

const searchesOf = (profile: ProfileName): ReadonlyArray<Question> =>
  profile === '0.130'
    ? []
    : ['said', 'marked', 'later'].flatMap((searchTerm) =>
        [{}, { sourceKinds: SOURCE_KINDS }, { sortKey: 'updated_at', limit: 3 }].map((more) => ({
          method: 'thread/search',
          params: { searchTerm, ...more }
        }))
      )

const readsOf = ({ id, path }: MadeThread, profile: ProfileName): ReadonlyArray<Question> => [
  { method: 'thread/read', params: { threadId: id } },
  // 0.169 takes turns from its database.
  ...(profile === '0.169'
    ? []
    : [{ method: 'thread/read', params: { threadId: id, includeTurns: true } }]),
  { method: 'getConversationSummary', params: { conversationId: id } },
  { method: 'getConversationSummary', params: { rolloutPath: `{{CODEX_HOME}}/${path}` } }
]

const PAGES_MAX = 10

/** Asks everything about a home, and walks through lists along the cursors of the answers. */
export const askAll = async (
  threads: ReadonlyArray<MadeThread>,
  profile: ProfileName,
  ask: (question: Question) => Promise<Message>
): Promise<void> => {
  for (const archived of [false, true])
    await ask({ method: 'thread/list', params: { limit: 100, modelProviders: [], archived } })
  const ids = threads.map(({ id }) => id)
  for (const params of listsOf(ids, profile)) {
    let cursor: unknown = undefined
    for (let page = 0; page < PAGES_MAX && cursor !== null; page++) {
      const more = cursor === undefined ? {} : { cursor }
      const { result } = await ask({ method: 'thread/list', params: { ...params, ...more } })
      cursor = (result as { readonly nextCursor?: unknown } | undefined)?.nextCursor ?? null
    }
  }
  for (const question of searchesOf(profile)) await ask(question)
  for (const question of threads.flatMap((one) => readsOf(one, profile))) await ask(question)
}

/** Members that 0.169 keeps in its database, which is as new as the home: names, recency, and what was read. */
const HELD_BY_DATABASE = new Set(['recencyAt', 'name', 'readState'])

/** An answer without the home and without what only a database tells. */
export const comparableList = (answer: unknown, home: string, profile: ProfileName): unknown =>
  JSON.parse(JSON.stringify(answer).replaceAll(home, '{{CODEX_HOME}}'), (key, value: unknown) =>
    profile === '0.169' && HELD_BY_DATABASE.has(key) ? undefined : value
  )
