/**
 * `thread/compact/start` and `thread/shellCommand`: what is wrong with a request is said in Codex's words; what is right is
 * taken and fails at once, because this server runs no model and no commands.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { v4, v7 } from 'uuid'
import { threadKey } from '../connection/keys.ts'
import { invalidRequest } from '../wire/errors.ts'
import { EVERY_PROFILE, type Method } from '../method.ts'
import { itemChanged } from '../threads/notices.ts'
import { loadedThread } from '../threads/threads.ts'
import { unrunTurn } from '../threads/unrun-turn.ts'
import { noCompaction, noShell } from '../wire/refusals.ts'
import { required, struct, text, type ValueOf } from '../wire/serde.ts'
import { isBlank } from '../../../domain/white-space.ts'

const compactFields = { threadId: required(text) }

/** The row of `thread/compact/start`. */
export const threadCompactStart: Method<ValueOf<typeof compactFields>, object> = {
  name: 'thread/compact/start',
  profiles: EVERY_PROFILE,
  params: () => struct('ThreadCompactStartParams', compactFields),
  result: t.type({}, 'ThreadCompactStartResponse'),
  key: threadKey,
  handler:
    ({ threadId }, call) =>
    async () => {
      const live = loadedThread(call, threadId)
      if (E.isLeft(live)) return live
      const { id } = live.right
      const { profile } = call.server
      const turnId = v7()
      const nowMs = Date.now()
      const item =
        profile === '0.169'
          ? { type: 'contextCompaction', id: v7(), startedAtMs: nowMs, completedAtMs: null }
          : { type: 'contextCompaction', id: v4() }
      const items = [itemChanged('started', item, { threadId: id, turnId }, nowMs, profile)]
      const reason = noCompaction(live.right)
      return E.right({ result: {}, after: unrunTurn(call, live.right, { turnId, reason, items }) })
    }
}

const shellFields = { threadId: required(text), command: required(text) }

/** The row of `thread/shellCommand`. */
export const threadShellCommand: Method<ValueOf<typeof shellFields>, object> = {
  name: 'thread/shellCommand',
  profiles: EVERY_PROFILE,
  params: () => struct('ThreadShellCommandParams', shellFields),
  result: t.type({}, 'ThreadShellCommandResponse'),
  key: threadKey,
  handler:
    ({ threadId, command }, call) =>
    async () => {
      const live = loadedThread(call, threadId)
      if (E.isLeft(live)) return live
      if (isBlank(command)) return E.left(invalidRequest('command must not be empty'))
      const reason = noShell(live.right)
      return E.right({
        result: {},
        after: unrunTurn(call, live.right, { turnId: v7(), reason })
      })
    }
}
