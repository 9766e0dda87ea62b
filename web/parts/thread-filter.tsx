/**
 * Says that a page is about one thread alone, and ends that.
 */
import type { Query } from '../routes.ts'
import { setQuery } from '../state/location.ts'
import { ThreadLink } from './thread-link.tsx'

/** The id of the thread in the address, as questions take it. */
export const threadOf = (query: Query): { readonly threadId?: string } =>
  query['thread'] === undefined ? {} : { threadId: query['thread'] }

export const ThreadFilter = ({ query }: { readonly query: Query }) =>
  query['thread'] === undefined ? null : (
    <span class="thread-filter">
      of <ThreadLink threadId={query['thread']} />{' '}
      <button type="button" class="small" onClick={() => setQuery({ thread: null })}>
        all threads
      </button>
    </span>
  )
