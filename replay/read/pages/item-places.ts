/**
 * Where the items of some turns stand in the rollouts. It costs the lines of the turns, and the heads of those that stand between them.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Env } from '../../catch-up/project.ts'
import { comparePlaces, type FilePlace, type StreamInfo } from '../../ports.ts'
import type { Result } from '../../result.ts'
import type { EventPager } from './event-page.ts'
import { itemOrigins } from './turn-items.ts'
import { liveTurns } from './turn-page.ts'

/** Where the line stands that made an item. */
export interface ItemOrigin {
  readonly itemId: string
  /** How many events stand before it in the thread. */
  readonly revision: number
  /** Which file of the thread's history holds it; 0 is the oldest. */
  readonly segment: number
  /** Bytes before it in that file. */
  readonly byte: number
}

/** The items of each turn from one place up to another, oldest turn first. */
export const itemPlaces = async (
  env: Env,
  pager: EventPager,
  info: StreamInfo,
  from: number,
  until: number
): Promise<Result<ReadonlyArray<ReadonlyArray<ItemOrigin>>>> => {
  const rows = liveTurns(env, info, true).rows(from, until)
  const turns: Array<Awaited<ReturnType<typeof itemOrigins>>> = []
  for (const row of rows) turns.push(await itemOrigins(env, info, row))
  const ordered = turns
    .flat()
    .map(([, place]) => place)
    .toSorted(comparePlaces)
  const revisions = await pager.revisionsAt(info, ordered)
  const revisionOf = new Map<FilePlace, number>(
    ordered.map((place, at) => [place, revisions[at] ?? 0])
  )
  return E.right(
    turns.map((items) =>
      items.map(([itemId, place]) => ({
        itemId,
        revision: revisionOf.get(place) ?? 0,
        segment: place.segment,
        byte: place.offset
      }))
    )
  )
}
