/**
 * Cursors to the newest turn and item of a thread, from which a client of 0.169 pages backwards.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { JsonObject } from '../../../domain/json.ts'
import type { ShownThread } from './live.ts'
import { ask, type Call } from '../method.ts'

const ONE = { limit: 1, sortDirection: 'desc', itemsView: 'notLoaded' } as const

/** Both cursors; null where there is nothing, and for threads without numbered lines. */
export const newestCursors = async (
  call: Call,
  { id, historyMode }: Pick<ShownThread, 'id' | 'historyMode'>
): Promise<JsonObject> => {
  if (historyMode !== 'paginated') return { turnsBackwardsCursor: null, itemsBackwardsCursor: null }
  const turns = await ask(call, (engine) => engine.listTurns(id, ONE))
  const items = await ask(call, (engine) => engine.listItems(id, ONE))
  return {
    turnsBackwardsCursor: E.isRight(turns) ? turns.right.backwardsCursor : null,
    itemsBackwardsCursor: E.isRight(items) ? items.right.backwardsCursor : null
  }
}
