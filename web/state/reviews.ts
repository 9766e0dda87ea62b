/**
 * Which turns begin inside of a review: one that was entered in an earlier turn and is left in this one or a later one.
 */
import { useEffect, useMemo } from 'preact/hooks'
import type { NumberedTurn } from '../wire/answers.ts'
import type { OutlineRows } from './outline.ts'
import type { TurnWindow } from './turns.ts'

/** What the first and the last mark of a turn are. */
export interface ReviewMarks {
  readonly leaves: boolean
  readonly enters: boolean
}

export const marksIn = ({ items }: Pick<NumberedTurn, 'items'>): ReviewMarks => {
  const marks = items
    .map(({ type }) => type)
    .filter((type) => type === 'enteredReviewMode' || type === 'exitedReviewMode')
  return {
    leaves: marks[0] === 'exitedReviewMode',
    enters: marks.at(-1) === 'enteredReviewMode'
  }
}

/** Whether a turn begins inside, by the marks of the turns that have some, whose places are in order. */
export const beginsInReview = (
  n: number,
  marked: ReadonlyArray<number>,
  marksOf: (n: number) => ReviewMarks | null
): boolean => {
  const next = marked.findIndex((place) => place >= n)
  const [before, after] = [marked[next - 1], marked[next]]
  if (before === undefined || after === undefined) return false
  return marksOf(before)?.enters === true && marksOf(after)?.leaves === true
}

/** Turns with marks are read where they are not known, once. */
export const useReviews = (
  { rows, drawn }: OutlineRows,
  turns: TurnWindow
): ((n: number) => boolean) => {
  const known = useMemo(() => new Map<number, ReviewMarks>(), [turns])
  const asked = useMemo(() => new Set<number>(), [turns])
  const wanted: Array<number> = []
  const marked = useMemo(
    () =>
      [...rows.values()]
        .filter(({ flags }) => flags.includes('review'))
        .map(({ n }) => n)
        .toSorted((a, b) => a - b),
    [rows, drawn]
  )
  useEffect(() => {
    for (const n of wanted) {
      if (asked.has(n)) continue
      asked.add(n)
      void turns.at(n)
    }
  })
  const marksOf = (n: number): ReviewMarks | null => {
    const turn = turns.turn(n)
    if (turn !== undefined) known.set(n, marksIn(turn))
    else if (!known.has(n)) wanted.push(n)
    return known.get(n) ?? null
  }
  return (n) => beginsInReview(n, marked, marksOf)
}
