/**
 * How many turns and events a thread has, now and at a point in time.
 */
import type { PointInAddress } from '../routes.ts'
import type { TurnRangeAnswer } from '../wire/answers.ts'
import { useAnswer, type AskedAnswer } from './answer.ts'

const METHOD = 'unroll/turns/range'

export const useTurnRange = (
  threadId: string,
  at: PointInAddress | null
): Readonly<Record<'now' | 'shown', AskedAnswer<TurnRangeAnswer>>> => {
  const asked = { threadId, from: 0, count: 1, itemsView: 'notLoaded' }
  const now = useAnswer<TurnRangeAnswer>(METHOD, asked)
  const then = useAnswer<TurnRangeAnswer>(METHOD, at === null ? null : { ...asked, at })
  return { now, shown: at === null ? now : then }
}
