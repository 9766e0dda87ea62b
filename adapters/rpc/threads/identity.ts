/**
 * Which thread a request means. Where no file is named after the id, it can stand in the metadata of one: the engine knows.
 * Strict answers go by that id, as Codex does; others by that of the file, whichever a client names.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isJsonObject } from '../../../domain/json.ts'
import type { ProfileName } from '../../../domain/profile.ts'
import { ask, type Call, type Server } from '../method.ts'
import { internal, invalidRequest, ofStoreError, type RpcError } from '../wire/errors.ts'
import { parseUuid } from '../wire/uuid.ts'

/** A request as its handler takes it: its parameters, and which file a thread id of it means. */
export interface Identified extends Pick<Call, 'streamOf'> {
  readonly params: unknown
}

const askedIn = (params: unknown): string | null => {
  const named = isJsonObject(params) ? params['threadId'] : null
  const id = typeof named === 'string' ? parseUuid(named) : null
  return id !== null && E.isRight(id) ? id.right : null
}

/** Finds out what a request means; `Left` when nobody can know. */
export const identified = async (
  { live, engine: opening, remote, strict }: Server,
  params: unknown
): Promise<E.Either<RpcError, Identified>> => {
  const loaded = (threadId: string): string => live.find(threadId)?.streamId ?? threadId
  const asIs = E.right({ params, streamOf: loaded })
  const asked = askedIn(params)
  if (asked === null || live.find(asked) !== null) return asIs
  // What is known of a store already need not be asked for.
  const known = await remote?.catch(() => undefined)
  if (known !== undefined && known.stamp(asked) !== null) return asIs
  const engine = await opening.catch(() => null)
  if (engine === null) return asIs
  const named = await engine.locate(asked)()
  if (E.isRight(named) || named.left._tag !== 'StreamNotFound') return asIs
  const found = await engine.resolve(asked)()
  if (E.isLeft(found))
    return found.left._tag === 'AmbiguousThread' ? E.left(ofStoreError(found.left)) : asIs
  if (!strict)
    return E.right({ params: { ...(params as object), threadId: found.right }, streamOf: loaded })
  const streamOf = (threadId: string): string =>
    live.find(threadId)?.streamId ?? (threadId === asked ? found.right : threadId)
  return E.right({ params, streamOf })
}

/** What a client wants to change of a thread. */
export type Changed = 'name' | 'goal' | 'metadata' | 'memoryMode'

const UPDATE = {
  metadata: ['failed to update thread metadata', 'failed to set thread git metadata: '],
  memoryMode: ['failed to set thread memory mode', 'failed to set thread memory mode: ']
} as const
const STORE = 'thread-store internal error'

/** Codex's words for a change of a thread that was named by its file; null where it takes the change. */
const refusal = (
  profile: ProfileName,
  changed: Changed,
  asked: string,
  found: string
): RpcError | null => {
  const mismatch = `rollout session metadata id mismatch: expected ${asked}, found ${found}`
  const is130 = profile === '0.130'
  switch (changed) {
    case 'name':
      return is130
        ? internal(
            `failed to set thread name: ${STORE}: thread metadata unavailable before name update: ${asked}`
          )
        : null
    case 'goal':
      return invalidRequest(
        is130
          ? 'error returned from database: (code: 787) FOREIGN KEY constraint failed'
          : 'thread metadata does not match requested id'
      )
    case 'metadata':
    case 'memoryMode': {
      const [failed, inFile] = UPDATE[changed]
      if (is130 && changed === 'metadata')
        return internal(
          `${failed}: ${STORE}: thread metadata unavailable before git update: ${asked}`
        )
      if (is130) return internal(`${failed}: ${STORE}: ${inFile}${mismatch}`)
      const rebuilt = changed === 'metadata' ? 'failed to rebuild thread metadata: ' : ''
      const step = profile === '0.169' ? rebuilt : inFile
      return internal(
        `${failed}: Fatal error: failed to update thread metadata ${asked}: ${STORE}: ${step}${mismatch}`
      )
    }
  }
}

/** True for a thread that was named by its file where strict answers know it by another id, that in its metadata. */
export const isNamedByFile = async (call: Call, threadId: string): Promise<boolean> =>
  (await otherId(call, threadId)) !== null

const otherId = async (call: Call, threadId: string): Promise<string | null> => {
  if (!call.server.strict) return null
  const read = await ask(call, (engine) => engine.readThread(threadId, false))
  return E.isLeft(read) || read.right.id === threadId ? null : read.right.id
}

/** Why strict answers refuse a change: Codex reads and loads a thread by the id of its file, and changes it only by the other one. */
export const refusedAs = async (
  call: Call,
  changed: Changed,
  threadId: string
): Promise<RpcError | null> => {
  const other = await otherId(call, threadId)
  return other === null ? null : refusal(call.server.profile, changed, threadId, other)
}
