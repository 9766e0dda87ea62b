/**
 * Which threads a person may mean by a part of what they are called, or by words that are nearly that.
 */
import type { ThreadTitle } from '../../../replay/engine.ts'
import { distance } from './nearest.ts'
import { folded } from '../terminal/match.ts'
import { oneLine } from '../text/text.ts'

/** A text as tables print it, without case and accents. */
const compared = (text: string): string => folded(oneLine(text))

/** What tables print at the end of a text that they cut. */
const CUT = /(?:…|\.\.\.)$/

/** What tables print in the column of the thread. */
const shownAs = ({ name, preview }: ThreadTitle): string => compared(name ?? preview)

const textsOf = ({ name, preview }: ThreadTitle): ReadonlyArray<string> =>
  [name ?? '', preview].map(compared)

/**
 * The threads with a text in their name or preview. Those that tables show as exactly that go first, then those that lists show
 * with it: the sub-agents and forks of a thread were told what it was told.
 */
export const titlesLike = (
  text: string,
  titles: ReadonlyArray<ThreadTitle>
): ReadonlyArray<ThreadTitle> => {
  const typed = compared(text)
  const part = typed.replace(CUT, '').trimEnd()
  if (part === '') return []
  const isCut = part !== typed
  const isIn = (called: string): boolean =>
    isCut ? called.startsWith(part) : called.includes(part)
  const like = titles.filter((title) => textsOf(title).some(isIn))
  const shown = like.filter((title) => isIn(shownAs(title)))
  const same = shown.filter((title) => shownAs(title) === typed)
  const listed = [same, shown, like].map((some) => some.filter(({ isListed }) => isListed))
  const groups = [listed[0], same, listed[1], listed[2], shown, like]
  return groups.find((group) => group !== undefined && group.length > 0) ?? []
}

const NEAR_MAX = 5
/** Of a title this much is compared word by word. */
const TITLE_MAX = 300

const wordsOf = (text: string): ReadonlyArray<string> => text.match(/[\p{L}\p{N}]+/gu) ?? []

/** How much of a word another one has: 1 for the same, 0 for none. */
const likeness = (word: string, other: string): number => {
  if (word === other) return 1
  if (Math.min(word.length, other.length) < 3) return 0
  if (other.startsWith(word) || word.startsWith(other)) return 0.8
  if (Math.abs(word.length - other.length) > 2) return 0
  const far = distance(word, other)
  return far <= Math.max(1, Math.floor(word.length / 4)) ? 1 - far / word.length : 0
}

/** Up to five threads whose names, previews or ids are most like a text. */
export const nearTitles = (
  text: string,
  titles: ReadonlyArray<ThreadTitle>
): ReadonlyArray<ThreadTitle> => {
  const typed = compared(text).slice(0, TITLE_MAX)
  const asked = [...new Set(wordsOf(typed))]
  const isId = /^[0-9a-f-]{6,36}$/.test(typed)
  const score = (title: ThreadTitle): number => {
    const id = isId ? typed.length - distance(typed, title.threadId.slice(0, typed.length)) : 0
    if (id >= typed.length - 2 && isId) return 1 + id / typed.length
    const said = new Set(textsOf(title).flatMap((called) => wordsOf(called.slice(0, TITLE_MAX))))
    const sum = asked.reduce(
      (all, word) => all + Math.max(0, ...[...said].map((other) => likeness(word, other))),
      0
    )
    return sum / Math.max(1, asked.length)
  }
  return titles
    .map((title) => ({ title, score: score(title) }))
    .filter(({ score }) => score >= 0.3)
    .toSorted((a, b) => b.score - a.score || Number(b.title.isListed) - Number(a.title.isListed))
    .slice(0, NEAR_MAX)
    .map(({ title }) => title)
}
