/**
 * `unroll/diff/read`: what changed between two points of a thread, or between two threads.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import {
  DIFFERENCE_PARTS,
  type ThreadDifference
} from '../../../../domain/thread/difference/thread.ts'
import type { Engine } from '../../../../replay/engine.ts'
import { compareThreads } from '../../../../replay/past/time-travel/compare.ts'
import { ask, threadOf, type RpcCall } from '../../threads/server.ts'
import { ofStoreError, type RpcError } from '../../wire/errors.ts'
import { list, oneOf, option, required, struct, text, type ParamsOf } from '../../wire/serde.ts'
import { At, pointOf } from '../at-point.ts'
import { answer, served } from '../method.ts'

const SIDE = { threadId: required(text), at: option(At) }

/** A thread, and an engine that answers as of its point. */
const withSide = async <A>(
  call: RpcCall,
  { threadId, at }: ParamsOf<typeof SIDE>,
  use: (side: {
    readonly engine: Engine
    readonly threadId: string
  }) => Promise<E.Either<RpcError, A>>
): Promise<E.Either<RpcError, A>> => {
  const thread = threadOf(call, threadId)
  if (E.isLeft(thread)) return thread
  const { streamId } = thread.right
  if (at === null) {
    const engine = await ask(call, (now) => async () => E.right(now))
    return E.isLeft(engine) ? engine : use({ engine: engine.right, threadId: streamId })
  }
  const point = pointOf(at, threadId, call)
  if (E.isLeft(point)) return point
  const used = await call.server.past.ask(
    point.right,
    (engine) => use({ engine, threadId: streamId }),
    call.stop
  )
  return E.isLeft(used) ? E.left(ofStoreError(used.left)) : used.right
}

export const diffRead = served(
  'DiffReadParams',
  {
    before: required(struct('DiffSide', SIDE)),
    after: required(struct('DiffSide', SIDE)),
    of: option(list(oneOf(...DIFFERENCE_PARTS)))
  },
  t.type({ data: t.readonlyArray(t.type({ of: t.string, change: t.string })) }, 'DiffReadResponse'),
  async ({ before, after, of }, call) => {
    const parts = of === null || of.length === 0 ? (['turns'] as const) : [...new Set(of)]
    const found = await withSide(call, before, (older) =>
      withSide(call, after, async (newer) =>
        E.mapLeft(ofStoreError)(await compareThreads(older, newer, parts)())
      )
    )
    return E.map((data: ReadonlyArray<ThreadDifference>) => answer({ data }))(found)
  }
)
