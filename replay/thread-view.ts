/**
 * Thread rows to the Thread object a client sees.
 *
 * Codex itself answers from three places that disagree: lists from its file scan, `thread/read` without turns from
 * the head of the file, `thread/read` with turns from its database. Strict mode reproduces each; otherwise there
 * is one answer, from the whole log.
 */
import type { Json } from '../domain/json.ts'
import type { Profile } from '../domain/profile.ts'
import type { Thread, Turn } from '../domain/protocol.ts'
import type { MetaFacts, ThreadFacts } from '../domain/thread.ts'
import { parentOf, type ThreadRow } from '../projections/threads.ts'
import type { StreamInfo } from './ports.ts'

/** Which of Codex's three answers is wanted. */
export type Face = 'list' | 'head' | 'whole'

/** What a view needs besides the row. */
export interface ViewContext {
  readonly profile: Profile
  readonly strict: boolean
  /** Provider of threads whose file names none. */
  readonly defaultProvider: string
  readonly nameOf: (threadId: string) => string | null
}

/** A `source` member as the protocol spells it: `mcp` is `appServer`, `subagent` is `subAgent`. */
export const protocolSource = (source: Json): Json => {
  if (source === 'mcp') return 'appServer'
  if (typeof source === 'string') return ['cli', 'vscode', 'exec', 'unknown'].includes(source) ? source : 'unknown'
  if (typeof source !== 'object' || source === null || Array.isArray(source)) return 'unknown'
  const { subagent, custom } = source as { readonly subagent?: Json; readonly custom?: Json }
  if (subagent !== undefined) return { subAgent: subagent }
  if (custom !== undefined) return { custom }
  return 'unknown'
}

const NO_FACTS: MetaFacts = {
  id: '',
  timestamp: '',
  cwd: '',
  originator: '',
  cliVersion: '',
  source: 'vscode',
  modelProvider: null,
  forkedFromId: null,
  parentThreadId: null,
  threadSource: null,
  agentNickname: null,
  agentRole: null,
  git: null
}

interface Shown {
  readonly id: string
  readonly facts: MetaFacts
  readonly updatedAtMs: number
  readonly recencyAtMs: number
  readonly forkedFromId: string | null
  readonly threadSource: string | null
}

const shown = (row: ThreadRow, info: StreamInfo, face: Face, strict: boolean): Shown => {
  const own = row.facts.own ?? NO_FACTS
  const head = row.facts.head ?? NO_FACTS
  const mtime = Math.floor(info.modifiedAtMs)
  const { forkedFromId } = head
  if (!strict) {
    const facts = own
    const { threadSource } = own
    return { id: info.streamId, facts, updatedAtMs: mtime, recencyAtMs: mtime, forkedFromId, threadSource }
  }
  const hasRow = head.id === info.streamId
  const id = row.facts.head === null ? info.streamId : head.id
  if (face === 'list') {
    return { id, facts: own, updatedAtMs: mtime, recencyAtMs: mtime, forkedFromId: null, threadSource: null }
  }
  const recencyAtMs = hasRow ? mtime : row.createdAtMs
  if (face === 'whole' && hasRow) {
    const { threadSource } = own
    return { id, facts: own, updatedAtMs: mtime, recencyAtMs, forkedFromId, threadSource }
  }
  return { id, facts: head, updatedAtMs: row.createdAtMs, recencyAtMs, forkedFromId, threadSource: null }
}

const seconds = (ms: number): number => Math.floor(ms / 1000)

/** A name counts only when it says more than the preview does. */
export const shownName = (facts: ThreadFacts, name: string | null): string | null =>
  name === null || name === facts.preview || name === facts.firstUserMessage ? null : name

/** The Thread object of a caught-up stream. */
export const threadView = (
  row: ThreadRow,
  info: StreamInfo,
  face: Face,
  context: ViewContext,
  turns: ReadonlyArray<Turn>
): Thread => {
  const { profile, strict } = context
  const { id, facts, updatedAtMs, recencyAtMs, forkedFromId, threadSource } = shown(row, info, face, strict)
  return {
    id,
    sessionId: id,
    forkedFromId,
    ...(profile.members142 ? { parentThreadId: parentOf(row.facts) } : {}),
    preview: row.facts.preview ?? '',
    ephemeral: false,
    modelProvider: facts.modelProvider ?? context.defaultProvider,
    createdAt: seconds(row.createdAtMs),
    updatedAt: seconds(updatedAtMs),
    ...(profile.members142 ? { recencyAt: seconds(recencyAtMs) } : {}),
    status: { type: 'notLoaded' },
    path: info.path,
    cwd: facts.cwd,
    cliVersion: facts.cliVersion,
    source: protocolSource(facts.source),
    threadSource,
    agentNickname: facts.agentNickname,
    agentRole: facts.agentRole,
    gitInfo: facts.git,
    name: shownName(row.facts, context.nameOf(id)),
    turns
  }
}
