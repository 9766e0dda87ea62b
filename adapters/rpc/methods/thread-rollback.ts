/**
 * `thread/rollback` (up to 0.142): hides the last turns of a loaded thread.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { v7 } from 'uuid'
import { isJsonObject } from '../../../domain/json.ts'
import type { Written } from '../../../replay/mutate/mutations.ts'
import { threadKey } from '../connection/keys.ts'
import { internal, invalidRequest, type RpcError } from '../wire/errors.ts'
import type { LiveThread, ShownThread } from '../threads/live.ts'
import type { Notice } from '../wire/message.ts'
import { ask, type Call, type Method, type Refusal, engineOf } from '../method.ts'
import { statusChanged, tokenUsageUpdated } from '../threads/notices.ts'
import { asBuilt, restoredOf } from '../threads/restore.ts'
import * as results from '../threads/results.ts'
import { required, struct, text, u32, type ValueOf } from '../wire/serde.ts'
import { draftOf, loadedThread, shown } from '../threads/threads.ts'
import { write } from '../threads/writes.ts'

const fields = { threadId: required(text), numTurns: required(u32) }

/** A rollback that fails leaves the thread in a state that says so. */
const failed = ({ server }: Call, live: LiveThread, error: RpcError): E.Either<Refusal, never> => {
  const status = { type: 'systemError' } as const
  server.live.put({ ...live, status })
  return E.left({ ...error, before: [statusChanged(live.id, status)] })
}

const missingFile = ({ server }: Call, path: string): RpcError =>
  invalidRequest(
    `failed to load thread history for rollback replay: invalid thread-store request: failed to resolve rollout path \`${path}\`: ${server.profile === '0.130' ? 'No such file or directory (os error 2)' : 'file does not exist'}`
  )

/** The token count that a rollback writes, for those who follow the thread. */
const usageOf = ({ server }: Call, threadId: string, { events }: Written): ReadonlyArray<Notice> =>
  events.flatMap(({ payload }) =>
    payload['type'] === 'token_count' && isJsonObject(payload['info'])
      ? [
          tokenUsageUpdated(threadId, v7(), payload['info'], server.profile, {
            subscribersOf: threadId
          })
        ]
      : []
  )

/** 0.130 loads archived threads, and does not change them. */
const archivedRefusal = async (call: Call, threadId: string): Promise<RpcError | null> => {
  const located = await (await engineOf(call)).locate(threadId)()
  return call.server.profile === '0.130' && E.isRight(located) && located.right.archived
    ? invalidRequest(
        `failed to load thread history for rollback replay: invalid thread-store request: thread ${threadId} is archived`
      )
    : null
}

const refusal = async (call: Call, live: LiveThread): Promise<RpcError | null> => {
  if (live.turn !== null) return invalidRequest('Cannot rollback while a turn is in progress.')
  const draft = await draftOf(call, live.id)
  if (draft === null) return archivedRefusal(call, live.id)
  return draft.thread.ephemeral
    ? invalidRequest('thread rollback requires persisted thread history')
    : missingFile(call, draft.thread.path ?? '')
}

/** Codex takes one at a time: what comes before the one before it is done is refused, so that nobody hides more than he saw. */
const ROLLING_BACK = invalidRequest('rollback already in progress for this thread')

/** The row of `thread/rollback`. */
export const threadRollback: Method<ValueOf<typeof fields>, { readonly thread: ShownThread }> = {
  name: 'thread/rollback',
  profiles: ['0.130', '0.142'],
  params: () => struct('ThreadRollbackParams', fields),
  result: t.type({ thread: results.ShownThread }, 'ThreadRollbackResponse'),
  key: threadKey,
  handler:
    ({ threadId, numTurns }, call) =>
    async () => {
      const live = loadedThread(call, threadId)
      if (E.isLeft(live)) return live
      if (numTurns < 1) return E.left(invalidRequest('numTurns must be >= 1'))
      const { id } = live.right
      if (live.right.rolledBackAt > call.arrivedAt) return E.left(ROLLING_BACK)
      const refused = await refusal(call, live.right)
      if (refused !== null) return failed(call, live.right, refused)
      const written = await write(call, ({ rollback }, options) => rollback(id, numTurns, options))
      if (E.isLeft(written)) return written
      const read = await ask(call, (engine) => engine.readThread(id, true))
      if (E.isLeft(read)) return E.left(internal(read.left.message))
      const turns = asBuilt(call, read.right.turns, await restoredOf(call, id), false)
      const now = call.server.live.find(id)
      if (now !== null) call.server.live.put({ ...now, rolledBackAt: call.server.live.tick() })
      return E.right({
        before: usageOf(call, id, written.right),
        result: { thread: { ...shown(read.right, call.server), turns } }
      })
    }
}
