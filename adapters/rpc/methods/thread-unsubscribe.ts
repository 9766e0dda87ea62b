/**
 * `thread/unsubscribe`: a client no longer follows a thread, which stays loaded.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { threadKey } from '../connection/keys.ts'
import { EVERY_PROFILE, threadIdOf, type Method } from '../method.ts'
import { required, struct, text, type ValueOf } from '../wire/serde.ts'

const fields = { threadId: required(text) }

const ThreadUnsubscribeResponse = t.type(
  { status: t.keyof({ unsubscribed: null, notSubscribed: null, notLoaded: null }) },
  'ThreadUnsubscribeResponse'
)

/** The row of `thread/unsubscribe`. */
export const threadUnsubscribe: Method<
  ValueOf<typeof fields>,
  t.TypeOf<typeof ThreadUnsubscribeResponse>
> = {
  name: 'thread/unsubscribe',
  profiles: EVERY_PROFILE,
  params: () => struct('ThreadUnsubscribeParams', fields),
  result: ThreadUnsubscribeResponse,
  key: threadKey,
  handler:
    ({ threadId }, { server, session }) =>
    async () =>
      E.map((id: string) => ({ result: { status: server.live.unsubscribe(id, session) } }))(
        threadIdOf(threadId)
      )
}
