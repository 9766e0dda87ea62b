/**
 * What clients ask of a loaded thread that an agent would have: terminals in its background, questions it asks, messages that
 * wait for their turn. There are none here.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { ProfileName } from '../../../domain/profile.ts'
import { threadKey } from '../connection/keys.ts'
import { EVERY_PROFILE, SINCE_142, SINCE_169, answer, type Call, type Method } from '../method.ts'
import { internal, invalidRequest, type RpcError } from '../wire/errors.ts'
import { loadedThread } from '../threads/threads.ts'
import { option, required, struct, text, u32, type Fields, type ValueOf } from '../wire/serde.ts'

const ofThread = { threadId: required(text) }
type OfThread = ValueOf<typeof ofThread>
const page = { cursor: option(text), limit: option(u32) }

const courtesy = (
  name: string,
  profiles: ReadonlyArray<ProfileName>,
  [structName, fields]: readonly [string, Fields],
  result: (threadId: string, call: Call) => E.Either<RpcError, JsonObject>,
  words: (refused: RpcError, threadId: string) => RpcError = (refused) => refused
): Method<OfThread, object> => ({
  name,
  profiles,
  experimental: profiles,
  standing: 'courtesy',
  params: () => struct(structName, { ...fields, ...ofThread }),
  result: t.object,
  key: threadKey,
  handler:
    ({ threadId }, call) =>
    async () => {
      const live = loadedThread(call, threadId)
      if (E.isLeft(live)) return E.left(words(live.left, threadId))
      return E.map(answer<object>)(result(live.right.id, call))
    }
})

const emptyPage = () => E.right({ data: [], nextCursor: null })

/** Codex looks for the rollout of a thread whose queue is asked for. */
const noQueueOf = (_: RpcError, threadId: string): RpcError =>
  internal(
    `failed to read thread: invalid thread-store request: no rollout found for thread id ${threadId}`
  )

/** Counts the questions of a thread that wait for a person; nothing runs that they could hold up. */
const waiting =
  (step: 1 | -1) =>
  (threadId: string, { server }: Call): E.Either<RpcError, JsonObject> => {
    const count = server.live.elicit(threadId, step)
    return count === null
      ? E.left(invalidRequest('out-of-band elicitation count is already zero'))
      : E.right({ count, paused: count > 0 })
  }

/** The rows. */
export const LOADED_COURTESIES: ReadonlyArray<Method<OfThread, object>> = [
  courtesy(
    'thread/increment_elicitation',
    EVERY_PROFILE,
    ['ThreadIncrementElicitationParams', {}],
    waiting(1)
  ),
  courtesy(
    'thread/decrement_elicitation',
    EVERY_PROFILE,
    ['ThreadDecrementElicitationParams', {}],
    waiting(-1)
  ),
  courtesy('thread/queue/list', SINCE_169, ['ThreadQueueListParams', page], emptyPage, noQueueOf),
  courtesy(
    'thread/backgroundTerminals/clean',
    EVERY_PROFILE,
    ['ThreadBackgroundTerminalsCleanParams', {}],
    () => E.right({})
  ),
  courtesy(
    'thread/backgroundTerminals/list',
    SINCE_142,
    ['ThreadBackgroundTerminalsListParams', page],
    emptyPage
  )
]
