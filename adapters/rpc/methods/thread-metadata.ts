/**
 * `thread/name/set`, `thread/metadata/update` and `thread/memoryMode/set`: facts about a thread that a client changes,
 * whether it is loaded or not.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { GATED_FIELDS } from './gated-fields.ts'
import type { GitPatch } from '../../../domain/changes/metadata.ts'
import { threadKey } from '../connection/keys.ts'
import { invalidRequest, type RpcError } from '../wire/errors.ts'
import type { ShownThread } from '../threads/live.ts'
import { ask, EVERY_PROFILE, threadIdOf, type Call, type Method, engineOf } from '../method.ts'
import { nameUpdated } from '../threads/notices.ts'
import { refusedAs } from '../threads/identity.ts'
import * as results from '../threads/results.ts'
import { oneOf, option, patch, required, struct, text, type ValueOf } from '../wire/serde.ts'
import {
  changeable,
  metadataWords,
  noRollout,
  shown,
  type ThreadWords
} from '../threads/threads.ts'
import { write } from '../threads/writes.ts'
import { isBlank, trimmed } from '../../../domain/white-space.ts'

const Nothing = t.type({}, 'EmptyResponse')
const nameFields = { threadId: required(text), name: required(text) }

/** An archived thread has no name that could be changed, up to 0.142. */
const archivedRefusal = async (call: Call, threadId: string): Promise<RpcError | null> => {
  const { profile } = call.server
  const located = await (await engineOf(call)).locate(threadId)()
  if (E.isLeft(located) || !located.right.archived) return null
  return profile === '0.130'
    ? invalidRequest(`thread ${threadId} is archived`)
    : noRollout(threadId)
}

/** 0.130 knows no ephemeral thread when it is to be named. */
const nameWords = ({ server }: Call): ThreadWords =>
  server.profile === '0.130'
    ? { ...metadataWords(server), ephemeral: (id) => `thread not found: ${id}` }
    : metadataWords(server)

/** The row of `thread/name/set`. */
export const threadNameSet: Method<ValueOf<typeof nameFields>, object> = {
  name: 'thread/name/set',
  profiles: EVERY_PROFILE,
  params: () => struct('ThreadSetNameParams', nameFields),
  result: Nothing,
  key: threadKey,
  changesLists: true,
  handler:
    ({ threadId, name: given }, call) =>
    async () => {
      const named = threadIdOf(threadId)
      if (E.isLeft(named)) return named
      const name = trimmed(given)
      if (name === '') return E.left(invalidRequest('thread name must not be empty'))
      const archived = await archivedRefusal(call, named.right)
      if (archived !== null) return E.left(archived)
      const id = await changeable(call, threadId, nameWords(call))
      if (E.isLeft(id)) return id
      const refused = await refusedAs(call, 'name', id.right)
      if (refused !== null) return E.left(refused)
      const renamed = await write(call, ({ rename }, options) => rename(id.right, name, options))
      return E.map(() => ({ result: {}, after: [nameUpdated(id.right, name)] }))(renamed)
    }
}

const gitFields = { sha: patch(text), branch: patch(text), originUrl: patch(text) }
const metadataFields = {
  threadId: required(text),
  gitInfo: option(struct('ThreadMetadataGitInfoUpdateParams', gitFields))
}
type GitInfo = ValueOf<typeof gitFields>

const gitPatch = (git: GitInfo | null, { server }: Call): E.Either<RpcError, GitPatch> => {
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

/** The row of `thread/metadata/update`. */
export const threadMetadataUpdate: Method<
  ValueOf<typeof metadataFields>,
  { readonly thread: ShownThread }
> = {
  name: 'thread/metadata/update',
  profiles: EVERY_PROFILE,
  experimentalFields: GATED_FIELDS['thread/metadata/update'],
  params: () => struct('ThreadMetadataUpdateParams', metadataFields),
  result: t.type({ thread: results.ShownThread }, 'ThreadMetadataUpdateResponse'),
  key: threadKey,
  changesLists: true,
  handler:
    ({ threadId, gitInfo }, call) =>
    async () => {
      const named = threadIdOf(threadId)
      if (E.isLeft(named)) return named
      const git = gitPatch(gitInfo, call)
      if (E.isLeft(git)) return git
      const id = await changeable(call, threadId, metadataWords(call.server))
      if (E.isLeft(id)) return id
      const refused = await refusedAs(call, 'metadata', id.right)
      if (refused !== null) return E.left(refused)
      const written = await write(call, ({ updateMetadata }, options) =>
        updateMetadata(id.right, git.right, options)
      )
      if (E.isLeft(written)) return written
      const read = await ask(call, (engine) => engine.readThread(id.right, false))
      return E.map((thread: ShownThread) => ({ result: { thread: shown(thread, call.server) } }))(
        read
      )
    }
}

const memoryFields = { threadId: required(text), mode: required(oneOf('enabled', 'disabled')) }

/** The row of `thread/memoryMode/set`. */
export const threadMemoryModeSet: Method<ValueOf<typeof memoryFields>, object> = {
  name: 'thread/memoryMode/set',
  profiles: EVERY_PROFILE,
  experimental: EVERY_PROFILE,
  params: () => struct('ThreadMemoryModeSetParams', memoryFields),
  result: Nothing,
  key: threadKey,
  handler:
    ({ threadId, mode }, call) =>
    async () => {
      const id = await changeable(call, threadId, metadataWords(call.server))
      if (E.isLeft(id)) return id
      const refused = await refusedAs(call, 'memoryMode', id.right)
      if (refused !== null) return E.left(refused)
      const written = await write(call, ({ setMemoryMode }, options) =>
        setMemoryMode(id.right, mode, options)
      )
      return E.map(() => ({ result: {} }))(written)
    }
}
