/**
 * `thread/archive`, `thread/unarchive` and `thread/delete`: which folder the files of a thread are in, and whether they exist.
 * The threads it spawned go with it, but do not come back with it.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StreamInfo } from '../../../replay/ports.ts'
import {
  statusChanged,
  threadArchived,
  threadDeleted,
  threadUnarchived
} from '../threads/notices.ts'
import * as results from '../threads/results.ts'
import { ask, threadOf, write, type RpcCall, type ThreadIds } from '../threads/server.ts'
import { draftOf, locate, materialized, noRollout, shown, stopTurn } from '../threads/threads.ts'
import { invalidRequest, ofStoreError, type RpcError } from '../wire/errors.ts'
import type { Notice } from '../wire/message.ts'
import { required, text } from '../wire/serde.ts'
import { Empty, ofThread, served, type MethodOutcome } from './method.ts'

const fields = { threadId: required(text) }

const namedThread = (call: RpcCall, threadId: string): E.Either<RpcError, ThreadIds> =>
  threadOf(call, threadId, call.server.profile === '0.130' ? 'thread id' : 'session id')

/** Unloads a thread; the notifications for everyone. */
const unloaded = async (call: RpcCall, threadId: string): Promise<ReadonlyArray<Notice>> => {
  const { server } = call
  await stopTurn(call, threadId)
  const notice = statusChanged(threadId, { type: 'notLoaded' })
  if (!server.live.unload(threadId)) return []
  return server.profile === '0.130' ? [notice, notice] : [notice]
}

/** The id by which a moved thread is loaded. */
const loadedAs = ({ server }: RpcCall, streamId: string): string =>
  server.live.ofStream(streamId)?.id ?? streamId

/** Codex up to 0.142 moves no file that has another name than the thread it was asked for. */
const misnamed = (
  { server: { profile, strict } }: RpcCall,
  { id, streamId }: ThreadIds,
  { path }: StreamInfo
): RpcError | null =>
  strict && profile !== '0.169' && streamId !== id
    ? invalidRequest(`rollout path \`${path}\` does not match thread id ${id}`)
    : null

/** Moves a thread with those it spawned, and unloads them. The one that was asked for goes by the id it was asked for. */
const moveAway = async (
  call: RpcCall,
  thread: ThreadIds,
  located: StreamInfo,
  how: 'archive' | 'remove'
): Promise<MethodOutcome> => {
  const { id, streamId } = thread
  const refused = misnamed(call, thread, located)
  if (refused !== null) return E.left(refused)
  await stopTurn(call, loadedAs(call, located.streamId))
  // What came of the questions of its turn goes with the thread.
  await call.server.recorder?.idle()
  const moved = await write(
    call,
    (engine, options) => engine[how](streamId, options),
    (e) => (e._tag === 'StreamNotFound' ? noRollout(id) : ofStoreError(e))
  )
  if (E.isLeft(moved)) return moved
  const notice = how === 'archive' ? threadArchived : threadDeleted
  const { threadIds } = moved.right
  const after = threadIds.map((one) => notice(one === streamId ? id : loadedAs(call, one)))
  const before: Array<Notice> = []
  for (const one of threadIds) before.push(...(await unloaded(call, loadedAs(call, one))))
  return E.right({ before, result: {}, after })
}

export const threadArchive = served(
  'ThreadArchiveParams',
  fields,
  Empty,
  async ({ threadId }, call) => {
    const thread = namedThread(call, threadId)
    if (E.isLeft(thread)) return thread
    const { id } = thread.right
    const draft = await draftOf(call, thread.right)
    if (draft?.thread.ephemeral === true) return E.left(noRollout(id))
    if (draft !== null && call.server.profile !== '0.169') return E.left(noRollout(id))
    const made = await materialized(call, thread.right)
    if (E.isLeft(made)) return made
    const located = await locate(call, thread.right)
    if (E.isLeft(located) || located.right.archived) return E.left(noRollout(id))
    return moveAway(call, thread.right, located.right, 'archive')
  }
)

/** Brings an archived thread back. */
export const threadUnarchive = served(
  'ThreadUnarchiveParams',
  fields,
  results.ofThread('ThreadUnarchiveResponse'),
  async ({ threadId }, call) => {
    const named = namedThread(call, threadId)
    if (E.isLeft(named)) return named
    const { id, streamId } = named.right
    const { server } = call
    if (server.profile === '0.169' && server.live.ofStream(streamId) !== null)
      return E.left(invalidRequest(`thread ${id} already has an active writer`))
    const located = await locate(call, named.right)
    if (E.isLeft(located) || !located.right.archived)
      return E.left(invalidRequest(`no archived rollout found for thread id ${id}`))
    const refused = misnamed(call, named.right, located.right)
    if (refused !== null) return E.left(refused)
    const moved = await write(call, ({ unarchive }, options) => unarchive(streamId, options))
    if (E.isLeft(moved)) return moved
    const read = await ask(call, (engine) => engine.readThread(streamId, false))
    if (E.isLeft(read)) return read
    // Codex answers from its list here, which knows no parent up to 0.142.
    const known = server.strict ? { ...read.right, forkedFromId: null } : read.right
    const thread = shown(known, server)
    const shownId = server.profile === '0.169' ? id : thread.id
    return E.right({ result: { thread }, after: [threadUnarchived(shownId)] })
  }
)

/** Moves a thread to the trash. */
export const threadDelete = ofThread('ThreadDeleteParams', {}, Empty, async (thread, _, call) => {
  const { id } = thread
  const draft = await draftOf(call, thread)
  if (draft?.thread.ephemeral === true)
    return E.left(invalidRequest(`thread is not persisted and cannot be deleted: ${id}`))
  if (draft !== null) {
    const before = await unloaded(call, id)
    return E.right({ before, result: {}, after: [threadDeleted(id)] })
  }
  const located = await locate(call, thread)
  if (E.isLeft(located)) return E.left(noRollout(id))
  return moveAway(call, thread, located.right, 'remove')
})
