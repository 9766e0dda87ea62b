/**
 * Threads that were started and are not stored yet, or never will be. Codex makes a file when the first thing has to be
 * kept; until then a thread is what its client was sent.
 */
import { join } from 'node:path'
import { v7 } from 'uuid'
import type { JsonObject } from '../../../domain/json.ts'
import { PROFILES } from '../../../domain/log/profile.ts'
import type { Turn } from '../../../domain/protocol.ts'
import { dayOf, twoDigits } from '../../log/jsonl/place.ts'
import type { ShownThread, UnstoredThread } from './live.ts'
import type { RpcCall } from './server.ts'
import type { SessionSettings } from './settings.ts'

interface DraftSource {
  readonly settings: SessionSettings
  readonly ephemeral: boolean
  readonly threadSource: string | null
  readonly baseInstructions: string | null
  /** The thread it continues, whose preview it shows; absent for a new one. */
  readonly parent?: ShownThread
  readonly turns?: ReadonlyArray<Turn>
  readonly name?: string | null
}

const pathOf = (home: string, threadId: string, ms: number): string => {
  const at = new Date(ms)
  const date = [at.getFullYear(), twoDigits(at.getMonth() + 1), twoDigits(at.getDate())].join('-')
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join('-')
  return join(dayOf(home, ms), `rollout-${date}T${time}-${threadId}.jsonl`)
}

const present = (members: Readonly<Record<string, unknown>>): JsonObject =>
  Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null)
  ) as JsonObject

const metaOf = (
  { server, session }: RpcCall,
  threadId: string,
  ms: number,
  source: DraftSource
): JsonObject => {
  const { profile, version } = server
  const { settings, threadSource, baseInstructions } = source
  const since169 = profile === '0.169'
  return present({
    session_id: profile === '0.130' ? null : threadId,
    id: threadId,
    timestamp: new Date(ms).toISOString(),
    cwd: settings.cwd,
    runtime_workspace_roots: since169 ? settings.runtimeWorkspaceRoots : null,
    originator: session.clientName,
    cli_version: version,
    source: 'vscode',
    thread_source: threadSource,
    model_provider: settings.modelProvider,
    base_instructions: baseInstructions === null ? null : { text: baseInstructions },
    history_mode: since169 ? 'paginated' : null
  })
}

export const createDraft = (call: RpcCall, source: DraftSource): UnstoredThread => {
  const { home, profile, version } = call.server
  const { settings, ephemeral, parent } = source
  const { members142, members169 } = PROFILES[profile]
  const ms = Date.now()
  const id = v7({ msecs: ms })
  const seconds = Math.floor(ms / 1000)
  const thread: ShownThread = {
    id,
    ...(members169 ? { environments: settings.environments, extra: null } : {}),
    sessionId: id,
    forkedFromId: parent?.id ?? null,
    ...(members169 ? { attachedToThreadId: null } : {}),
    ...(members142 ? { parentThreadId: null } : {}),
    preview: parent?.preview ?? '',
    ephemeral,
    ...(members169
      ? { section: null, sectionEnteredAt: null, projectId: null, historyMode: 'paginated' }
      : {}),
    modelProvider: settings.modelProvider,
    ...(members169 ? { model: settings.model, reasoningEffort: settings.reasoningEffort } : {}),
    createdAt: seconds,
    updatedAt: seconds,
    ...(members142 ? { recencyAt: seconds } : {}),
    status: { type: 'idle' },
    path: ephemeral ? null : pathOf(home, id, ms),
    cwd: settings.cwd,
    cliVersion: version,
    ...(members169 ? { originator: call.session.clientName } : {}),
    source: 'vscode',
    ...(members169 ? { canAcceptDirectInput: true } : {}),
    threadSource: source.threadSource,
    agentNickname: null,
    agentRole: null,
    gitInfo: null,
    name: source.name ?? null,
    ...(members169 ? { daybreakEnabled: null } : {}),
    turns: source.turns ?? []
  }
  return { thread, meta: metaOf(call, id, ms, source), startedAtMs: ms }
}
