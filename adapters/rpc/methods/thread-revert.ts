/**
 * `thread/revert` (0.169): a loaded paginated thread goes on from before a turn.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { JsonObject } from '../../../domain/json.ts'
import { describe, type StoreError } from '../../../domain/errors.ts'
import { threadKey } from '../connection/keys.ts'
import { invalidRequest, ofStoreError, type RpcError } from '../wire/errors.ts'
import { ask, type Method } from '../method.ts'
import { statusChanged, threadReverted } from '../threads/notices.ts'
import { newestCursors } from '../threads/newest.ts'
import * as results from '../threads/results.ts'
import { required, struct, text, type ValueOf } from '../wire/serde.ts'
import { draftOf, loadedThread, shown, stopTurn } from '../threads/threads.ts'

const fields = { threadId: required(text), beforeTurnId: required(text) }

const ONLY_PAGINATED = invalidRequest('thread/revert only supports paginated threads')

const words = (e: StoreError): RpcError =>
  e._tag === 'NotPossible' && describe(e).startsWith('only paginated')
    ? ONLY_PAGINATED
    : ofStoreError(e)

/** The row of `thread/revert`. The thread is loaded anew, which everyone is told. */
export const threadRevert: Method<ValueOf<typeof fields>, JsonObject> = {
  name: 'thread/revert',
  profiles: ['0.169'],
  params: () => struct('ThreadRevertParams', fields),
  result: t.type({ thread: results.ShownThread }, 'ThreadRevertResponse') as unknown as t.Type<
    JsonObject,
    unknown,
    unknown
  >,
  key: threadKey,
  handler:
    ({ threadId, beforeTurnId }, call) =>
    async () => {
      const live = loadedThread(call, threadId)
      if (E.isLeft(live)) return live
      const { id } = live.right
      await stopTurn(call, id)
      const reloaded = [
        statusChanged(id, { type: 'notLoaded' }),
        statusChanged(id, { type: 'idle' })
      ]
      const draft = await draftOf(call, id)
      if (draft !== null) return E.left(invalidRequest(`turn not found: ${beforeTurnId}`))
      const reverted = await ask(call, (engine) => engine.revert(id, beforeTurnId), words)
      if (E.isLeft(reverted))
        return E.left(
          reverted.left === ONLY_PAGINATED ? reverted.left : { ...reverted.left, before: reloaded }
        )
      call.server.live.put({ ...live.right, status: { type: 'idle' }, turn: null })
      const thread = shown(reverted.right, call.server)
      return E.right({
        before: reloaded,
        result: {
          thread: thread as unknown as JsonObject,
          ...(await newestCursors(call, thread))
        },
        after: [threadReverted(id)]
      })
    }
}
