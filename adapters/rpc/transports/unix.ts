/**
 * The `unix://PATH` transport: WebSockets over a socket file that only its owner may use.
 *
 * The socket is bound under a name of its own and then linked to its path, which succeeds for one server only. A file
 * that a dead server left is deleted first, under a lock: while it is held nobody else deletes, and nobody can link to a
 * path that is taken. So of servers that start at the same moment one serves, and none loses its socket to another.
 */
import * as E from 'fp-ts/lib/Either.js'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, linkSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs'
import { createConnection, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { describe } from '../../../domain/errors.ts'
import type { StreamId } from '../../../domain/ids.ts'
import { lockWriter } from '../../log/jsonl/writer-lock.ts'
import { openToAll } from './auth.ts'
import type { ClientLimits } from './client.ts'
import type { Routes } from './http.ts'
import { controlSocketPath, type Listen, type Transport } from './listen.ts'
import { webSockets } from './websocket.ts'

/** Longest path that Linux binds or connects to, in bytes; macOS has three less. */
export const SOCKET_PATH_BYTES_MAX = 107

interface UnixOptions {
  readonly home: string
  readonly routes: Routes
  readonly limits?: ClientLimits
}

const codeOf = (cause: unknown): string | undefined => (cause as NodeJS.ErrnoException).code

const nameBeside = (path: string): string =>
  join(dirname(path), `.${randomBytes(4).toString('hex')}`)

/** Whether a server answers there; it counts as living when in doubt. */
const stateOf = async (path: string): Promise<'living' | 'dead' | 'gone'> => {
  const socket = createConnection(path)
  try {
    await once(socket, 'connect')
    return 'living'
  } catch (cause) {
    const code = codeOf(cause)
    if (code === 'ENOENT') return 'gone'
    return code === 'ECONNREFUSED' ? 'dead' : 'living'
  } finally {
    socket.destroy()
  }
}

const linked = (from: string, to: string): boolean => {
  try {
    linkSync(from, to)
    return true
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false
    throw cause
  }
}

const unlinkIfThere = (path: string): void => {
  try {
    unlinkSync(path)
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause
  }
}

const inUse = (path: string): string => `app-server control socket is already in use at ${path}`

/** Takes a dead server's socket away, if it is still there; answers why not. Starters do so one at a time. */
const removeStale = async (path: string): Promise<string | null> => {
  const lock = await lockWriter(dirname(path), 'app-server-socket' as StreamId)
  if (E.isLeft(lock)) return describe(lock.left)
  try {
    const state = await stateOf(path)
    if (state === 'dead') unlinkIfThere(path)
    return state === 'living' ? inUse(path) : null
  } finally {
    lock.right.release()
  }
}

/** Gives a bound socket its path; answers why not. */
const publish = async (bound: string, path: string): Promise<string | null> => {
  while (!linked(bound, path)) {
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat?.isSocket() === false)
      return `app-server control socket path exists and is not a socket: ${path}`
    const living = (await stateOf(path)) === 'living'
    const refused = living ? inUse(path) : await removeStale(path)
    if (refused !== null) return refused
  }
  return null
}

/** The folder of the socket, made for its owner alone when missing; an existing one keeps its mode, unless it is ours. */
const makeFolder = (path: string, home: string): void => {
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (path === controlSocketPath(home)) chmodSync(folder, 0o700)
}

/** Binds a socket file with mode 0600 from its first moment on, so that nobody else gets in before a `chmod`. */
const listenPrivately = (server: Server, path: string): void => {
  const mask = process.umask(0o177)
  server.listen(path)
  process.umask(mask)
}

const bind = async (
  path: string,
  { home, routes, limits }: UnixOptions
): Promise<E.Either<string, Transport>> => {
  makeFolder(path, home)
  const rules = { routes, browsersReach: false, auth: (text?: string) => openToAll(text, 0) }
  const { http, serve } = await webSockets(limits)
  const bound = nameBeside(path)
  listenPrivately(http, bound)
  await once(http, 'listening')
  const { ino } = lstatSync(bound)
  const refused = await publish(bound, path)
  unlinkIfThere(bound)
  if (refused !== null) {
    http.close()
    return E.left(refused)
  }
  // While our socket is bound no other file has its number.
  const leave = (): void => {
    if (lstatSync(path, { throwIfNoEntry: false })?.ino === ino) unlinkIfThere(path)
  }
  return E.right({
    serve: async (server, stop) => {
      process.once('exit', leave)
      stop.addEventListener('abort', () => {
        process.removeListener('exit', leave)
        leave()
      })
      await serve(server, stop, rules)
    }
  })
}

/** Binds the path; `Left` says why it cannot. */
export const openUnix = async (
  { path }: Extract<Listen, { kind: 'unix' }>,
  options: UnixOptions
): Promise<E.Either<string, Transport>> => {
  const longest = Math.max(Buffer.byteLength(path), Buffer.byteLength(nameBeside(path)))
  if (longest > SOCKET_PATH_BYTES_MAX)
    return E.left(
      `path must be shorter than SUN_LEN: ${path} has ${longest} bytes, a socket path may have ${SOCKET_PATH_BYTES_MAX}; name a shorter one with --listen unix://PATH`
    )
  try {
    return await bind(path, options)
  } catch (cause) {
    return E.left(`cannot listen on ${path}: ${(cause as Error).message}`)
  }
}
