/**
 * Changing what a thread's metadata says: a full copy of its first `session_meta` with the change in it.
 *
 * Source: thread/metadata/update and thread/memoryMode/set of Codex 0.130.0 and 0.142.5, member order included.
 */
import { isJsonObject, textOrNull, type JsonObject } from '../json.ts'
import type { NewEvent } from './new-event.ts'
import type { GitInfo } from '../protocol.ts'
import { isBlank, trimmed } from '../white-space.ts'

/** A change of git facts: an absent member stays, null clears it. */
export interface GitPatch {
  readonly sha?: string | null
  readonly branch?: string | null
  readonly originUrl?: string | null
}

const MEMBERS = ['sha', 'branch', 'originUrl'] as const

/** Why a patch cannot be applied, in Codex's words; null when it can. */
export const patchRefusal = (patch: GitPatch): string | null => {
  const named = MEMBERS.filter((member) => patch[member] !== undefined)
  if (named.length === 0) return 'gitInfo must include at least one field'
  const blank = named.find((member) => {
    const value = patch[member]
    return typeof value === 'string' && isBlank(value)
  })
  return blank === undefined ? null : `gitInfo.${blank} must not be empty`
}

/** Git facts with a patch applied. */
export const patchedGit = (git: GitInfo | null, patch: GitPatch): GitInfo => {
  const member = (name: (typeof MEMBERS)[number]): string | null => {
    const value = patch[name]
    return value === undefined ? (git?.[name] ?? null) : value === null ? null : trimmed(value)
  }
  return { sha: member('sha'), branch: member('branch'), originUrl: member('originUrl') }
}

const FIRST = [
  'account_scoped',
  'session_id',
  'id',
  'forked_from_id',
  'forked_from_ordinal_exclusive',
  'parent_thread_id',
  'timestamp',
  'cwd',
  'runtime_workspace_roots',
  'originator',
  'cli_version',
  'source',
  'thread_source',
  'agent_nickname',
  'agent_role',
  'agent_path',
  'model_provider',
  'base_instructions',
  'dynamic_tools',
  'memory_mode'
]

const ordered = (members: JsonObject): JsonObject => {
  const others = Object.keys(members).filter((name) => !FIRST.includes(name) && name !== 'git')
  const names = [...FIRST, ...others, 'git'].filter((name) => members[name] !== undefined)
  return Object.fromEntries(names.map((name) => [name, members[name]]))
}

/** Git facts as a line spells them; unknown ones are left out. */
export const gitMember = ({ sha, branch, originUrl }: GitInfo): JsonObject => ({
  ...(sha === null ? {} : { commit_hash: sha }),
  ...(branch === null ? {} : { branch }),
  ...(originUrl === null ? {} : { repository_url: originUrl })
})

/** What a copy of the metadata changes; without `git` it leaves git alone. */
export interface MetadataChange {
  readonly memoryMode: string
  readonly git: GitInfo | null
}

/** The event that changes a thread's metadata; `meta` is the payload of its first `session_meta`. */
export const metadataEvent = (
  meta: JsonObject,
  { memoryMode, git }: MetadataChange,
  timestamp: string
): NewEvent => {
  const { git: _, ...others } = meta
  const payload = ordered({
    ...others,
    base_instructions: others['base_instructions'] ?? null,
    memory_mode: memoryMode,
    ...(git === null ? {} : { git: gitMember(git) })
  })
  return { timestamp, type: 'session_meta', payload }
}

/** Kind of the event that changes the metadata of a paginated thread. */
export const METADATA_UPDATED = 'event_msg:unroll_metadata_updated'

/**
 * The same in a paginated thread: an event of our own. Codex keeps these facts in its database there, and a model is told
 * nothing of what stands before a second `session_meta`.
 */
export const ownMetadataEvent = (
  threadId: string,
  { memoryMode, git }: MetadataChange,
  timestamp: string
): NewEvent => ({
  timestamp,
  type: 'event_msg',
  payload: {
    type: 'unroll_metadata_updated',
    threadId,
    memory_mode: memoryMode,
    ...(git === null ? {} : { git: gitMember(git) })
  }
})

/** What such an event changes; `git` is null when it leaves git alone. */
export const metadataChangeOf = (payload: JsonObject): MetadataChange | null => {
  const { memory_mode: memoryMode, git } = payload
  if (typeof memoryMode !== 'string') return null
  if (!isJsonObject(git)) return { memoryMode, git: null }
  const facts = {
    sha: textOrNull(git['commit_hash']),
    branch: textOrNull(git['branch']),
    originUrl: textOrNull(git['repository_url'])
  }
  return { memoryMode, git: facts }
}
