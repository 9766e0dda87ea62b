/**
 * `thread/name/set`, `thread/metadata/update` and `thread/memoryMode/set`: facts about a thread that a client changes,
 * whether it is loaded or not.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { GitPatch } from '../../../domain/changes/metadata.ts'
import type { Thread } from '../../../domain/protocol.ts'
import { isBlank, trimmed } from '../../../domain/white-space.ts'
import { refusedAs } from '../threads/identity.ts'
import { nameUpdated } from '../threads/notices.ts'
import * as results from '../threads/results.ts'
import { ask, write, type RpcCall, type ThreadIds } from '../threads/server.ts'
import {
  changeable,
  locate,
  metadataWords,
  noRollout,
  shown,
  threadNotFound,
  type ThreadWords
} from '../threads/threads.ts'
import { invalidRequest, type RpcError } from '../wire/errors.ts'
import { oneOf, option, patch, required, struct, text, type ParamsOf } from '../wire/serde.ts'
import { Empty, answer, ofThread } from './method.ts'

/** An archived thread has no name that could be changed, up to 0.142. */
const archivedRefusal = async (call: RpcCall, thread: ThreadIds): Promise<RpcError | null> => {
  const located = await locate(call, thread)
  if (E.isLeft(located) || !located.right.archived) return null
  return call.server.profile === '0.130'
    ? invalidRequest(`thread ${thread.id} is archived`)
    : noRollout(thread.id)
}

/** 0.130 knows no ephemeral thread when it is to be named. */
const nameWords = ({ server }: RpcCall): ThreadWords =>
  server.profile === '0.130'
    ? { ...metadataWords(server), ephemeral: (id) => threadNotFound(id).message }
    : metadataWords(server)

export const threadNameSet = ofThread(
  'ThreadSetNameParams',
  { name: required(text) },
  Empty,
  async (thread, { name: given }, call) => {
    const name = trimmed(given)
    if (name === '') return E.left(invalidRequest('thread name must not be empty'))
    const archived = await archivedRefusal(call, thread)
    if (archived !== null) return E.left(archived)
    const made = await changeable(call, thread, nameWords(call))
    if (E.isLeft(made)) return made
    const { id, streamId } = thread
    const refused = await refusedAs(call, 'name', thread)
    if (refused !== null) return E.left(refused)
    const renamed = await write(call, ({ rename }, options) => rename(streamId, name, options))
    return E.map(() => ({ result: {}, after: [nameUpdated(id, name)] }))(renamed)
  }
)

const gitFields = { sha: patch(text), branch: patch(text), originUrl: patch(text) }

const gitPatch = (
  git: ParamsOf<typeof gitFields> | null,
  { server }: RpcCall
): E.Either<RpcError, GitPatch> => {
  const members = Object.entries(git ?? {}).filter(([, value]) => value !== undefined)
  if (members.length === 0) {
    const what = server.profile === '0.169' && git === null ? 'thread metadata update' : 'gitInfo'
    return E.left(invalidRequest(`${what} must include at least one field`))
  }
  const empty = members.find(([, value]) => typeof value === 'string' && isBlank(value))
  return empty === undefined
    ? E.right(Object.fromEntries(members))
    : E.left(invalidRequest(`gitInfo.${empty[0]} must not be empty`))
}

/** Changes what is known of the repository of a thread. */
export const threadMetadataUpdate = ofThread(
  'ThreadMetadataUpdateParams',
  {
    gitInfo: option(struct('ThreadMetadataGitInfoUpdateParams', gitFields))
  },
  results.ofThread('ThreadMetadataUpdateResponse'),
  async (thread, { gitInfo }, call) => {
    const git = gitPatch(gitInfo, call)
    if (E.isLeft(git)) return git
    const made = await changeable(call, thread, metadataWords(call.server))
    if (E.isLeft(made)) return made
    const { streamId } = thread
    const refused = await refusedAs(call, 'metadata', thread)
    if (refused !== null) return E.left(refused)
    const written = await write(call, ({ updateMetadata }, options) =>
      updateMetadata(streamId, git.right, options)
    )
    if (E.isLeft(written)) return written
    const read = await ask(call, (engine) => engine.readThread(streamId, false))
    return E.map((updated: Thread) => answer({ thread: shown(updated, call.server) }))(read)
  }
)

/** Turns the memory of a thread on or off. */
export const threadMemoryModeSet = ofThread(
  'ThreadMemoryModeSetParams',
  { mode: required(oneOf('enabled', 'disabled')) },
  Empty,
  async (thread, { mode }, call) => {
    const made = await changeable(call, thread, metadataWords(call.server))
    if (E.isLeft(made)) return made
    const refused = await refusedAs(call, 'memoryMode', thread)
    if (refused !== null) return E.left(refused)
    const written = await write(call, ({ setMemoryMode }, options) =>
      setMemoryMode(thread.streamId, mode, options)
    )
    return E.map(() => answer({}))(written)
  }
)
