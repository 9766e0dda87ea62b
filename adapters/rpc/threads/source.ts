/**
 * Which stored thread a resume or a fork is about: one named by its path, else one named by its id.
 *
 * Codex takes any path. This server takes only rollouts of its own home, and follows no link out of it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import { internal, invalidRequest, type RpcError } from '../wire/errors.ts'
import { threadIdOf, type Call, engineOf } from '../method.ts'
import { rolloutOf } from './rollout-path.ts'
import { noRollout } from './threads.ts'

/** The path of a stored thread as clients see it; null when there is none. */
export const activePathOf = async (call: Call, threadId: string): Promise<string | null> => {
  const located = await (await engineOf(call)).locate(threadId)()
  return E.isRight(located) ? located.right.path : null
}

const archivedWords = (threadId: string): RpcError =>
  invalidRequest(
    `session ${threadId} is archived. Run \`codex unarchive ${threadId}\` to unarchive it first.`
  )

const wordsOfDirectory =
  ({ server }: Call, path: string) =>
  (e: RpcError): RpcError =>
    server.profile === '0.130' && e.message.includes('Is a directory')
      ? internal(
          `failed to read thread: thread-store internal error: failed to read thread ${path}: Is a directory (os error 21)`
        )
      : e

/** The thread a request names; `Left` in Codex's words when it is not there, archived or no rollout. */
export const sourceOf = async (
  call: Call,
  { threadId, path }: { readonly threadId: string; readonly path: string | null }
): Promise<E.Either<RpcError, string>> => {
  const { server } = call
  const engine = await engineOf(call)
  if (path !== null && path !== '') {
    const asked = resolve(server.home, path)
    const named = await rolloutOf(asked, server, engine)
    return E.isLeft(named)
      ? E.mapLeft(wordsOfDirectory(call, asked))(named)
      : E.right(named.right.threadId)
  }
  const id = threadIdOf(threadId, server.profile === '0.130' ? 'thread id' : 'session id')
  if (E.isLeft(id)) return id
  const located = await engine.locate(id.right)()
  if (E.isLeft(located)) return E.left(noRollout(id.right))
  return located.right.archived && server.profile !== '0.130'
    ? E.left(archivedWords(id.right))
    : E.right(id.right)
}
