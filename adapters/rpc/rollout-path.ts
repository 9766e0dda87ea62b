/**
 * Which thread of the home a rollout path names. Paths are compared, never opened.
 */
import * as E from 'fp-ts/lib/Either.js'
import { realpathSync, statSync, type Stats } from 'node:fs'
import { resolve } from 'node:path'
import type { Engine } from '../../replay/engine.ts'
import { internal, invalidRequest, type RpcError } from './errors.ts'
import type { Server } from './method.ts'

const ROLLOUT_ID =
  /([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl(?:\.zst)?$/i
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

const isDirectory = (path: string, { profile }: Server): RpcError =>
  profile === '0.130'
    ? internal(
        `failed to load conversation summary from ${path}: thread-store internal error: failed to read thread ${path}: Is a directory (os error 21)`
      )
    : unresolved(path, 'path is a directory')

/**
 * Id of the thread whose rollout is at `path`; a relative path starts at the home, and 0.142 takes the plain name
 * of a compressed rollout too. `Left` when nothing is there, or something that is no rollout of this home.
 */
export const rolloutOf = (
  path: string,
  server: Server,
  engine: Engine
): E.Either<RpcError, string> => {
  const asked = resolve(server.home, path)
  const plain = statOf(asked)
  const packed = server.profile === '0.130' ? null : statOf(`${asked}${COMPRESSED}`)
  if (plain === null && packed === null) {
    const missing =
      server.profile === '0.130' ? 'No such file or directory (os error 2)' : 'file does not exist'
    return E.left(unresolved(path, missing))
  }
  if (plain?.isDirectory() === true) return E.left(isDirectory(path, server))
  const real = realPath(plain === null ? `${asked}${COMPRESSED}` : asked)
  const id = ROLLOUT_ID.exec(real ?? '')?.[1]?.toLowerCase()
  const located = id === undefined ? null : engine.locate(id)
  const stranger = unresolved(path, 'not a rollout of this home')
  if (id === undefined || located === null || E.isLeft(located)) return E.left(stranger)
  const { path: known, compressed } = located.right
  return realPath(compressed ? `${known}${COMPRESSED}` : known) === real
    ? E.right(id)
    : E.left(stranger)
}
