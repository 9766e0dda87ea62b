/**
 * `thread/read`: one thread, with all its turns when asked.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { threadKey } from '../connection/keys.ts'
import type { Draft, ShownThread } from '../threads/live.ts'
import { EVERY_PROFILE, threadIdOf, type Call, type Method } from '../method.ts'
import { hydrationDeprecated } from '../threads/notices.ts'
import { unread, type ReadState } from '../threads/read-state.ts'
import * as results from '../threads/results.ts'
import { defaulted, flag, required, struct, text, type ValueOf } from '../wire/serde.ts'
import { draftOf, shown, storedThread, unmaterialized, withRunning } from '../threads/threads.ts'

const fields = { threadId: required(text), includeTurns: defaulted(flag, false) }

const DEPRECATED = hydrationDeprecated('read')

interface Response {
  readonly thread: ShownThread
  readonly readState?: ReadState
}

/** What can be read of a thread that has no rollout: what its client was told when it was started. */
const readDraft = (draft: Draft, includeTurns: boolean, { server }: Call) => {
  const is169 = server.profile === '0.169'
  if (includeTurns) return E.left(unmaterialized(draft, 'includeTurns', is169))
  const thread = shown({ ...draft.thread, turns: [] }, server)
  return E.right({ result: is169 ? { thread, readState: null } : { thread } })
}

/** The row of `thread/read`. Reads of one thread are answered in the order they were sent. */
export const threadRead: Method<ValueOf<typeof fields>, Response> = {
  name: 'thread/read',
  profiles: EVERY_PROFILE,
  params: () => struct('ThreadReadParams', fields),
  result: t.intersection(
    [t.type({ thread: results.ShownThread }), t.partial({ readState: results.ReadState })],
    'ThreadReadResponse'
  ),
  key: threadKey,
  handler:
    ({ threadId, includeTurns }, call) =>
    async () => {
      const id = threadIdOf(threadId)
      if (E.isLeft(id)) return id
      const { profile, strict } = call.server
      const draft = await draftOf(call, id.right)
      if (draft !== null) return readDraft(draft, includeTurns, call)
      const stored = await storedThread(call, id.right, includeTurns)
      // Codex reads this from the file, which does not say that a turn still runs.
      const read = strict
        ? stored
        : E.map((thread: ShownThread) => ({
            ...thread,
            turns: withRunning(call.server, thread.id, thread.turns)
          }))(stored)
      return E.map((thread: ShownThread) => ({
        before: includeTurns && thread.historyMode === 'paginated' ? [DEPRECATED] : [],
        result: profile === '0.169' ? { thread, readState: unread(thread) } : { thread }
      }))(read)
    }
}
