/**
 * Every place in one thread where a term was said (`thread/searchOccurrences` of Codex 0.169), in the order of the messages.
 *
 * Only this thread is brought up to its file in the full text, so a first search in one thread does not wait for the home.
 */
import * as E from 'fp-ts/lib/Either.js'
import { parsedObject } from '../../../domain/json.ts'
import type { ThreadItem } from '../../../domain/protocol.ts'
import type { TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import { finder, spaced } from '../../../domain/thread/search/folded.ts'
import type { SearchPart } from '../../../domain/thread/search/parts.ts'
import { saidByItem } from '../../../domain/thread/search/said.ts'
import { snippetOf, type Snippet } from '../../../domain/thread/search/snippet.ts'
import { itemsOfTurns, togetherWith, type FoundItem, type ItemWalk } from '../pages/item-page.ts'
import { earlyAmong } from '../pages/early-turns.ts'
import { printCursor, turnsBefore } from '../pages/turn-page.ts'
import type { StreamInfo } from '../../ports.ts'
import type { FullText } from './full-text.ts'
import { messagesWith, type Term } from './messages.ts'
import { termOf } from './search.ts'
import { turnFilter, type TurnTimes } from './asked-threads.ts'
import {
  matchesInThread,
  thoroughOf,
  untilTooSlow,
  type SearchEnv,
  type SearchManner,
  type Thorough
} from './thorough.ts'
import { threadRow } from '../threads/thread-row.ts'
import { turnsAt } from './turn-at.ts'
import { isBlank } from '../../../domain/white-space.ts'
import { invalidRequest, type Result } from '../../result.ts'

export interface OccurrencesRequest extends TurnTimes, SearchManner {
  readonly searchTerm: string
  readonly cursor?: string | null | undefined
  /** 50 when absent, at most 1,000. */
  readonly limit?: number | null | undefined
}

/** One place in a thread where the term was found. */
export interface Occurrence extends Snippet {
  readonly turnId: string
  readonly itemId: string
  /** Where a search names parts. */
  readonly part?: SearchPart
  /** Cursor to a page of turns that begins with this one. */
  readonly turnCursor: string
}

export interface OccurrencePage {
  readonly data: ReadonlyArray<Occurrence>
  readonly nextCursor: string | null
}

const PAGE_DEFAULT = 50
const PAGE_MAX = 1000

/**
 * Where a page goes on: at an occurrence of an item. Items are identified by the number of their line; where lines have none, by
 * place of turn and item.
 */
interface OccurrenceCursor {
  readonly nextRolloutOrdinal?: number
  readonly nextTurnIndex?: number
  readonly nextItemIndex?: number
  readonly nextOccurrenceIndex: number
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0

const parseCursor = (
  text: string,
  threadId: string,
  searchTerm: string
): OccurrenceCursor | null => {
  const value = parsedObject(text)
  if (value === null) return null
  if (value['threadId'] !== threadId || value['searchTerm'] !== searchTerm) return null
  const { nextRolloutOrdinal, nextTurnIndex, nextItemIndex, nextOccurrenceIndex } = value
  if (!isCount(nextOccurrenceIndex)) return null
  if (isCount(nextRolloutOrdinal)) return { nextRolloutOrdinal, nextOccurrenceIndex }
  return isCount(nextTurnIndex) && isCount(nextItemIndex)
    ? { nextTurnIndex, nextItemIndex, nextOccurrenceIndex }
    : null
}

/** -1 before the item a cursor names, 0 at it, 1 behind it. */
const orderTo = (item: FoundItem, cursor: OccurrenceCursor): number => {
  const { nextRolloutOrdinal: ordinal, nextTurnIndex = 0, nextItemIndex = 0 } = cursor
  const difference =
    ordinal === undefined
      ? item.turn - nextTurnIndex || item.item - nextItemIndex
      : (item.ordinal ?? 0) - ordinal
  return Math.sign(difference)
}

const cursorTo = (item: FoundItem, isOrdered: boolean, index: number): OccurrenceCursor =>
  isOrdered && item.ordinal !== undefined
    ? { nextRolloutOrdinal: item.ordinal, nextOccurrenceIndex: index }
    : { nextTurnIndex: item.turn, nextItemIndex: item.item, nextOccurrenceIndex: index }

/** True for a match before the one a cursor names. */
const isBefore = (item: FoundItem, index: number, cursor: OccurrenceCursor | null): boolean => {
  if (cursor === null) return false
  const order = orderTo(item, cursor)
  return order < 0 || (order === 0 && index < cursor.nextOccurrenceIndex)
}

/** Every match of a term in a text, without overlaps. */
const matchesIn = (text: string, { text: term, folding }: Term): ReadonlyArray<Snippet> => {
  const shown = spaced(text)
  const find = finder(shown, term, folding)
  const found: Array<Snippet> = []
  for (let match = find(0); match !== null; match = find(match.end))
    found.push(snippetOf(shown, match, false))
  return found
}

/**
 * Places of the live turns in which the term was said, ascending; in strict mode all turns, because the text that is indexed there
 * is that of Codex's `thread/search`, which leaves out what a thread took over from another one.
 */
const turnsWith = async (
  walk: ItemWalk,
  text: FullText,
  term: Term
): Promise<ReadonlyArray<number>> => {
  const { env, info, live } = walk
  if (env.strict) return Array.from({ length: live.count }, (_, place) => place)
  const places = new Set<number>()
  for await (const said of messagesWith(env, text, info, text.look([info], term.key), term))
    for (const place of turnsAt(live, said)) places.add(place)
  return [...places].sort((a, b) => a - b)
}

/** Turns before this one cannot contain where a cursor continues. */
const firstTurn = ({ live }: ItemWalk, cursor: OccurrenceCursor | null): number => {
  if (cursor === null) return 0
  if (cursor.nextRolloutOrdinal === undefined) return cursor.nextTurnIndex ?? 0
  return Math.max(0, turnsBefore(live, cursor.nextRolloutOrdinal, true) - 64)
}

/** Codex leaves out what an agent says while it works. */
const isComment = (item: ThreadItem): boolean =>
  item.type === 'agentMessage' && item.phase === 'commentary'

interface PlacedMatch {
  readonly item: FoundItem
  readonly where: { readonly part?: SearchPart }
  readonly index: number
  readonly match: Snippet
}

/** What a page begins with, and how much of it is wanted. */
interface PageFrom {
  readonly cursor: OccurrenceCursor | null
  readonly limit: number
  readonly isAsked: (row: TurnRow) => boolean
}

const collect = async (
  walk: ItemWalk,
  text: FullText,
  term: Term,
  { cursor, limit, isAsked }: PageFrom
): Promise<ReadonlyArray<PlacedMatch>> => {
  const rowAt = (turn: number) => walk.live.rows(turn, turn + 1)[0]
  const found: Array<PlacedMatch> = []
  let done = firstTurn(walk, cursor)
  for (const turn of await turnsWith(walk, text, term)) {
    const begun = rowAt(turn)
    if (turn < done || begun === undefined || !isAsked(begun)) continue
    const together = togetherWith(walk, turn)
    done = together.until
    for (const item of await itemsOfTurns(walk, together)) {
      const row = rowAt(item.turn)
      if (row === undefined || !isAsked(row)) continue
      if (walk.env.strict && isComment(item.value)) continue
      matchesIn(saidByItem(item.value) ?? '', term).forEach((match, index) => {
        if (!isBefore(item, index, cursor)) found.push({ item, where: {}, index, match })
      })
      if (found.length > limit) return found
    }
  }
  return found
}

/** The same of a search that looks at items. */
const collectThoroughly = async (
  walk: ItemWalk,
  text: FullText,
  thorough: Thorough,
  { cursor, limit, isAsked }: PageFrom
): Promise<ReadonlyArray<PlacedMatch>> => {
  const most = (cursor?.nextOccurrenceIndex ?? 0) + limit + 1
  const wanted = { isAsked, from: firstTurn(walk, cursor), most, trims: false }
  const found: Array<PlacedMatch> = []
  for await (const { item, where, index, match } of matchesInThread(walk, text, thorough, wanted)) {
    if (isBefore(item, index, cursor)) continue
    found.push({ item, where, index, match })
    if (found.length > limit) break
  }
  return found
}

/** What a cursor must have been made for; of a plain search the words are those of Codex. */
const askedBy = ({ searchTerm, matchCase, regex, parts = [] }: OccurrencesRequest): string =>
  [searchTerm, matchCase === true && 'case', regex === true && 'regex', ...parts]
    .filter((word) => word !== false)
    .join('\n')

interface OccurrencesAsked {
  readonly walk: ItemWalk
  readonly text: FullText
  readonly thorough: Thorough | null
  readonly request: OccurrencesRequest
  readonly cursor: OccurrenceCursor | null
}

const pageOf = async ({
  walk,
  text,
  thorough,
  request,
  cursor
}: OccurrencesAsked): Promise<OccurrencePage> => {
  const { env, info, live } = walk
  const limit = Math.min(PAGE_MAX, Math.max(1, Math.floor(request.limit ?? PAGE_DEFAULT)))
  const isAsked = turnFilter(request, threadRow(env, info.streamId))
  const page: PageFrom = { cursor, limit, isAsked }
  const found =
    thorough === null
      ? await collect(walk, text, termOf(request.searchTerm, env.strict), page)
      : await collectThoroughly(walk, text, thorough, page)
  const data = found.slice(0, limit).map(({ item, where, match }): Occurrence => {
    const row = live.rows(item.turn, item.turn + 1)[0]
    const turnCursor = row === undefined ? '' : printCursor(env, info, live, row, item.turn, true)
    return { turnId: row?.id ?? '', itemId: item.value.id, ...where, ...match, turnCursor }
  })
  const next = found[limit]
  const nextCursor =
    next === undefined
      ? null
      : JSON.stringify({
          threadId: info.streamId,
          searchTerm: askedBy(request),
          ...cursorTo(next.item, live.isOrdered, next.index)
        })
  return { data, nextCursor }
}

export const occurrencePage = async (
  env: SearchEnv,
  text: FullText,
  info: StreamInfo,
  request: OccurrencesRequest
): Promise<Result<OccurrencePage>> => {
  const { searchTerm } = request
  if (isBlank(searchTerm))
    return invalidRequest('thread/searchOccurrences requires a non-empty searchTerm')
  const manner = thoroughOf(env, searchTerm, request)
  if (E.isLeft(manner)) return manner
  const thorough = manner.right
  const given = request.cursor ?? null
  const cursor = given === null ? null : parseCursor(given, info.streamId, askedBy(request))
  if (given !== null && cursor === null) return invalidRequest(`invalid cursor: ${given}`)
  const isLooked = thorough === null || thorough.term !== null
  const indexed = isLooked ? await text.catchUp([info], false) : E.right(undefined)
  if (E.isLeft(indexed)) return indexed
  const live = earlyAmong(env, info)
  const bounds = { from: 0, until: live.count }
  const of = thorough === null ? { ...env, rich: false } : env
  const walk: ItemWalk = { env: of, info, live, bounds, step: 1 }
  const page = await untilTooSlow(async () =>
    E.right(await pageOf({ walk, text, thorough, request, cursor }))
  )
  text.goOn()
  return page
}
