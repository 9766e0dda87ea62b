/**
 * Read model `reviews`: reviews a file shows.
 *
 *   [reviews, file, n]                    -> Review
 *   [reviews.reviewer, turn id, file]     -> 1        the file of the reviewer whose first turn this is
 *   [reviews.turn, file]                  -> turn id  the same from the file
 */
import {
  evolveReviews,
  NO_REVIEWS,
  type ReviewState,
  type ReviewWrite
} from '../domain/ledgers/audit/reviews.ts'
import { EVERY_LINE } from '../domain/log/needs.ts'
import { deletes, type LedgerProjection, type RowKey, type RowWrite } from './projection.ts'
import { turnIdKey } from './turns.ts'

/** Keys of the reviews of a file begin with this; their number follows. */
export const reviewsPrefix = (table: string, file: string): RowKey => [table, file]
/** Keys of the files of a reviewer begin with this. */
export const reviewerPrefix = (table: string, turnId: string): RowKey => [
  `${table}.reviewer`,
  turnIdKey(turnId)
]
const reviewerTurnKey = (table: string, file: string): RowKey => [`${table}.turn`, file]

const writeOf = (write: ReviewWrite, table: string, file: string): ReadonlyArray<RowWrite> => {
  if (write.op === 'reviewer')
    return [
      { key: [...reviewerPrefix(table, write.turnId), file], value: 1 },
      { key: reviewerTurnKey(table, file), value: write.turnId }
    ]
  const key = [...reviewsPrefix(table, file), write.index]
  return [{ key, value: write.op === 'drop' ? null : write.review }]
}

/** The reviews of a file. */
export const reviews: LedgerProjection<ReviewState> = {
  name: 'reviews',
  version: 2,
  needs: EVERY_LINE,
  initial: () => NO_REVIEWS,
  evolve: (state, event, { table }) => {
    const [next, writes] = evolveReviews(state, event)
    return [next, writes.flatMap((write) => writeOf(write, table, event.streamId))]
  },
  forget: (streamId, { rows, table }) => {
    const own = rows.scan(reviewsPrefix(table, streamId), Infinity)
    const key = reviewerTurnKey(table, streamId)
    const turnId = rows.get(key)
    const keys = own.map(([row]) => row)
    if (typeof turnId === 'string') keys.push(key, [...reviewerPrefix(table, turnId), streamId])
    return deletes(keys)
  }
}
