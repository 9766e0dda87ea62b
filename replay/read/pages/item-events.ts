/**
 * The lines of one item: those that made it and those that changed it. It costs the lines of its turn.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Env } from '../../catch-up/project.ts'
import type { StreamInfo } from '../../ports.ts'
import type { Result } from '../../result.ts'
import type { EventLine, EventPage, EventPager } from './event-page.ts'
import { itemLinePlaces } from './turn-items.ts'
import { liveTurns } from './turn-page.ts'

/** Names an item: its id is unique inside of its turn only. */
export interface ItemName {
  readonly turnId: string
  readonly itemId: string
}

/** Of an item that takes more lines, the first. */
const LINES_MAX = 100

/** The lines of an item as a page that is the only one; empty where the turn has no such item. */
export const itemEvents = async (
  env: Env,
  pager: EventPager,
  info: StreamInfo,
  { turnId, itemId }: ItemName
): Promise<Result<EventPage>> => {
  const live = liveTurns(env, info, true)
  const place = live.places(turnId, 1)[0]
  const row = place === undefined ? undefined : live.rows(place, place + 1)[0]
  if (row === undefined) return E.left({ _tag: 'TurnNotFound', streamId: info.streamId, turnId })
  const places = await itemLinePlaces(env, info, row, itemId)
  const data: Array<EventLine> = []
  for (const one of places.slice(0, LINES_MAX)) {
    const from = await pager.revisionAt(info, one)
    const page = await pager.page(info, { from, limit: 1 })
    if (E.isLeft(page)) return page
    data.push(...page.right.data)
  }
  const end = await pager.page(info, { limit: 1 })
  return E.map(({ revision }: EventPage) => ({ revision, data, next: null }))(end)
}
