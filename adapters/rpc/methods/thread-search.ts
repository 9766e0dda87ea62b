/**
 * `thread/search` and `thread/searchOccurrences`: messages of a home, and of one thread.
 *
 * 0.142 has the first; 0.169 has both, the second for paginated threads only. Strict mode does as they do.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { Page } from '../../../domain/protocol.ts'
import { isBlank } from '../../../domain/white-space.ts'
import { SOURCE_KINDS } from '../../../projections/thread-row.ts'
import type { FoundThread, OccurrencePage } from '../../../replay/engine.ts'
import * as results from '../threads/results.ts'
import { ask } from '../threads/server.ts'
import { shown } from '../threads/threads.ts'
import { invalidRequest, unsupported } from '../wire/errors.ts'
import { defaulted, flag, list, oneOf, option, required, text, u32 } from '../wire/serde.ts'
import { answer, ofThread, served, type Era } from './method.ts'
import { isServed } from './pages.ts'

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

export const threadSearch = served(
  'ThreadSearchParams',
  ({ profile }: Era): typeof common => (profile === '0.169' ? fields169 : common),
  results.page(t.type({ thread: results.Thread, snippet: t.string }, 'ThreadSearchResult')),
  async (params, call) => {
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
)

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

export const threadSearchOccurrences = ofThread(
  'ThreadSearchOccurrencesParams',
  {
    searchTerm: required(text),
    cursor: option(text),
    limit: option(u32)
  },
  t.type({ data: t.array(SearchMatch), nextCursor: results.nullable(t.string) }),
  async (thread, params, call) => {
    if (isBlank(params.searchTerm))
      return E.left(invalidRequest('thread/searchOccurrences requires a non-empty searchTerm'))
    if (!(await isServed(call, thread))) return E.left(unsupported('thread/searchOccurrences'))
    const found = await ask(call, (engine) => engine.searchOccurrences(thread.streamId, params))
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
