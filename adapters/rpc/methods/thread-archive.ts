/**
 * `thread/archive`, `thread/unarchive` and `thread/delete`: where the files of a thread lie, and whether they do. What a
 * thread spawned goes with it, but for coming back.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { StoreError } from '../../../domain/errors.ts'
import type { StreamInfo } from '../../../replay/ports.ts'
import { threadKey } from '../connection/keys.ts'
import { invalidRequest, ofStoreError, type RpcError } from '../wire/errors.ts'
import type { ShownThread } from '../threads/live.ts'
import type { Notice } from '../wire/message.ts'
import { ask, EVERY_PROFILE, threadIdOf, type Call, type Method, engineOf } from '../method.ts'
import {
  statusChanged,
  threadArchived,
  threadDeleted,
  threadUnarchived
} from '../threads/notices.ts'
import * as results from '../threads/results.ts'
import { required, struct, text, type ValueOf } from '../wire/serde.ts'
import { draftOf, materialized, noRollout, shown, stopTurn } from '../threads/threads.ts'
import { write } from '../threads/writes.ts'

const fields = { threadId: required(text) }
type Params = ValueOf<typeof fields>
const Nothing = t.type({}, 'EmptyResponse')

const idOf = ({ threadId }: Params, { server }: Call): E.Either<RpcError, string> =>
  threadIdOf(threadId, server.profile === '0.130' ? 'thread id' : 'session id')

const words =
  (threadId: string) =>
  (e: StoreError): RpcError =>
    e._tag === 'StreamNotFound' ? noRollout(threadId) : ofStoreError(e)

/** Unloads a thread, and tells everyone that it was. */
const unloaded = async (call: Call, threadId: string): Promise<ReadonlyArray<Notice>> => {
  const { server } = call
  await stopTurn(call, threadId)
  const notice = statusChanged(threadId, { type: 'notLoaded' })
  if (!server.live.unload(threadId)) return []
  return server.profile === '0.130' ? [notice, notice] : [notice]
}

/** The id by which a moved thread is loaded. */
const loadedAs = ({ server }: Call, streamId: string): string =>
  server.live.ofStream(streamId)?.id ?? streamId

const unloadAll = async (
  call: Call,
  streamIds: ReadonlyArray<string>
): Promise<ReadonlyArray<Notice>> => {
  const notices: Array<Notice> = []
  for (const id of streamIds) notices.push(...(await unloaded(call, loadedAs(call, id))))
  return notices
}

/** Codex up to 0.142 moves no file that has another name than the thread it was asked for. */
const misnamed = (
  { server, streamOf }: Call,
  threadId: string,
  { path }: StreamInfo
): RpcError | null => {
  const { profile, strict } = server
  return strict && profile !== '0.169' && streamOf(threadId) !== threadId
    ? invalidRequest(`rollout path \`${path}\` does not match thread id ${threadId}`)
    : null
}

/** What is told of each thread that was moved: that which was asked for goes by the id it was asked for. */
const toldOf = (
  call: Call,
  asked: string,
  moved: ReadonlyArray<string>,
  notice: (threadId: string) => Notice
): ReadonlyArray<Notice> => {
  const own = call.streamOf(asked)
  return moved.map((id) => notice(id === own ? asked : loadedAs(call, id)))
}

/** The row of `thread/archive`. */
export const threadArchive: Method<Params, object> = {
  name: 'thread/archive',
  profiles: EVERY_PROFILE,
  params: () => struct('ThreadArchiveParams', fields),
  result: Nothing,
  key: threadKey,
  changesLists: true,
  handler: (params, call) => async () => {
    const id = idOf(params, call)
    if (E.isLeft(id)) return id
    const draft = await draftOf(call, id.right)
    if (draft?.thread.ephemeral === true) return E.left(noRollout(id.right))
    if (draft !== null && call.server.profile !== '0.169') return E.left(noRollout(id.right))
    const made = await materialized(call, id.right)
    if (E.isLeft(made)) return made
    const located = await (await engineOf(call)).locate(id.right)()
    if (E.isLeft(located) || located.right.archived) return E.left(noRollout(id.right))
    const refused = misnamed(call, id.right, located.right)
    if (refused !== null) return E.left(refused)
    await stopTurn(call, loadedAs(call, located.right.streamId))
    const moved = await write(
      call,
      ({ archive }, options) => archive(id.right, options),
      words(id.right)
    )
    if (E.isLeft(moved)) return moved
    const { threadIds } = moved.right
    const after = toldOf(call, id.right, threadIds, threadArchived)
    return E.right({ before: await unloadAll(call, threadIds), result: {}, after })
  }
}

/** The row of `thread/unarchive`. */
export const threadUnarchive: Method<Params, { readonly thread: ShownThread }> = {
  name: 'thread/unarchive',
  profiles: EVERY_PROFILE,
  params: () => struct('ThreadUnarchiveParams', fields),
  result: t.type({ thread: results.ShownThread }, 'ThreadUnarchiveResponse'),
  key: threadKey,
  changesLists: true,
  handler: (params, call) => async () => {
    const id = idOf(params, call)
    if (E.isLeft(id)) return id
    const { server } = call
    if (server.profile === '0.169' && server.live.ofStream(call.streamOf(id.right)) !== null)
      return E.left(invalidRequest(`thread ${id.right} already has an active writer`))
    const located = await (await engineOf(call)).locate(id.right)()
    if (E.isLeft(located) || !located.right.archived)
      return E.left(invalidRequest(`no archived rollout found for thread id ${id.right}`))
    const refused = misnamed(call, id.right, located.right)
    if (refused !== null) return E.left(refused)
    const moved = await write(call, ({ unarchive }, options) => unarchive(id.right, options))
    if (E.isLeft(moved)) return moved
    const read = await ask(call, (engine) => engine.readThread(id.right, false))
    if (E.isLeft(read)) return read
    // Codex answers from its list here, which knows no parent up to 0.142.
    const known = server.strict ? { ...read.right, forkedFromId: null } : read.right
    const thread = shown(known, server)
    const told = server.profile === '0.169' ? id.right : thread.id
    return E.right({ result: { thread }, after: [threadUnarchived(told)] })
  }
}

/** The row of `thread/delete`. */
export const threadDelete: Method<Params, object> = {
  name: 'thread/delete',
  profiles: ['0.142', '0.169'],
  params: () => struct('ThreadDeleteParams', fields),
  result: Nothing,
  key: threadKey,
  changesLists: true,
  handler: (params, call) => async () => {
    const id = threadIdOf(params.threadId)
    if (E.isLeft(id)) return id
    const draft = await draftOf(call, id.right)
    if (draft?.thread.ephemeral === true)
      return E.left(invalidRequest(`thread is not persisted and cannot be deleted: ${id.right}`))
    if (draft !== null)
      return E.right({
        before: await unloaded(call, id.right),
        result: {},
        after: [threadDeleted(id.right)]
      })
    const located = await (await engineOf(call)).locate(id.right)()
    if (E.isLeft(located)) return E.left(noRollout(id.right))
    const refused = misnamed(call, id.right, located.right)
    if (refused !== null) return E.left(refused)
    await stopTurn(call, loadedAs(call, located.right.streamId))
    const removed = await write(
      call,
      ({ remove }, options) => remove(id.right, options),
      words(id.right)
    )
    if (E.isLeft(removed)) return removed
    const { threadIds } = removed.right
    const after = toldOf(call, id.right, threadIds, threadDeleted)
    return E.right({ before: await unloadAll(call, threadIds), result: {}, after })
  }
}
