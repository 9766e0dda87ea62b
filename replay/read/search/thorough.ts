/**
 * Searches that look at items instead of lines: for letter case, for patterns, and in other parts than messages.
 *
 * Where only messages are asked for and something is known that every match contains, the full text tells which turns to read;
 * otherwise every turn is read. Turns are read one after the other, so that memory follows the largest turn.
 */
import * as E from 'fp-ts/lib/Either.js'
import { finder, folded, spaced } from '../../../domain/thread/search/folded.ts'
import {
  MESSAGE_PARTS,
  SEARCH_PARTS,
  textsIn,
  type SearchPart
} from '../../../domain/thread/search/parts.ts'
import {
  literalOf,
  matchesOf,
  patternOf,
  piecesOf,
  shownMatch
} from '../../../domain/thread/search/pattern.ts'
import { snippetOf, type Snippet } from '../../../domain/thread/search/snippet.ts'
import type { TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import { trimmed } from '../../../domain/white-space.ts'
import type { Progress } from '../../catch-up/fold-many.ts'
import { invalidRequest, type Result } from '../../result.ts'
import type { ListParts } from '../lists/fresh-list.ts'
import { itemsOfTurns, togetherWith, type FoundItem, type ItemWalk } from '../pages/item-page.ts'
import type { FullText } from './full-text.ts'
import { messagesWith, type Term } from './messages.ts'
import { turnsAt } from './turn-at.ts'

/** Ours: how a term is looked for, and where. */
export interface SearchManner {
  /** Letter case counts. */
  readonly matchCase?: boolean | undefined
  /** The term is a regular expression of JavaScript, with the flag `u`. */
  readonly regex?: boolean | undefined
  /** Absent or empty: messages of people and agents. */
  readonly parts?: ReadonlyArray<SearchPart> | undefined
}

/** Runs what may take for ever, and gives up after a time: then the answer is null. */
export type Bounded = <A>(run: () => A) => A | null

export interface SearchEnv extends ListParts {
  readonly progress?: Progress
  /** Absent where whoever asks may wait. */
  readonly bounded?: Bounded
}

/** The first matches in each of some texts; `trims` as for any snippet. */
type Matches = (
  texts: ReadonlyArray<string>,
  most: number,
  trims: boolean
) => ReadonlyArray<ReadonlyArray<Snippet>>

/** What is looked for in the texts of items. */
export interface Thorough {
  readonly parts: ReadonlyArray<SearchPart>
  /** True when whoever asks named the parts, and is told in which a match is. */
  readonly tellsPart: boolean
  /** What the full text is asked for; null where every turn is read. */
  readonly term: Term | null
  readonly matches: Matches
}

/** A pattern that did not come to its end. */
class TooSlow extends Error {}

/** Answers what a search comes to, also when its pattern takes too long. */
export const untilTooSlow = async <A>(use: () => Promise<Result<A>>): Promise<Result<A>> => {
  try {
    return await use()
  } catch (cause) {
    if (!(cause instanceof TooSlow)) throw cause
    return invalidRequest(
      'the regular expression takes too long: avoid repetitions inside repetitions, such as "(a+)+"'
    )
  }
}

const literally = (asked: string, matchCase: boolean): Matches => {
  const term = matchCase ? asked : folded(asked)
  const inText = (text: string, most: number, trims: boolean): ReadonlyArray<Snippet> => {
    const shown = spaced(text)
    const inFold = matchCase ? null : finder(shown, term)
    const find = (from: number) => {
      if (inFold !== null) return inFold(from)
      const start = shown.indexOf(term, from)
      return start === -1 ? null : { start, end: start + term.length }
    }
    const found: Array<Snippet> = []
    for (let at = find(0); at !== null && found.length < most; at = find(at.end))
      found.push(snippetOf(shown, at, trims))
    return found
  }
  return (texts, most, trims) => texts.map((text) => inText(text, most, trims))
}

/** So much text is looked through before the time begins anew. */
const BOUNDED_CHARACTERS = 1024 * 1024

/** Texts one after the other, as many together as may be looked through in one time. */
const batched = (texts: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  const batches: Array<Array<string>> = []
  let characters = Infinity
  for (const text of texts) {
    if (characters + text.length > BOUNDED_CHARACTERS) {
      batches.push([])
      characters = 0
    }
    batches.at(-1)?.push(text)
    characters += text.length
  }
  return batches
}

const byPattern = (pattern: RegExp, bounded: Bounded): Matches => {
  const inText = (text: string, most: number, trims: boolean): ReadonlyArray<Snippet> => {
    const found: Array<Snippet> = []
    for (const { start, end } of piecesOf(text)) {
      for (const match of matchesOf(text.slice(start, end), pattern, most - found.length)) {
        const place = { start: start + match.start, end: start + match.end }
        found.push(shownMatch(text, place, trims))
      }
      if (found.length >= most) break
    }
    return found
  }
  return (texts, most, trims) =>
    batched(texts).flatMap((batch) => {
      const found = bounded(() => batch.map((text) => inText(text, most, trims)))
      if (found === null) throw new TooSlow()
      return found
    })
}

/** True where only messages are asked for. */
const isSaid = (parts: ReadonlyArray<SearchPart>): boolean =>
  parts.every((part) => MESSAGE_PARTS.includes(part))

/** How items are looked at; null for a search that looks at lines. */
export const thoroughOf = (
  env: Pick<SearchEnv, 'strict' | 'bounded'>,
  searchTerm: string,
  { matchCase = false, regex = false, parts: given = [] }: SearchManner
): Result<Thorough | null> => {
  if (!matchCase && !regex && given.length === 0) return E.right(null)
  if (env.strict)
    return invalidRequest(
      'letter case, regular expressions and parts do not go with strict answers'
    )
  const unknown = given.find((part) => !SEARCH_PARTS.includes(part))
  if (unknown !== undefined)
    return invalidRequest(`"${unknown}" is no part of a thread: name ${SEARCH_PARTS.join(', ')}`)
  const parts = given.length === 0 ? MESSAGE_PARTS : given
  const pattern = regex ? patternOf(searchTerm, matchCase) : E.right(null)
  if (E.isLeft(pattern)) return invalidRequest(pattern.left)
  const asked = spaced(trimmed(searchTerm))
  const literal = regex ? literalOf(searchTerm, matchCase) : folded(asked)
  const isNarrowed = literal !== '' && isSaid(parts)
  return E.right({
    parts,
    tellsPart: given.length > 0,
    term: isNarrowed ? { text: literal, key: literal, folding: 'full' } : null,
    matches:
      pattern.right === null
        ? literally(asked, matchCase)
        : byPattern(pattern.right, env.bounded ?? ((run) => run()))
  })
}

/** Where the items of some parts are looked for: what Codex does not show is no message. */
export const walkFor = (walk: ItemWalk, { parts }: Pick<Thorough, 'parts'>): ItemWalk =>
  isSaid(parts) ? { ...walk, env: { ...walk.env, rich: false } } : walk

/** Places of the turns to look at, ascending. */
async function* turnsToRead(
  { env, info, live }: ItemWalk,
  text: FullText,
  term: Term | null
): AsyncGenerator<number> {
  if (term === null) {
    for (let at = 0; at < live.count; at++) yield at
    return
  }
  const places = new Set<number>()
  for await (const said of messagesWith(env, text, info, text.look([info], term.key), term))
    for (const place of turnsAt(live, said)) places.add(place)
  yield* [...places].sort((a, b) => a - b)
}

/** What was found in an item; `index` counts the matches of its parts. */
export interface FoundPart {
  readonly item: FoundItem
  readonly row: TurnRow
  readonly where: { readonly part?: SearchPart }
  readonly index: number
  readonly match: Snippet
}

/** Which matches of a thread are wanted. */
export interface MatchRange {
  readonly isAsked: (row: TurnRow) => boolean
  /** Only in turns from this place on. */
  readonly from: number
  /** As many of each text. */
  readonly most: number
  readonly trims: boolean
}

const WORK_BYTES = 64 * 1024

/** Matches in the items of a thread, oldest first. */
export async function* matchesInThread(
  asked: ItemWalk,
  text: FullText,
  thorough: Thorough,
  { isAsked, from, most, trims }: MatchRange
): AsyncGenerator<FoundPart> {
  const walk = walkFor(asked, thorough)
  let done = from
  for await (const turn of turnsToRead(walk, text, thorough.term)) {
    if (turn < done) continue
    const together = togetherWith(walk, turn)
    const rows = walk.live.rows(together.from, together.until)
    if (!rows.some(isAsked)) continue
    done = together.until
    const texts = (await itemsOfTurns(walk, together)).flatMap((item) => {
      const row = rows[item.turn - together.from]
      if (row === undefined || !isAsked(row)) return []
      return textsIn(item.value, thorough.parts).map((said) => ({ item, row, ...said }))
    })
    const found = thorough.matches(
      texts.map(({ text: said }) => said),
      most,
      trims
    )
    const counts = new Map<FoundItem, number>()
    for (const [at, { item, row, part }] of texts.entries())
      for (const match of found[at] ?? []) {
        const index = counts.get(item) ?? 0
        counts.set(item, index + 1)
        yield { item, row, where: thorough.tellsPart ? { part } : {}, index, match }
      }
    await walk.env.giveWay?.(WORK_BYTES)
  }
}
