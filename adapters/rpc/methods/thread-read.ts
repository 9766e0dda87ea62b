/**
 * `thread/read`: one thread, with all its turns when asked. Reads of one thread are answered in the order they were sent.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { ShownThread } from '../threads/live.ts'
import { hydrationDeprecated } from '../threads/notices.ts'
import * as results from '../threads/results.ts'
import { draftOf, shown, storedThread, unmaterialized, withRunning } from '../threads/threads.ts'
import { defaulted, flag } from '../wire/serde.ts'
import { answer, ofThread } from './method.ts'

const DEPRECATED = hydrationDeprecated('read')

export const threadRead = ofThread(
  'ThreadReadParams',
  { includeTurns: defaulted(flag, false) },
  t.intersection([results.ofThread('ThreadReadResponse'), results.WithReadState]),
  async (thread, { includeTurns }, call) => {
    const { server } = call
    const is169 = server.profile === '0.169'
    const draft = await draftOf(call, thread)
    if (draft !== null) {
      // Of a thread without a rollout only what its client was sent when it was started can be read.
      if (includeTurns) return E.left(unmaterialized(draft, 'includeTurns', is169))
      const thread = shown({ ...draft.thread, turns: [] }, server)
      return E.right(answer(is169 ? { thread, readState: null } : { thread }))
    }
    const stored = await storedThread(call, thread, includeTurns)
    return E.map((read: ShownThread) => {
      // Codex reads this from the file, which does not say that a turn still runs.
      const thread = server.strict
        ? read
        : { ...read, turns: withRunning(server, read.id, read.turns) }
      return {
        before: includeTurns && thread.historyMode === 'paginated' ? [DEPRECATED] : [],
        result: is169 ? { thread, readState: results.unread(thread) } : { thread }
      }
    })(stored)
  }
)
