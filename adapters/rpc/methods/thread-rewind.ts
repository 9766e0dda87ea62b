/**
 * `thread/rollback` (up to 0.142) hides the last turns of a loaded thread; `thread/revert` (0.169) makes a paginated one go on
 * from before a turn.
 */
import * as E from 'fp-ts/lib/Either.js'
import { v7 } from 'uuid'
import { isBlockedBy } from '../../../domain/errors.ts'
import { isJsonObject } from '../../../domain/json.ts'
import type { Written } from '../../../replay/change/mutate/mutations.ts'
import type { LiveThread } from '../threads/live.ts'
import { statusChanged, threadReverted, tokenUsageUpdated } from '../threads/notices.ts'
import { asBuilt, restoredOf } from '../threads/restored.ts'
import * as results from '../threads/results.ts'
import { ask, write, type RpcCall } from '../threads/server.ts'
import { draftOf, locate, newestCursors, shown, stopTurn } from '../threads/threads.ts'
import { internal, invalidRequest, ofStoreError, type RpcError } from '../wire/errors.ts'
import type { Notice } from '../wire/message.ts'
import { required, text, u32 } from '../wire/serde.ts'
import { answer, ofLoaded } from './method.ts'

/** The token count that a rollback writes, for those who follow the thread. */
const usageOf = (
  { server }: RpcCall,
  threadId: string,
  { events }: Written
): ReadonlyArray<Notice> =>
  events.flatMap(({ payload }) => {
    const { type, info } = payload
    if (type !== 'token_count' || !isJsonObject(info)) return []
    const to = { subscribersOf: threadId }
    return [tokenUsageUpdated(threadId, v7(), info, server.profile, to)]
  })

const REPLAY = 'failed to load thread history for rollback replay: invalid thread-store request'

const rollbackRefusal = async (call: RpcCall, live: LiveThread): Promise<RpcError | null> => {
  const is130 = call.server.profile === '0.130'
  if (live.turn !== null) return invalidRequest('Cannot rollback while a turn is in progress.')
  const draft = await draftOf(call, live)
  if (draft?.thread.ephemeral === true)
    return invalidRequest('thread rollback requires persisted thread history')
  if (draft !== null) {
    const why = is130 ? 'No such file or directory (os error 2)' : 'file does not exist'
    const path = draft.thread.path ?? ''
    return invalidRequest(`${REPLAY}: failed to resolve rollout path \`${path}\`: ${why}`)
  }
  // 0.130 loads archived threads, and does not change them.
  const located = await locate(call, live)
  return is130 && E.isRight(located) && located.right.archived
    ? invalidRequest(`${REPLAY}: thread ${live.id} is archived`)
    : null
}

/** Codex takes one at a time: one that came before the last one was done is refused, so that nobody hides more than they saw. */
const ROLLING_BACK = invalidRequest('rollback already in progress for this thread')

export const threadRollback = ofLoaded(
  'ThreadRollbackParams',
  { numTurns: required(u32) },
  results.ofThread('ThreadRollbackResponse'),
  async (live, { numTurns }, call) => {
    const { live: all } = call.server
    if (numTurns < 1) return E.left(invalidRequest('numTurns must be >= 1'))
    const { id, streamId } = live
    if (live.rolledBackAt > call.arrivedAt) return E.left(ROLLING_BACK)
    const refused = await rollbackRefusal(call, live)
    if (refused !== null) {
      // A rollback that fails leaves the thread in a state that says so.
      const status = { type: 'systemError' } as const
      all.put({ ...live, status })
      return E.left({ ...refused, before: [statusChanged(id, status)] })
    }
    const written = await write(call, ({ rollback }, options) =>
      rollback(streamId, numTurns, options)
    )
    if (E.isLeft(written)) return written
    const read = await ask(call, (engine) => engine.readThread(streamId, true))
    if (E.isLeft(read)) return E.left(internal(read.left.message))
    const turns = asBuilt(call, read.right.turns, await restoredOf(call, live), false)
    const now = all.find(id)
    if (now !== null) all.put({ ...now, rolledBackAt: all.tick() })
    return E.right({
      before: usageOf(call, id, written.right),
      ...answer({ thread: { ...shown(read.right, call.server), turns } })
    })
  }
)

const ONLY_PAGINATED = invalidRequest('thread/revert only supports paginated threads')

/** Rewinds to just before a turn. The thread is loaded again, and everyone is notified. */
export const threadRevert = ofLoaded(
  'ThreadRevertParams',
  { beforeTurnId: required(text) },
  results.ofThread('ThreadRevertResponse'),
  async (live, { beforeTurnId }, call) => {
    const { id, streamId } = live
    await stopTurn(call, id)
    const before = [statusChanged(id, { type: 'notLoaded' }), statusChanged(id, { type: 'idle' })]
    const draft = await draftOf(call, live)
    if (draft !== null) return E.left(invalidRequest(`turn not found: ${beforeTurnId}`))
    const reverted = await ask(
      call,
      (engine) => engine.revert(streamId, beforeTurnId, call.change),
      (e) => (isBlockedBy(e, 'not_paginated') ? ONLY_PAGINATED : ofStoreError(e))
    )
    if (E.isLeft(reverted))
      return E.left(reverted.left === ONLY_PAGINATED ? reverted.left : { ...reverted.left, before })
    call.server.live.put({ ...live, status: { type: 'idle' }, turn: null })
    const thread = shown(reverted.right, call.server)
    const cursors = await newestCursors(call, live, thread)
    return E.right({ before, result: { thread, ...cursors }, after: [threadReverted(id)] })
  }
)
