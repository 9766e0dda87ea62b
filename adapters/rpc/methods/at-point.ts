/**
 * A member of our own: reading methods take `at`, a point in the past, and answer as they would have then. A strict server does not
 * know it.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import type { Engine } from '../../../replay/engine.ts'
import type { PastPoint } from '../../../replay/past/time-travel/past.ts'
import { createLive } from '../threads/live.ts'
import { threadOf, type RpcCall } from '../threads/server.ts'
import { invalidRequest, ofStoreError, type RpcError } from '../wire/errors.ts'
import { alongside, i64, option, struct, text, u64 } from '../wire/serde.ts'
import type { AnyServed } from './method.ts'

/** A point in the past, as requests name it. */
export const At = struct('At', { revision: option(u64), turnId: option(text), timeMs: option(i64) })

type AskedPoint = t.TypeOf<typeof At>

const WHICH = 'at needs exactly one of revision, turnId and timeMs'

/** The point of a request that names a thread, or none. */
export const pointOf = (
  { revision, turnId, timeMs }: AskedPoint,
  threadId: unknown,
  call: RpcCall
): E.Either<RpcError, PastPoint> => {
  if ([revision, turnId, timeMs].filter((one) => one !== null).length !== 1)
    return E.left(invalidRequest(WHICH))
  if (timeMs !== null) return E.right({ timeMs })
  if (typeof threadId !== 'string')
    return E.left(invalidRequest('at needs timeMs where no thread is named'))
  return E.map(({ streamId }: { readonly streamId: string }): PastPoint =>
    revision === null
      ? { threadId: streamId, turn: turnId ?? '' }
      : { threadId: streamId, revision }
  )(threadOf(call, threadId))
}

/** The same request, of a server in which nothing is loaded and whose engine is another one. */
const askedOf = (call: RpcCall, engine: Engine): RpcCall => ({
  ...call,
  server: { ...call.server, engine: Promise.resolve(engine), live: createLive() }
})

/** A reading method that may be asked about an earlier point. */
export const atPoint = (method: AnyServed): AnyServed => ({
  ...method,
  params: (era) =>
    era.strict ? method.params(era) : alongside(method.params(era), { at: option(At) }),
  handler: async (params, call) => {
    const { at = null, ...rest } = (params ?? {}) as {
      readonly at?: AskedPoint | null
      readonly threadId?: unknown
    }
    if (at === null) return method.handler(params, call)
    const point = pointOf(at, rest.threadId, call)
    if (E.isLeft(point)) return point
    const answered = await call.server.past.ask(
      point.right,
      (engine) => method.handler(rest, askedOf(call, engine)),
      call.stop
    )
    return E.isLeft(answered) ? E.left(ofStoreError(answered.left)) : answered.right
  }
})
