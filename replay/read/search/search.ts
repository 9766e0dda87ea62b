/**
 * Searching the messages of a home (`thread/search`): the threads in which a term was said, and where.
 *
 * Postings tell which chunks may hold the term, and of threads that are not indexed yet the log itself. In the order of the list
 * their messages are read until a page is full, so that the answer is exact and its cost follows the page. Messages of turns that
 * were rolled back are not found.
 */
import * as E from 'fp-ts/lib/Either.js'
import { streamId } from '../../../domain/ids.ts'
import { finder, folded, spaced } from '../../../domain/thread/search/folded.ts'
import type { SearchPart } from '../../../domain/thread/search/parts.ts'
import { saidByItem } from '../../../domain/thread/search/said.ts'
import { snippetOf, type Snippet } from '../../../domain/thread/search/snippet.ts'
import type { Page } from '../../../domain/protocol.ts'
import type { TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import { TURNS } from '../../../projections/catalogue.ts'
import { catchUp } from '../../catch-up/project.ts'
import { thrown } from '../../guarded.ts'
import type { HomeCatchUp } from '../../catch-up/backfill.ts'
import { codexListPage } from '../lists/codex-list.ts'
import type { ListParts } from '../lists/fresh-list.ts'
import { listEntries, pageOf, type PlacedEntry, type Listed } from '../lists/list.ts'
import type { ListRequest, ThreadFilters } from '../lists/list-filter.ts'
import { hasFilters, threadFilter, turnFilter, type TurnTimes } from './asked-threads.ts'
import { liveTurns, pageLimit, type LiveTurnRows } from '../pages/turn-page.ts'
import type { ItemWalk } from '../pages/item-page.ts'
import { itemsOf } from '../pages/turn-items.ts'
import type { StreamInfo } from '../../ports.ts'
import { threadRow } from '../threads/thread-row.ts'
import type { FullText, TextView } from './full-text.ts'
import { isOwnFailure } from './index-text.ts'
import { messagesWith, type SaidMessage, type Term } from './messages.ts'
import {
  matchesInThread,
  thoroughOf,
  untilTooSlow,
  type SearchEnv,
  type SearchManner,
  type Thorough
} from './thorough.ts'
import { turnsAt } from './turn-at.ts'
import { trimmed } from '../../../domain/white-space.ts'
import { invalidRequest, type Result } from '../../result.ts'

/** What a search is asked with; names and defaults are Codex's. */
export interface SearchRequest
  extends
    Pick<ListRequest, 'cursor' | 'limit' | 'sortKey' | 'sortDirection'>,
    ThreadFilters,
    TurnTimes,
    SearchManner {
  /** What to find, not empty; trimmed unless it is a regular expression. */
  readonly searchTerm: string
}

export interface Hit extends Snippet {
  /** Null in strict mode, which searches lines and not turns. */
  readonly turnId: string | null
  /** Where a search names parts. */
  readonly part?: SearchPart
}

export interface FoundPage {
  readonly page: Page<Listed & { readonly hit: Hit }>
  /** Every file of the home, when the page needed them. */
  readonly infos: ReadonlyArray<StreamInfo> | null
}

export const termOf = (text: string, strict: boolean): Term => {
  const folding = strict ? 'simple' : 'full'
  const shown = strict ? text : spaced(text)
  return { text: folded(shown, folding), key: folded(spaced(text)), folding }
}

/** The first occurrence of a term in a text, with its surroundings. */
const matchIn = (text: string, { text: term, folding }: Term): Snippet | null => {
  const shown = spaced(text)
  const match = finder(shown, term, folding)(0)
  return match === null ? null : snippetOf(shown, match, true)
}

/**
 * What a live turn shows of a message. One that names its turn may have been replaced by a later one with its id, so the
 * items are asked; any other is there when its turn is.
 */
const shownIn = async (
  env: ListParts,
  info: StreamInfo,
  row: TurnRow,
  said: SaidMessage,
  term: Term
): Promise<Snippet | null> => {
  if (said.turnId === null) return matchIn(said.text, term)
  const [items = []] = await itemsOf({ ...env, rich: false }, info, [row])
  for (const item of items) {
    const found = matchIn(saidByItem(item) ?? '', term)
    if (found !== null) return found
  }
  return null
}

type FindHit = (
  parts: SearchParts,
  info: StreamInfo,
  isAsked: (row: TurnRow) => boolean
) => Promise<Hit | null>

/** The turns of a thread in which something was found; nobody may have asked for them yet. */
const turnsOf = async (env: ListParts, info: StreamInfo): Promise<LiveTurnRows> => {
  const caughtUp = await catchUp(env, info, [TURNS])
  if (E.isLeft(caughtUp)) throw thrown(caughtUp.left)
  return liveTurns(env, info, true)
}

const firstHit =
  (view: TextView, term: Term): FindHit =>
  async ({ env, text }, info, isAsked) => {
    let live: LiveTurnRows | null = null
    const looked = new Set<number>()
    for await (const said of messagesWith(env, text, info, view, term)) {
      live ??= await turnsOf(env, info)
      for (const place of turnsAt(live, said)) {
        const [row] = live.rows(place, place + 1)
        if (row === undefined || !isAsked(row) || (said.turnId !== null && looked.has(place)))
          continue
        looked.add(place)
        const found = await shownIn(env, info, row, said, term)
        if (found !== null) return { ...found, turnId: row.id }
      }
    }
    return null
  }

/** The first hit in the items of a thread. */
const firstMatch =
  (thorough: Thorough): FindHit =>
  async ({ env, text }, info, isAsked) => {
    const live = await turnsOf(env, info)
    const bounds = { from: 0, until: live.count }
    const walk: ItemWalk = { env, info, live, bounds, step: 1 }
    const wanted = { isAsked, from: 0, most: 1, trims: true }
    for await (const { row, where, match } of matchesInThread(walk, text, thorough, wanted))
      return { ...match, turnId: row.id, ...where }
    return null
  }

/** The first hit as Codex finds it: in lines, whatever became of their turns; white space of the term counts. */
const strictHit =
  (view: TextView, term: Term): FindHit =>
  async ({ env, text }, info) => {
    for await (const said of messagesWith(env, text, info, view, term)) {
      const found = matchIn(said.text, term)
      if (found !== null) return { ...found, turnId: null }
    }
    return null
  }

/** What a file that cannot be read says nobody finds; it costs the other threads nothing. */
const hitOrNone =
  (find: FindHit): FindHit =>
  async (parts, info, isAsked) => {
    try {
      return await find(parts, info, isAsked)
    } catch (cause) {
      if (isOwnFailure(cause, info)) return null
      throw cause
    }
  }

export interface SearchParts {
  readonly env: SearchEnv
  readonly home: HomeCatchUp
  readonly text: FullText
  readonly nameOf: (threadId: string) => string | null
}

/** Codex searches the threads of every provider. A thread that goes on behind `untilMs` has turns before it. */
const listed = ({
  searchTerm: _term,
  untilMs: _until,
  matchCase: _case,
  regex: _regex,
  parts: _parts,
  ...request
}: SearchRequest): ListRequest => ({
  ...request,
  modelProviders: request.modelProviders ?? []
})

/** What is looked for in a home. */
interface HomeSearch {
  readonly request: SearchRequest
  /** What the full text is asked for; null where every thread is looked at. */
  readonly term: Term | null
  readonly findIn: (view: TextView) => FindHit
}

const viewOf = (text: FullText, infos: ReadonlyArray<StreamInfo>, term: Term | null): TextView =>
  term === null
    ? { candidates: new Map(), unread: new Set(infos.map(({ streamId }) => streamId)) }
    : text.look(infos, term.key)

/** False for a thread that is indexed and has no chunk that may contain the term. */
const isPossible = ({ candidates, unread }: TextView, id: string): boolean =>
  candidates.has(id) || unread.has(id)

type FoundThreads = ReadonlyArray<Listed & { readonly hit: Hit }>

/** Tells how far a search has come that looks at every thread. */
const telling = (
  entries: Iterable<PlacedEntry>,
  { progress = () => undefined }: Pick<SearchEnv, 'progress'>
) => {
  const all = [...entries]
  let [done, bytes] = [0, 0]
  return {
    all,
    tell: ({ sizeBytes }: StreamInfo): void => progress(done++, all.length, (bytes += sizeBytes))
  }
}

/** The first hits in the order of a list, at most `limit + 1`. */
const hitsInOrder = async (
  parts: SearchParts,
  entries: Iterable<PlacedEntry>,
  infos: ReadonlyArray<StreamInfo>,
  view: TextView,
  { request, term, findIn }: HomeSearch
): Promise<FoundThreads> => {
  const { env, nameOf } = parts
  const limit = pageLimit(request.limit)
  const isAsked = threadFilter(env, listed(request), nameOf)
  const find = hitOrNone(findIn(view))
  const known = new Map(infos.map((info) => [info.streamId as string, info]))
  const { all, tell } = term === null ? telling(entries, env) : { all: entries, tell: null }
  const found: Array<Listed & { readonly hit: Hit }> = []
  for (const { streamId, ms } of all) {
    const info = isPossible(view, streamId) ? known.get(streamId) : undefined
    if (info === undefined) continue
    tell?.(info)
    const row = threadRow(env, streamId)
    if (row === null || !isAsked(streamId, row)) continue
    const hit = await find(parts, info, turnFilter(request, row))
    if (hit === null) continue
    found.push({ streamId, ms, row, hit })
    if (found.length > limit) break
  }
  return found
}

const pageInOrder = async (
  parts: SearchParts,
  infos: ReadonlyArray<StreamInfo>,
  asked: HomeSearch
): Promise<Result<FoundPage>> => {
  const { env, text } = parts
  const { request, term } = asked
  const view = viewOf(text, infos, term)
  const among = { ids: new Set([...view.candidates.keys(), ...view.unread]), of: infos.length }
  const entries = listEntries(env, listed(request), env.defaultProvider, among)
  if (E.isLeft(entries)) return entries
  const found = await hitsInOrder(parts, entries.right, infos, view, asked)
  return E.right({ page: pageOf(found, pageLimit(request.limit)), infos: null })
}

/** For a term that most threads contain, a page is full after looking at this many times its size. */
const NEAR = 3
/** A term is common when this many pages of threads may contain it. */
const COMMON_PAGES = 8

/**
 * A page of a term that is common, from the first threads of the list alone: only their files are looked at. Null when the
 * page is not full by then, or when the order follows from every file.
 */
const pageNearby = async (
  parts: SearchParts,
  asked: HomeSearch
): Promise<Result<FoundPage> | null> => {
  const { env, home, text } = parts
  const { request, term } = asked
  const limit = pageLimit(request.limit)
  if ((request.sortKey ?? 'created_at') !== 'created_at' || hasFilters(request)) return null
  if (term === null || text.look([], term.key).candidates.size < COMMON_PAGES * limit) return null
  const caughtUp = await home.membership()
  if (E.isLeft(caughtUp)) return caughtUp
  const entries = listEntries(env, listed(request), env.defaultProvider)
  if (E.isLeft(entries)) return entries
  const near: Array<PlacedEntry> = []
  for (const entry of entries.right) {
    near.push(entry)
    if (near.length > NEAR * limit) break
  }
  const shown = await home.shown(near.map((entry) => entry.streamId))
  if (E.isLeft(shown)) return shown
  const there = env.store.find(near.map((entry) => streamId(entry.streamId)))
  if (E.isLeft(there)) return there
  const infos = [...there.right.values()]
  const indexed = await text.catchUp(infos, false)
  if (E.isLeft(indexed)) return indexed
  const view = viewOf(text, infos, term)
  const found = await hitsInOrder(parts, near, infos, view, asked)
  return found.length > limit ? E.right({ page: pageOf(found, limit), infos: null }) : null
}

const pageAsCodex = async (
  parts: SearchParts,
  infos: ReadonlyArray<StreamInfo>,
  request: SearchRequest,
  term: Term
): Promise<Result<FoundPage>> => {
  const { env, text, nameOf } = parts
  const hits = new Map<string, Hit>()
  const view = text.look(infos, term.key)
  const find = hitOrNone(strictHit(view, term))
  for (const info of infos) {
    if (!isPossible(view, info.streamId)) continue
    const hit = await find(parts, info, () => true)
    if (hit !== null) hits.set(info.streamId, hit)
  }
  const list = { ...listed(request), untilMs: request.untilMs }
  const page = codexListPage(env, infos, list, env.defaultProvider, nameOf, (id) => hits.has(id))
  if (E.isLeft(page)) return page
  const data = page.right.data.flatMap((thread) => {
    const hit = hits.get(thread.streamId)
    return hit === undefined ? [] : [{ ...thread, hit }]
  })
  return E.right({ page: { ...page.right, data }, infos })
}

const pageOfHome = async (
  parts: SearchParts,
  asked: HomeSearch,
  pageOfAll: (infos: ReadonlyArray<StreamInfo>) => Promise<Result<FoundPage>>
): Promise<Result<FoundPage>> => {
  const { env, home, text } = parts
  const nearby = env.strict ? null : await pageNearby(parts, asked)
  if (nearby !== null) return nearby
  const caughtUp = await home.everything()
  if (E.isLeft(caughtUp)) return caughtUp
  const infos = caughtUp.right
  const indexed = asked.term === null ? E.right(undefined) : await text.catchUp(infos, true)
  if (E.isLeft(indexed)) return indexed
  const page = await pageOfAll(infos)
  text.goOn()
  return page
}

export const searchPage = async (
  parts: SearchParts,
  request: SearchRequest
): Promise<Result<FoundPage>> => {
  const { env } = parts
  const searchTerm = trimmed(request.searchTerm)
  if (searchTerm === '') return invalidRequest('thread/search requires a non-empty searchTerm')
  const manner = thoroughOf(env, request.searchTerm, request)
  if (E.isLeft(manner)) return manner
  const thorough = manner.right
  const term = thorough === null ? termOf(searchTerm, env.strict) : thorough.term
  const findIn = (view: TextView): FindHit =>
    thorough === null ? firstHit(view, termOf(searchTerm, env.strict)) : firstMatch(thorough)
  const asked: HomeSearch = { request, term, findIn }
  return untilTooSlow(() =>
    pageOfHome(parts, asked, (infos) =>
      env.strict
        ? pageAsCodex(parts, infos, request, termOf(searchTerm, true))
        : pageInOrder(parts, infos, asked)
    )
  )
}
