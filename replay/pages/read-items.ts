/**
 * Items of one turn by their ids, whole: `thread/items/read` of Codex 0.169.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import type { Env } from '../catch-up/project.ts'
import type { StreamInfo } from '../ports.ts'
import type { TurnItem } from './item-page.ts'
import { itemListsOf } from './turn-items.ts'
import { liveTurns } from './turn-page.ts'

/** The items of a turn with these ids, in the order of the turn; ids that it does not have are passed over. */
export const readItems = async (
  env: Env,
  info: StreamInfo,
  turnId: string,
  itemIds: ReadonlyArray<string>
): Promise<E.Either<StoreError, ReadonlyArray<TurnItem>>> => {
  const live = liveTurns(env, info, true)
  const place = live.places(turnId, 1)[0]
  if (place === undefined) return E.left({ _tag: 'TurnNotFound', streamId: info.streamId, turnId })
  const [list] = await itemListsOf(env, info, live.rows(place, place + 1))
  const wanted = new Set(itemIds)
  const items = (list?.items ?? []).filter(({ id }) => wanted.has(id))
  return E.right(items.map((item) => ({ turnId, item })))
}
