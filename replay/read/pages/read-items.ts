/**
 * Items of one turn by their ids, whole: `thread/items/read` of Codex 0.169.
 *
 * The turn is read with its long texts cut first, and once more with the lines whole that made the items that were asked for:
 * what it costs follows these items, and not their neighbours.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ItemList } from '../../../domain/thread/items/item-list.ts'
import type { Env } from '../../catch-up/project.ts'
import type { ReadLimits, StreamInfo } from '../../ports.ts'
import type { TurnItem } from './item-page.ts'
import { itemListsOf, shownItems } from './turn-items.ts'
import { liveTurns } from './turn-page.ts'
import type { Result } from '../../result.ts'

/** Texts up to this size are read at once. */
const TEXT_BYTES_MAX = 64 * 1024

/** The items of a turn with these ids, in the order of the turn; ids that it does not have are passed over. */
export const readItems = async (
  env: Env,
  info: StreamInfo,
  turnId: string,
  itemIds: ReadonlyArray<string>
): Promise<Result<ReadonlyArray<TurnItem>>> => {
  const live = liveTurns(env, info, true)
  const place = live.places(turnId, 1)[0]
  if (place === undefined) return E.left({ _tag: 'TurnNotFound', streamId: info.streamId, turnId })
  const rows = live.rows(place, place + 1)
  const read = async (limits: ReadLimits): Promise<ItemList | undefined> =>
    (await itemListsOf(env, info, rows, limits))[0]
  const short = await read({ textBytesMax: TEXT_BYTES_MAX })
  const wanted = new Set(itemIds)
  const cut = [...wanted].flatMap((id) => short?.shortened.get(id) ?? [])
  const places = new Set(cut.map(({ segment, offset }) => `${segment} ${offset}`))
  const isWhole = (segment: number, offset: number) => places.has(`${segment} ${offset}`)
  const list = cut.length === 0 ? short : await read({ textBytesMax: TEXT_BYTES_MAX, isWhole })
  const items = shownItems(env, list?.items ?? []).filter(({ id }) => wanted.has(id))
  return E.right(items.map((item) => ({ turnId, item })))
}
