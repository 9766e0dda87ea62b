/**
 * A thread that begins: its first line, which reaches the disk with the first thing that is said.
 *
 * Source: `session_meta` of threads started in Codex 0.130.0, 0.142.5 and 0.169.0, member order included.
 */
import type { Json, JsonObject } from '../json.ts'
import { gitMember } from './metadata.ts'
import type { NewEvent } from './new-event.ts'
import type { Profile } from '../log/profile.ts'
import type { GitInfo, HistoryMode } from '../protocol.ts'

/** What a host says of a thread it starts; absent members have defaults. */
export interface NewThread {
  /** Absolute path of the working directory. */
  readonly cwd: string
  readonly modelProvider?: string
  /** Who starts it, for instance the name of the client. Default `unroll`. */
  readonly originator?: string
  /** As Codex spells it on disk; default `vscode`, which lists show. */
  readonly source?: Json
  readonly threadSource?: string
  readonly baseInstructions?: string
  readonly git?: GitInfo
  /** How its turns are recorded; default: as the era does. */
  readonly historyMode?: HistoryMode
}

/** A thread that is not on disk yet. */
export interface ThreadDraft {
  readonly threadId: string
  /** Where its rollout will be. */
  readonly path: string
  readonly meta: NewEvent
}

const present = (members: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

/** How an era records the threads it starts. */
export const defaultMode = (profile: Profile): HistoryMode =>
  profile.members169 ? 'paginated' : 'legacy'

export const threadMeta = (
  threadId: string,
  thread: NewThread,
  defaultProvider: string,
  profile: Profile,
  at: string,
  windowId: string
): NewEvent => {
  const mode = thread.historyMode ?? defaultMode(profile)
  const isNew = profile.members169
  const instructions = thread.baseInstructions
  const payload = present({
    account_scoped: isNew ? true : undefined,
    session_id: profile.members142 ? threadId : undefined,
    id: threadId,
    timestamp: at,
    cwd: thread.cwd,
    runtime_workspace_roots: isNew ? [thread.cwd] : undefined,
    originator: thread.originator ?? 'unroll',
    cli_version: profile.writesAs,
    source: thread.source ?? 'vscode',
    thread_source: thread.threadSource,
    model_provider: thread.modelProvider ?? defaultProvider,
    base_instructions: instructions === undefined ? undefined : { text: instructions },
    history_mode: isNew ? mode : undefined,
    context_window: isNew ? { window_id: windowId } : undefined,
    git: thread.git === undefined ? undefined : gitMember(thread.git)
  })
  return { timestamp: at, type: 'session_meta', payload }
}
