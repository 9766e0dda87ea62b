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
import type { CodexTimes } from './codex-times.ts'
import type { StreamInfo } from './ports.ts'

/** Which of Codex's answers is wanted: its file scan, its database, the head of the file, or the whole of it. */
export type Face = 'list' | 'database' | 'head' | 'whole'

/** What a view needs besides the row. */
export interface ViewContext {
  readonly profile: Profile
  /** Provider of threads whose file names none. */
  readonly defaultProvider: string
  readonly nameOf: (threadId: string) => string | null
  /** Strict mode: the times Codex's database would show. */
  readonly times: CodexTimes | null
}

/** A `source` member as the protocol spells it: `mcp` is `appServer`, `subagent` is `subAgent`. */
export const protocolSource = (source: Json): Json => {
  if (source === 'mcp') return 'appServer'
  if (typeof source === 'string')
    return ['cli', 'vscode', 'exec', 'unknown'].includes(source) ? source : 'unknown'
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
  git: null,
  historyMode: 'legacy'
}

interface Shown {
  readonly id: string
  readonly facts: MetaFacts
  readonly updatedAtMs: number
  readonly recencyAtMs: number
  readonly forkedFromId: string | null
  readonly threadSource: string | null
}

const shown = (row: ThreadRow, info: StreamInfo, face: Face, times: CodexTimes | null): Shown => {
  const { facts } = row
  const own = facts.own ?? { ...NO_FACTS, cwd: facts.contextCwd ?? '' }
  const mtime = Math.floor(info.modifiedAtMs)
  const { forkedFromId, threadSource } = own
  const whole = {
    id: info.streamId,
    facts: own,
    updatedAtMs: mtime,
    recencyAtMs: mtime,
    forkedFromId,
    threadSource
  }
  return times === null ? whole : codexShown(whole, row, info, face, times)
}

/** Files of other names get no row in Codex's database, so their times come from the head of the file. */
const ROLLOUT_NAME = /\/rollout-[^/]*$/

/** What Codex itself shows: three faces of one thread. */
const codexShown = (
  whole: Shown,
  row: ThreadRow,
  info: StreamInfo,
  face: Face,
  times: CodexTimes
): Shown => {
  const { head, preview } = row.facts
  const hasRow = (head === null || head.id === info.streamId) && ROLLOUT_NAME.test(info.path)
  const updatedAtMs = times.updatedMs.get(info.streamId) ?? whole.updatedAtMs
  const recencyAtMs = hasRow
    ? (times.recencyMs.get(info.streamId) ?? whole.recencyAtMs)
    : row.createdAtMs
  switch (face) {
    case 'list':
      return { ...whole, recencyAtMs, forkedFromId: null, threadSource: null }
    case 'database':
      return { ...whole, updatedAtMs, recencyAtMs, forkedFromId: null, threadSource: null }
    case 'whole':
      if (hasRow) return { ...whole, updatedAtMs, recencyAtMs }
      break
    case 'head':
      if (hasRow && (head === null || preview === null))
        return { ...whole, updatedAtMs, recencyAtMs }
  }
  const facts = head === null ? whole.facts : { ...head, git: head.git ?? whole.facts.git }
  const { id } = facts
  return { ...whole, id, facts, updatedAtMs: row.createdAtMs, recencyAtMs, threadSource: null }
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
  const { profile } = context
  const { id, facts, updatedAtMs, recencyAtMs, forkedFromId, threadSource } = shown(
    row,
    info,
    face,
    context.times
  )
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

/** A thread without turns, with the milliseconds behind its times. */
export interface ThreadSummary {
  readonly thread: Thread
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** The head of a caught-up thread, for clients that show times to the millisecond. */
export const summaryView = (
  row: ThreadRow,
  info: StreamInfo,
  context: ViewContext
): ThreadSummary => ({
  thread: threadView(row, info, 'head', context, []),
  createdAtMs: row.createdAtMs,
  updatedAtMs: shown(row, info, 'head', context.times).updatedAtMs
})
