/**
 * Threads as people name them: an id, a unique id prefix, a name, a part of a name or preview that no other thread has, or `@1`
 * for the newest, `@2` for the one before it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isUuid, streamId, type StreamId } from '../../../domain/ids.ts'
import type { Engine, ThreadTitle } from '../../../replay/engine.ts'
import type { ListRequest } from '../../../replay/read/lists/list-filter.ts'
import {
  ownFailure,
  usage,
  type CommandFailure,
  type MeantThreads,
  type Tried
} from '../text/report.ts'
import { oneLine, plural } from '../text/text.ts'

/** The threads that `threads` lists without options, in its order. */
const NEWEST: ListRequest = {
  sortKey: 'last_event_at',
  sortDirection: 'desc',
  modelProviders: [],
  sourceKinds: [],
  archived: false
}

/** A thread by its place in the list. */
export const LAST_LIKE = /^@[1-9]\d?$/

/** The thread at a place of the list, the newest at 1. */
const newest = async (engine: Engine, text: string): Promise<Tried<StreamId>> => {
  const place = Number(text.slice(1))
  const page = await engine.listThreads({ ...NEWEST, limit: place })()
  if (E.isLeft(page)) return page
  const { data } = page.right
  const thread = data[place - 1]
  if (thread !== undefined) return E.right(streamId(thread.id))
  const message = `no thread ${text}: the list has ${plural(data.length, 'thread')}`
  return E.left(ownFailure('no_match', message, 'list them with "unroll threads"'))
}

const CANDIDATES_MAX = 10

const meant = (titles: ReadonlyArray<ThreadTitle>, count = titles.length): MeantThreads => ({
  threads: titles.slice(0, CANDIDATES_MAX),
  more: Math.max(0, count - CANDIDATES_MAX)
})

/** More than one thread is meant. */
const ambiguous = (text: string, titles: ReadonlyArray<ThreadTitle>): CommandFailure => ({
  kind: 'ambiguous_thread',
  message: `"${oneLine(text)}" names ${titles.length} threads`,
  meant: meant(titles),
  hint: 'type more of the id or of the name',
  retryable: false,
  exit: 2
})

/** Nothing is called so; what is nearly called so is said. */
const unknown = (
  text: string,
  titles: ReadonlyArray<ThreadTitle>,
  near: ReadonlyArray<ThreadTitle>
): CommandFailure => ({
  kind: 'thread_not_found',
  message: `no thread "${oneLine(text)}" in this home`,
  ...(near.length === 0 ? {} : { meant: meant(near) }),
  hint:
    titles.length === 0
      ? 'the home has no threads'
      : 'list the threads with "unroll threads --all", archived ones with --archived',
  retryable: false,
  exit: 3
})

/** A thread by a part of what it is called. */
const calledLike = async (engine: Engine, text: string): Promise<Tried<StreamId>> => {
  const titles = await engine.titlesNow()()
  if (E.isLeft(titles)) return titles
  const { nearTitles, titlesLike } = await import('./thread-match.ts')
  const like = titlesLike(text, titles.right)
  const [only, ...others] = like
  if (only === undefined) return E.left(unknown(text, titles.right, nearTitles(text, titles.right)))
  return others.length === 0 ? E.right(streamId(only.threadId)) : E.left(ambiguous(text, like))
}

/** The thread that a text names. */
export const threadNamed = async (engine: Engine, text: string): Promise<Tried<StreamId>> => {
  if (text.trim() === '')
    return E.left(usage('a thread is named by an empty text', 'see "unroll help threads"'))
  if (LAST_LIKE.test(text)) return newest(engine, text)
  const found = await engine.resolve(text)()
  if (E.isRight(found)) return found
  const { left } = found
  if (left._tag === 'AmbiguousThread') {
    const titles = await engine.titlesNow()()
    if (E.isLeft(titles)) return titles
    const named = new Set(left.candidates)
    const candidates = titles.right.filter(({ threadId }) => named.has(threadId))
    return candidates.length === 0 ? found : E.left(ambiguous(text, candidates))
  }
  return left._tag === 'StreamNotFound' && !isUuid(text.toLowerCase())
    ? calledLike(engine, text)
    : found
}
