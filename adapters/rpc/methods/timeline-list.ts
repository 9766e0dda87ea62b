/**
 * `thread/timeline/list`: items and the beginnings and ends of turns in the order of the log (0.169).
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { TimelinePage } from '../../../replay/pages/timeline.ts'
import { noKey } from '../connection/keys.ts'
import { budget } from '../wire/budget.ts'
import { invalidRequest, unsupported } from '../wire/errors.ts'
import { answer, ask, threadIdOf, type Method } from '../method.ts'
import { option, required, struct, text, u32, type ValueOf } from '../wire/serde.ts'

const fieldsOf = (strict: boolean) => ({
  ...{ threadId: required(text), cursor: option(text), limit: option(u32) },
  ...budget(strict)
})

/** The answer; this server has no realtime sessions. */
type Response = TimelinePage & { readonly activeRealtimeSessionAtPageStart: null }

const Response = t.type(
  {
    data: t.array(t.type({ type: t.string, position: t.number })),
    nextCursor: t.union([t.string, t.null]),
    activeRealtimeSessionAtPageStart: t.null
  },
  'ThreadTimelineListResponse'
) as unknown as t.Type<Response, unknown, unknown>

/** The row of `thread/timeline/list`. Threads without numbered lines have no timeline. */
export const timelineList: Method<ValueOf<ReturnType<typeof fieldsOf>>, Response> = {
  name: 'thread/timeline/list',
  profiles: ['0.169'],
  experimental: ['0.169'],
  params: (_, strict) => struct('ThreadTimelineListParams', fieldsOf(strict)),
  result: Response,
  key: noKey,
  handler: (params, call) => async () => {
    const id = threadIdOf(params.threadId)
    if (E.isLeft(id)) return id
    const read = await ask(call, (engine) => engine.readThread(id.right, false))
    if (E.isLeft(read) || read.right.historyMode !== 'paginated')
      return E.left(unsupported('thread/timeline/list'))
    const found = await ask(call, (engine) => engine.locate(id.right))
    if (call.server.strict && E.isRight(found) && found.right.archived)
      return E.left(invalidRequest(`thread ${id.right} is archived`))
    return E.map(({ data, nextCursor }: TimelinePage) =>
      answer<Response>({ data, nextCursor, activeRealtimeSessionAtPageStart: null })
    )(await ask(call, (engine) => engine.listTimeline(id.right, params)))
  }
}
