/**
 * `unroll/analytics/list`: what Codex would have posted about a thread, made from its rollout.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { AnalyticsEvent, EventPayload } from '../../../../domain/analytics/event.ts'
import { noKey } from '../../connection/keys.ts'
import { answer, ask, EVERY_PROFILE, threadIdOf, type Method } from '../../method.ts'
import { invalidRequest } from '../../wire/errors.ts'
import { i64, oneOf, option, required, struct, text, u32, type ValueOf } from '../../wire/serde.ts'
import { given, rows } from './question.ts'

const fields = {
  threadId: required(text),
  contract: option(oneOf(...EVERY_PROFILE)),
  sinceMs: option(i64),
  untilMs: option(i64),
  cursor: option(text),
  limit: option(u32)
}

interface Page {
  readonly data: ReadonlyArray<EventPayload>
  readonly nextCursor: string | null
}

const LIMIT = 100
const LIMIT_MAX = 1000
const CURSOR = /^\d{1,15}$/

/** Events from a place on: the reducer begins with the thread, so a later page costs those before it too. */
const pageOf = async (
  events: AsyncIterable<AnalyticsEvent>,
  from: number,
  limit: number
): Promise<Page> => {
  const data: Array<EventPayload> = []
  let place = 0
  for await (const { payload } of events) {
    if (data.length === limit) return { data, nextCursor: String(place) }
    if (place >= from) data.push(payload)
    place += 1
  }
  return { data, nextCursor: null }
}

/** The row of `unroll/analytics/list`. */
export const analyticsList: Method<ValueOf<typeof fields>, Page> = {
  name: 'unroll/analytics/list',
  profiles: EVERY_PROFILE,
  ours: EVERY_PROFILE,
  params: () => struct('AnalyticsListParams', fields),
  result: t.type({
    ...rows<EventPayload>('AnalyticsEvent'),
    nextCursor: t.union([t.string, t.null])
  }),
  key: noKey,
  handler: (params, call) => async () => {
    const id = threadIdOf(params.threadId)
    if (E.isLeft(id)) return id
    const { cursor } = params
    if (cursor !== null && !CURSOR.test(cursor))
      return E.left(invalidRequest(`invalid cursor: ${cursor}`))
    const contract = params.contract ?? call.server.profile
    const request = { threadId: id.right, contract, ...given(params, 'sinceMs', 'untilMs') }
    const found = await ask(call, (engine) => engine.analytics(request))
    if (E.isLeft(found)) return found
    const limit = Math.max(1, Math.min(params.limit ?? LIMIT, LIMIT_MAX))
    return E.right(answer(await pageOf(found.right, Number(cursor ?? 0), limit)))
  }
}
