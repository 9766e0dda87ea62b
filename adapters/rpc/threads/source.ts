/**
 * Which stored thread a request is about: one named by the path of its rollout, else one named by its id.
 *
 * Codex takes any path. This server takes only rollouts of its own home, and follows no link out of it: paths are compared,
 * never opened.
 */
import * as E from 'fp-ts/lib/Either.js'
import { statSync, type Stats } from 'node:fs'
import { resolve, sep } from 'node:path'
import type { Engine } from '../../../replay/engine.ts'
import type { StreamInfo } from '../../../replay/ports.ts'
import { canonicalPath } from '../../home/places.ts'
import { internal, invalidRequest, ofStoreError, type RpcError } from '../wire/errors.ts'
import {
  idsOf,
  threadOf,
  type Remote,
  type RpcCall,
  type Server,
  type ThreadIds
} from './server.ts'
import { locate, noRollout } from './threads.ts'

/** The thread's id is last in the name, or before the id of a segment. */
const ROLLOUT_ID = /([0-9a-f-]{36})(?:_[0-9a-f-]{36})?\.jsonl(?:\.zst)?$/i
const COMPRESSED = '.zst'

const statOf = (path: string): Stats | null => {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null
  } catch {
    return null
  }
}

const unresolved = (path: string, reason: string): RpcError =>
  invalidRequest(`failed to resolve rollout path \`${path}\`: ${reason}`)

/** `failing` says what fails in 0.130, where a directory is only noticed when it is read. */
const isDirectory = (asked: string, failing: string, { profile }: Server): RpcError =>
  profile === '0.130'
    ? internal(
        `${failing}: thread-store internal error: failed to read thread ${asked}: Is a directory (os error 21)`
      )
    : unresolved(asked, 'path is a directory')

/** A rollout of the home: which thread it belongs to, and its path as clients see it. */
interface NamedRollout {
  readonly threadId: string
  readonly path: string
}

/** A segment that a revert left behind is in no lineage; it lies in the home all the same. */
const SEGMENT = /_[0-9a-f-]{36}\.jsonl(?:\.zst)?$/i

const isFileOf = (server: Server, located: StreamInfo, real: string): boolean => {
  const { path, compressed } = located
  if (canonicalPath(compressed ? `${path}${COMPRESSED}` : path) === real) return true
  if (server.profile !== '0.169' || !(SEGMENT.test(real) || SEGMENT.test(path))) return false
  return ['sessions', 'archived_sessions'].some((folder) =>
    real.startsWith(`${canonicalPath(resolve(server.home, folder)) ?? '\0'}${sep}`)
  )
}

const missing = (asked: string, { profile }: Server): RpcError =>
  unresolved(
    asked,
    profile === '0.130' ? 'No such file or directory (os error 2)' : 'file does not exist'
  )

/** The same where a store holds the threads: no file is looked at. */
const rolloutIn = async (
  opening: Promise<Remote>,
  asked: string,
  failing: string,
  server: Server,
  engine: Engine
): Promise<E.Either<RpcError, NamedRollout>> => {
  const plain = asked.replace(/\.zst$/, '')
  const threadId = ROLLOUT_ID.exec(asked)?.[1]?.toLowerCase()
  // An engine whose store cannot be opened says why, whatever it is asked.
  const remote = await opening.catch(() => null)
  const located = threadId === undefined ? null : await engine.locate(threadId)()
  if (remote?.isFolder(asked) === true) return E.left(isDirectory(asked, failing, server))
  if (threadId === undefined || located === null) return E.left(missing(asked, server))
  if (E.isLeft(located)) {
    return E.left(
      located.left._tag === 'StreamNotFound' ? missing(asked, server) : ofStoreError(located.left)
    )
  }
  const own = [located.right.path]
  const paths = server.profile === '0.169' ? (remote?.paths(threadId) ?? own) : own
  return paths.includes(plain) ? E.right({ threadId, path: plain }) : E.left(missing(asked, server))
}

/**
 * The rollout at `path`; a relative path starts at the home, and from 0.142 on the plain name of a compressed rollout
 * is accepted too. `Left` when there is no file, or it is no rollout of this home.
 */
export const rolloutOf = async (
  path: string,
  failing: string,
  server: Server,
  engine: Engine
): Promise<E.Either<RpcError, NamedRollout>> => {
  const asked = resolve(server.home, path)
  if (server.remote !== undefined) return rolloutIn(server.remote, asked, failing, server, engine)
  const plain = statOf(asked)
  const packed = server.profile === '0.130' ? null : statOf(`${asked}${COMPRESSED}`)
  if (plain === null && packed === null) return E.left(missing(asked, server))
  if (plain?.isDirectory() === true) return E.left(isDirectory(asked, failing, server))
  const real = canonicalPath(plain === null ? `${asked}${COMPRESSED}` : asked)
  const threadId = ROLLOUT_ID.exec(real ?? '')?.[1]?.toLowerCase()
  const located = threadId === undefined ? null : await engine.locate(threadId)()
  if (real === null || threadId === undefined || located === null || E.isLeft(located))
    return E.left(unresolved(asked, 'not a rollout of this home'))
  return isFileOf(server, located.right, real)
    ? E.right({ threadId, path: asked.replace(/\.zst$/, '') })
    : E.left(unresolved(asked, 'not a rollout of this home'))
}

/** The path of a stored thread as clients see it; null when there is none. */
export const activePathOf = async (call: RpcCall, thread: ThreadIds): Promise<string | null> => {
  const located = await locate(call, thread)
  return E.isRight(located) ? located.right.path : null
}

/** The thread a request names; `Left` in Codex's words when there is none, it is archived or the path names no rollout. */
export const sourceOf = async (
  call: RpcCall,
  { threadId, path }: { readonly threadId: string; readonly path: string | null }
): Promise<E.Either<RpcError, ThreadIds>> => {
  const { server } = call
  if (path !== null && path !== '') {
    const engine = await server.engine
    const named = await rolloutOf(path, 'failed to read thread', server, engine)
    return E.map((rollout: NamedRollout) => idsOf(call, rollout.threadId))(named)
  }
  const is130 = server.profile === '0.130'
  const thread = threadOf(call, threadId, is130 ? 'thread id' : 'session id')
  if (E.isLeft(thread)) return thread
  const { id } = thread.right
  const located = await locate(call, thread.right)
  if (E.isLeft(located)) return E.left(noRollout(id))
  return located.right.archived && !is130
    ? E.left(
        invalidRequest(
          `session ${id} is archived. Run \`codex unarchive ${id}\` to unarchive it first.`
        )
      )
    : thread
}
