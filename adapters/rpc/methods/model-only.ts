/**
 * `thread/compact/start` and `thread/shellCommand`: what is wrong with a request is said in Codex's words; what is right is
 * refused, because this server runs no model and no commands.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { threadKey } from '../connection/keys.ts'
import { invalidRequest } from '../wire/errors.ts'
import { EVERY_PROFILE, type Method } from '../method.ts'
import { noCommands, noModel } from '../wire/refusals.ts'
import { required, struct, text, type ValueOf } from '../wire/serde.ts'
import { loadedThread } from '../threads/threads.ts'

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
      return E.isLeft(live) ? live : E.left(noModel('thread/compact/start'))
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
      if (command.trim() === '') return E.left(invalidRequest('command must not be empty'))
      return E.left(noCommands('thread/shellCommand'))
    }
}
