/**
 * `thread/read`: one thread, with all its turns when asked.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { Thread } from '../../../domain/protocol.ts'
import { ask, EVERY_PROFILE, threadIdOf, type Method } from '../method.ts'
import { unread, type ReadState } from '../read-state.ts'
import * as results from '../results.ts'
import { defaulted, flag, required, struct, text, type ValueOf } from '../serde.ts'

const fields = { threadId: required(text), includeTurns: defaulted(flag, false) }

interface Response {
  readonly thread: Thread
  readonly readState?: ReadState
}

/** The row of `thread/read`. Reads of one thread are answered in the order they were sent. */
export const threadRead: Method<ValueOf<typeof fields>, Response> = {
  name: 'thread/read',
  profiles: EVERY_PROFILE,
  params: () => struct('ThreadReadParams', fields),
  result: t.intersection(
    [t.type({ thread: results.Thread }), t.partial({ readState: results.ReadState })],
    'ThreadReadResponse'
  ),
  key: ({ threadId }) => `thread:${threadId}`,
  handler: (params, call) => async () => {
    const id = threadIdOf(params.threadId)
    if (E.isLeft(id)) return id
    const read = await ask(call, (engine) => engine.readThread(id.right, params.includeTurns))
    const { profile } = call.server
    return E.map((thread: Thread) => ({
      result: profile === '0.169' ? { thread, readState: unread(thread) } : { thread }
    }))(read)
  }
}
