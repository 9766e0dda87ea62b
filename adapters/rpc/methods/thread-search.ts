/**
 * `thread/search` and `thread/searchOccurrences`: messages of a home, and of one thread.
 *
 * 0.142 has the first; 0.169 has both, the second for paginated threads only. Strict mode does as they do.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { Page } from '../../../domain/protocol.ts'
import { SEARCH_PARTS } from '../../../domain/thread/search/parts.ts'
import { isBlank } from '../../../domain/white-space.ts'
import { SOURCE_KINDS } from '../../../projections/thread-row.ts'
import type { FoundThread, OccurrencePage } from '../../../replay/engine.ts'
import * as results from '../threads/results.ts'
import { ask } from '../threads/server.ts'
import { shown } from '../threads/threads.ts'
import { invalidRequest, unsupported } from '../wire/errors.ts'
import {
  alongside,
  defaulted,
  flag,
  given,
  list,
  oneOf,
  option,
  required,
  struct,
  text,
  u32,
  type Codec,
  type ParamsOf
} from '../wire/serde.ts'
import { answer, ofThread, type Era, type Served } from './method.ts'
import { isServed } from './pages.ts'
import { absolute, narrowing } from './thread-list.ts'

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

/** Members of our own, which a strict server does not know: where to look, in what was said when. */
const manner = { parts: option(list(oneOf(...SEARCH_PARTS))) }
const ours = {
  ...{ ...manner, ...narrowing },
  cwd: option(list(text)),
  modelProviders: option(list(text))
}

type SearchParams = ParamsOf<typeof common> & Partial<ParamsOf<typeof ours>>

export const threadSearch: Served<SearchParams> = {
  params: ({ profile, strict }: Era): Codec<SearchParams> => {
    const theirs = struct('ThreadSearchParams', profile === '0.169' ? fields169 : common)
    return strict ? theirs : alongside(theirs, ours)
  },
  result: results.page(t.type({ thread: results.Thread, snippet: t.string }, 'ThreadSearchResult')),
  handler: async (params, call) => {
    const { cursor, limit, sortKey, sortDirection, sourceKinds, archived, searchTerm } = params
    const cwd = params.cwd?.map(absolute)
    const request = {
      ...{ cursor, limit, sortKey, sortDirection, sourceKinds, archived, searchTerm },
      ...given(params, 'parts', 'models', 'sinceMs', 'untilMs', 'modelProviders'),
      ...(cwd === undefined ? {} : { cwd })
    }
    const found = await ask(call, (engine) => engine.searchThreads(request))
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

const SearchMatch = t.type(
  {
    turnId: t.string,
    itemId: t.string,
    snippet: t.string,
    snippetMatchRange: t.type({ start: t.number, end: t.number }, 'ThreadSearchTextRange'),
    turnCursor: t.string
  },
  'ThreadSearchOccurrence'
)

const occurrences = { searchTerm: required(text), cursor: option(text), limit: option(u32) }
const occurrencesOurs = {
  ...{ ...occurrences, ...manner },
  sinceMs: narrowing.sinceMs,
  untilMs: narrowing.untilMs
}

export const threadSearchOccurrences = ofThread(
  'ThreadSearchOccurrencesParams',
  ({ strict }: Era): typeof occurrences => (strict ? occurrences : occurrencesOurs),
  t.type({ data: t.array(SearchMatch), nextCursor: results.nullable(t.string) }),
  async (thread, params, call) => {
    if (isBlank(params.searchTerm))
      return E.left(invalidRequest('thread/searchOccurrences requires a non-empty searchTerm'))
    if (!(await isServed(call, thread))) return E.left(unsupported('thread/searchOccurrences'))
    const { searchTerm, cursor, limit } = params
    const narrowed = given(
      params as Partial<ParamsOf<typeof occurrencesOurs>>,
      'parts',
      'sinceMs',
      'untilMs'
    )
    const request = { searchTerm, cursor, limit, ...narrowed }
    const found = await ask(call, (engine) => engine.searchOccurrences(thread.streamId, request))
    return E.map(({ data, nextCursor }: OccurrencePage) => {
      const matches = data.map(
        ({ turnId, itemId, snippet, range, turnCursor }): t.TypeOf<typeof SearchMatch> => ({
          ...{ turnId, itemId, snippet, snippetMatchRange: range, turnCursor }
        })
      )
      return answer({ data: matches, nextCursor })
    })(found)
  }
)
