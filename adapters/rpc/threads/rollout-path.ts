/**
 * Which thread of the home a rollout path names. Paths are compared, never opened.
 */
import * as E from 'fp-ts/lib/Either.js'
import { realpathSync, statSync, type Stats } from 'node:fs'
import { resolve, sep } from 'node:path'
import type { Engine } from '../../../replay/engine.ts'
import type { StreamInfo } from '../../../replay/ports.ts'
import type { Remote } from '../follow/watch.ts'
import { internal, invalidRequest, ofStoreError, type RpcError } from '../wire/errors.ts'
import type { Server } from '../method.ts'

/** The thread's id stands last in the name, or before the id of a segment. */
const ROLLOUT_ID = /([0-9a-f-]{36})(?:_[0-9a-f-]{36})?\.jsonl(?:\.zst)?$/i
const COMPRESSED = '.zst'

const statOf = (path: string): Stats | null => {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null
  } catch {
    return null
  }
}

const realPath = (path: string): string | null => {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}

const unresolved = (path: string, reason: string): RpcError =>
  invalidRequest(`failed to resolve rollout path \`${path}\`: ${reason}`)

const isDirectory = (path: string, asked: string, { profile }: Server): RpcError =>
  profile === '0.130'
    ? internal(
        `failed to load conversation summary from ${path}: thread-store internal error: failed to read thread ${asked}: Is a directory (os error 21)`
      )
    : unresolved(asked, 'path is a directory')

/** A rollout of the home: which thread it belongs to, and its path as clients see it. */
export interface NamedRollout {
  readonly threadId: string
  readonly path: string
}

/** A segment that a revert left behind is in no lineage; it lies in the home all the same. */
const SEGMENT = /_[0-9a-f-]{36}\.jsonl(?:\.zst)?$/i

const isFileOf = (server: Server, located: StreamInfo, real: string): boolean => {
  const { path, compressed } = located
  if (realPath(compressed ? `${path}${COMPRESSED}` : path) === real) return true
  if (server.profile !== '0.169' || !(SEGMENT.test(real) || SEGMENT.test(path))) return false
  return ['sessions', 'archived_sessions'].some((folder) =>
    real.startsWith(`${realPath(resolve(server.home, folder)) ?? '\0'}${sep}`)
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
  path: string,
  server: Server,
  engine: Engine
): Promise<E.Either<RpcError, NamedRollout>> => {
  const asked = resolve(server.home, path)
  const plain = asked.replace(/\.zst$/, '')
  const threadId = ROLLOUT_ID.exec(asked)?.[1]?.toLowerCase()
  // An engine whose store cannot be opened says why, whatever it is asked.
  const remote = await opening.catch(() => null)
  const located = threadId === undefined ? null : await engine.locate(threadId)()
  if (remote?.isFolder(asked) === true) return E.left(isDirectory(path, asked, server))
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
 * is taken too. `Left` when nothing is there, or something that is no rollout of this home.
 */
export const rolloutOf = async (
  path: string,
  server: Server,
  engine: Engine
): Promise<E.Either<RpcError, NamedRollout>> => {
  if (server.remote !== undefined) return rolloutIn(server.remote, path, server, engine)
  const asked = resolve(server.home, path)
  const plain = statOf(asked)
  const packed = server.profile === '0.130' ? null : statOf(`${asked}${COMPRESSED}`)
  if (plain === null && packed === null) return E.left(missing(asked, server))
  if (plain?.isDirectory() === true) return E.left(isDirectory(path, asked, server))
  const real = realPath(plain === null ? `${asked}${COMPRESSED}` : asked)
  const threadId = ROLLOUT_ID.exec(real ?? '')?.[1]?.toLowerCase()
  const located = threadId === undefined ? null : await engine.locate(threadId)()
  if (real === null || threadId === undefined || located === null || E.isLeft(located))
    return E.left(unresolved(asked, 'not a rollout of this home'))
  return isFileOf(server, located.right, real)
    ? E.right({ threadId, path: asked.replace(/\.zst$/, '') })
    : E.left(unresolved(asked, 'not a rollout of this home'))
}
