/**
 * Which thread a request means. Where no file is named after the id, it can be the one in the metadata of a file: the engine
 * knows. Strict answers go by that id, as Codex does; others by that of the file, whichever a client names.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isJsonObject } from '../../../domain/json.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { internal, invalidRequest, ofStoreError, type RpcError } from '../wire/errors.ts'
import { parseUuid } from '../../../domain/uuid.ts'
import { ask, type RpcCall, type Server, type ThreadIds } from './server.ts'

const namedIn = (params: unknown): string | null => {
  const named = isJsonObject(params) ? params['threadId'] : null
  const id = typeof named === 'string' ? parseUuid(named) : null
  return id !== null && E.isRight(id) ? id.right : null
}

/** Resolves the thread a request names to both its ids; `Left` when it could be one of several. */
export const identified = async (
  { live, engine: opening, remote, strict }: Server,
  params: unknown
): Promise<E.Either<RpcError, { readonly params: unknown; readonly thread: ThreadIds | null }>> => {
  const id = namedIn(params)
  if (id === null) return E.right({ params, thread: null })
  const loaded = live.find(id)
  const asNamed = E.right({ params, thread: { id, streamId: loaded?.streamId ?? id } })
  if (loaded !== null) return asNamed
  // What is known of a store already need not be asked for.
  const known = await remote?.catch(() => undefined)
  if (known !== undefined && known.stamp(id) !== null) return asNamed
  const engine = await opening.catch(() => null)
  if (engine === null) return asNamed
  const named = await engine.locate(id)()
  if (E.isRight(named) || named.left._tag !== 'StreamNotFound') return asNamed
  const found = await engine.resolve(id)()
  if (E.isLeft(found))
    return found.left._tag === 'AmbiguousThread' ? E.left(ofStoreError(found.left)) : asNamed
  const streamId = found.right
  return E.right(
    strict
      ? { params, thread: { id, streamId } }
      : {
          params: { ...(params as object), threadId: streamId },
          thread: { id: streamId, streamId }
        }
  )
}

/** What a client wants to change of a thread. */
type ChangedPart = 'name' | 'goal' | 'metadata' | 'memoryMode'

const UPDATE = {
  metadata: ['failed to update thread metadata', 'failed to set thread git metadata: '],
  memoryMode: ['failed to set thread memory mode', 'failed to set thread memory mode: ']
} as const
const STORE = 'thread-store internal error'

/** Codex's words for a change of a thread that was named by its file; null where it takes the change. */
const refusal = (
  profile: ProfileName,
  changed: ChangedPart,
  asked: string,
  found: string
): RpcError | null => {
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
      const mismatch = `rollout session metadata id mismatch: expected ${asked}, found ${found}`
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

/** The id in the metadata of a thread that was named by its file, where strict answers go by it; else null. */
export const otherId = async (
  call: RpcCall,
  { id, streamId }: ThreadIds
): Promise<string | null> => {
  if (!call.server.strict) return null
  const read = await ask(call, (engine) => engine.readThread(streamId, false))
  return E.isLeft(read) || read.right.id === id ? null : read.right.id
}

/** Why strict answers refuse a change: Codex reads and loads a thread by the id of its file, and changes it only by the other one. */
export const refusedAs = async (
  call: RpcCall,
  changed: ChangedPart,
  thread: ThreadIds
): Promise<RpcError | null> => {
  const other = await otherId(call, thread)
  return other === null ? null : refusal(call.server.profile, changed, thread.id, other)
}
