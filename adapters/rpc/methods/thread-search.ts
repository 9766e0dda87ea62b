/**
 * `thread/search` and `thread/searchOccurrences`: what was said in a home, and in one thread.
 *
 * 0.142 has the first; 0.169 has both, the second for paginated threads only. Strict mode does as they do.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { SOURCE_KINDS } from '../../../projections/threads.ts'
import type { Page, Thread } from '../../../domain/protocol.ts'
import type { ProfileName } from '../../../domain/profile.ts'
import type { FoundThread, Occurrence, OccurrencePage } from '../../../replay/engine.ts'
import { noKey } from '../connection/keys.ts'
import { answer, ask, EVERY_PROFILE, threadIdOf, type Call, type Method } from '../method.ts'
import { shown } from '../threads/threads.ts'
import { invalidRequest, unsupported } from '../wire/errors.ts'
import * as results from '../threads/results.ts'
import {
  defaulted,
  flag,
  list,
  oneOf,
  option,
  required,
  struct,
  text,
  u32,
  type ValueOf
} from '../wire/serde.ts'
import { isBlank } from '../../../domain/white-space.ts'

const common = {
  cursor: option(text),
  limit: option(u32),
  sortKey: option(oneOf('created_at', 'updated_at', 'recency_at')),
  sortDirection: option(oneOf('asc', 'desc')),
  sourceKinds: option(list(oneOf(...SOURCE_KINDS))),
  archived: option(flag),
  searchTerm: required(text)
}
// There are no accounts here, and no thread hangs on another: both are taken and change nothing.
const fields169 = {
  includeAttachedThreads: defaulted(flag, false),
  currentAccountOnly: defaulted(flag, false),
  ...common
}
const fieldsOf = (profile: ProfileName) => (profile === '0.169' ? fields169 : common)
type Params = ValueOf<typeof common>

interface Found {
  readonly thread: Thread
  readonly snippet: string
}
const Found = t.type({ thread: results.Thread, snippet: t.string }, 'ThreadSearchResult')

/** The row of `thread/search`. */
export const threadSearch: Method<Params, Page<Found>> = {
  name: 'thread/search',
  profiles: EVERY_PROFILE,
  ours: ['0.130'],
  experimental: ['0.142', '0.169'],
  params: (profile) => struct('ThreadSearchParams', fieldsOf(profile)),
  result: results.page<Found>(Found),
  key: noKey,
  handler: (params, call) => async () => {
    const found = await ask(call, (engine) => engine.searchThreads(params))
    return E.map(({ data, ...cursors }: Page<FoundThread>) =>
      answer({
        data: data.map(({ thread, snippet }) => ({
          thread: shown(thread, call.server, true),
          snippet
        })),
        ...cursors
      })
    )(found)
  }
}

const occurrenceFields = {
  threadId: required(text),
  searchTerm: required(text),
  cursor: option(text),
  limit: option(u32)
}

const TextRange = t.type({ start: t.number, end: t.number }, 'ThreadSearchTextRange')
const Match = t.type(
  {
    turnId: t.string,
    itemId: t.string,
    snippet: t.string,
    snippetMatchRange: TextRange,
    turnCursor: t.string
  },
  'ThreadSearchOccurrence'
)
const Matches = t.type({
  data: t.array(Match),
  nextCursor: t.union([t.string, t.null])
})
type Matches = t.TypeOf<typeof Matches>

const matchOf = ({ range, ...occurrence }: Occurrence): t.TypeOf<typeof Match> => {
  const { turnId, itemId, snippet, turnCursor } = occurrence
  return { turnId, itemId, snippet, snippetMatchRange: range, turnCursor }
}

/** Strict mode: the real 0.169 serves paginated threads only, and says the same of threads it does not know. */
const isServed = async (call: Call, threadId: string): Promise<boolean> => {
  if (!call.server.strict) return true
  const read = await ask(call, (engine) => engine.readThread(threadId, false))
  return E.isRight(read) && read.right.historyMode === 'paginated'
}

const EMPTY = invalidRequest('thread/searchOccurrences requires a non-empty searchTerm')

/** The row of `thread/searchOccurrences`. */
export const threadSearchOccurrences: Method<ValueOf<typeof occurrenceFields>, Matches> = {
  name: 'thread/searchOccurrences',
  profiles: EVERY_PROFILE,
  ours: ['0.130', '0.142'],
  experimental: ['0.169'],
  params: () => struct('ThreadSearchOccurrencesParams', occurrenceFields),
  result: Matches,
  key: noKey,
  handler: (params, call) => async () => {
    const id = threadIdOf(params.threadId)
    if (E.isLeft(id)) return id
    if (isBlank(params.searchTerm)) return E.left(EMPTY)
    if (!(await isServed(call, id.right))) return E.left(unsupported('thread/searchOccurrences'))
    const found = await ask(call, (engine) => engine.searchOccurrences(id.right, params))
    return E.map(({ data, nextCursor }: OccurrencePage) =>
      answer({ data: data.map(matchOf), nextCursor })
    )(found)
  }
}
