/**
 * Thread rows to the Thread object a client sees.
 *
 * Codex itself answers from three places that disagree: lists from its file scan, `thread/read` without turns from
 * the head of the file, `thread/read` with turns from its database. Strict mode reproduces each; otherwise there
 * is one answer, from the whole log.
 */
import { isJsonObject, type Json } from '../../../domain/json.ts'
import { spawnIn, spawnText } from '../../../domain/spawned.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import type { GitInfo, Thread, Turn } from '../../../domain/protocol.ts'
import { protocolSource, protocolThreadSource } from '../../../domain/source.ts'
import { NO_META, type MetaFacts, type ThreadFacts } from '../../../domain/thread/thread.ts'
import { parentOf, spawnerOf, type ThreadRow } from '../../../projections/thread-row.ts'
import { givenName } from './identity.ts'
import type { CodexTimes } from '../lists/codex-times.ts'
import type { StreamInfo } from '../../ports.ts'

/**
 * Which of Codex's answers is wanted: its file scan, its database, that about what a thread spawned, the head of the file with
 * and without what the database adds, or the whole of it.
 */
export type Face = 'list' | 'database' | 'below' | 'head' | 'file' | 'whole'

export interface ViewContext {
  readonly profile: Profile
  readonly strict: boolean
  readonly absolute?: ((path: string) => string) | undefined
  /** Provider of threads whose file names none. */
  readonly defaultProvider: string
  readonly nameOf: (threadId: string) => string | null
  /** Strict mode: the times Codex's database would show. */
  readonly times: CodexTimes | null
}

/** The source of a spawned thread, with all its members and the name and role that later metadata gave it. */
const namedSource = ({ source, agentNickname, agentRole }: MetaFacts): Json => {
  const spawn = spawnIn(source)
  if (spawn === null) return source
  return {
    subagent: {
      thread_spawn: {
        ...spawn,
        agent_path: spawn['agent_path'] ?? null,
        agent_nickname: agentNickname ?? spawn['agent_nickname'] ?? null,
        agent_role: agentRole ?? spawn['agent_role'] ?? null
      }
    }
  }
}

interface ShownFacts {
  readonly id: string
  readonly facts: MetaFacts
  readonly preview: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly recencyAtMs: number
  readonly forkedFromId: string | null
  readonly parentThreadId: string | null
  readonly threadSource: string | null
}

/** The directory of the first turn replaces one missing in metadata; since 0.142 only when it is absolute. */
const contextCwd = ({ contextCwd: cwd }: ThreadFacts, { members142 }: Profile): string =>
  cwd === null || (members142 && !cwd.startsWith('/')) ? '' : cwd

/** Codex itself knows the parent from the metadata alone, and in its database from the source alone. */
const shownParent = (facts: ThreadFacts, face: Face, { strict }: ViewContext): string | null => {
  if (!strict) return parentOf(facts)
  if (face === 'database') return null
  return face === 'below' ? spawnerOf(facts) : (facts.own?.parentThreadId ?? null)
}

const shown = (row: ThreadRow, info: StreamInfo, face: Face, context: ViewContext): ShownFacts => {
  const { facts } = row
  const meta = facts.own ?? { ...NO_META, cwd: contextCwd(facts, context.profile) }
  const isScan = context.strict && face === 'list'
  const cwd = isScan ? (facts.head?.cwd ?? meta.cwd) : (facts.settingsCwd ?? meta.cwd)
  const own = { ...meta, cwd }
  const mtime = Math.floor(info.modifiedAtMs)
  const whole: ShownFacts = {
    id: info.streamId,
    facts: own,
    preview: facts.preview ?? '',
    createdAtMs: row.createdAtMs,
    updatedAtMs: mtime,
    recencyAtMs: mtime,
    forkedFromId: own.forkedFromId,
    parentThreadId: shownParent(facts, face, context),
    threadSource: own.threadSource
  }
  const { profile, strict, times } = context
  if (profile.members169)
    return strict
      ? shown169(whole, row, face)
      : { ...whole, recencyAtMs: times169(row).recencyAtMs }
  return times === null ? whole : codexShown(whole, row, info, face, times, profile)
}

const parsed = (text: string | null | undefined): number | null => {
  const ms = typeof text === 'string' ? Date.parse(text) : NaN
  return Number.isNaN(ms) ? null : ms
}

/** When a thread began and when its newest turn did, as 0.169 answers it: a revert restarts the thread. */
export const times169 = ({ facts, createdAtMs }: ThreadRow) => {
  const began = parsed(facts.segment?.timestamp) ?? createdAtMs
  return { createdAtMs: began, recencyAtMs: Math.max(began, parsed(facts.turnStartedAt) ?? began) }
}

/** What 0.169 calls the threads in which it has approvals reviewed, whatever is said in them. */
export const GUARDIAN = { preview: 'Approval review', name: 'Guardian review' }

/** True for such a thread, which its first metadata tell. */
export const isGuardian = ({ head, own }: ThreadFacts): boolean => {
  const source = (head ?? own)?.source
  const sub = isJsonObject(source) ? source['subagent'] : null
  return isJsonObject(sub) && sub['other'] === 'guardian'
}

/** What 0.169 shows of metadata that were given twice; `isScanned` when it looks at nothing but the head of the file. */
const facts169 = (
  newest: MetaFacts,
  head: MetaFacts,
  face: Face,
  isScanned: boolean
): MetaFacts => {
  const git = scannedGit(newest.git, head.git)
  if (face === 'list') return { ...head, git }
  if (!isScanned) return { ...newest, originator: head.originator }
  return { ...head, cwd: newest.cwd, git: face === 'file' ? git : newest.git }
}

/** What 0.169 itself shows: lists know no forks, and a revert hides what was first asked. */
const shown169 = (whole: ShownFacts, row: ThreadRow, face: Face): ShownFacts => {
  const { segment, preview, head } = row.facts
  const isHead = face === 'head' || face === 'file'
  const said = isGuardian(row.facts) ? GUARDIAN.preview : (segment?.preview ?? preview ?? '')
  const isScanned = isHead && whole.facts.historyMode !== 'paginated' && said !== ''
  const isRead = isHead || face === 'whole'
  const times = times169(row)
  return {
    ...whole,
    ...times,
    id: head?.id ?? whole.id,
    updatedAtMs: isScanned ? times.createdAtMs : whole.updatedAtMs,
    facts: head === null ? whole.facts : facts169(whole.facts, head, face, isScanned),
    preview: said,
    forkedFromId: isRead ? whole.forkedFromId : null,
    threadSource: isRead && !isScanned ? whole.threadSource : null
  }
}

/** Files of other names get no row in Codex's database, so their times come from the head of the file. */
const ROLLOUT_NAME = /\/rollout-[^/]*$/

/** A list takes from the head of the file what the newest metadata leaves open; so it shows facts that were taken away. */
const scannedGit = (newest: GitInfo | null, head: GitInfo | null): GitInfo | null =>
  newest === null || head === null
    ? newest
    : {
        sha: newest.sha ?? head.sha,
        branch: newest.branch ?? head.branch,
        originUrl: newest.originUrl ?? head.originUrl
      }

/** What Codex itself shows: three faces of one thread. */
const codexShown = (
  whole: ShownFacts,
  row: ThreadRow,
  info: StreamInfo,
  face: Face,
  times: CodexTimes,
  { members142 }: Profile
): ShownFacts => {
  const { head, preview, asked } = row.facts
  const scanned: MetaFacts =
    head === null ? whole.facts : { ...head, git: scannedGit(whole.facts.git, head.git) }
  const headPreview = members142 ? (preview ?? '') : (asked?.text ?? '')
  const hasRow = (head === null || head.id === info.streamId) && ROLLOUT_NAME.test(info.path)
  const updatedAtMs = times.updatedMs.get(info.streamId) ?? whole.updatedAtMs
  const recencyAtMs =
    hasRow || face === 'list' || face === 'database'
      ? (times.recencyMs.get(info.streamId) ?? whole.recencyAtMs)
      : row.createdAtMs
  const listed = { ...whole, recencyAtMs, forkedFromId: null, threadSource: null }
  switch (face) {
    case 'list':
      return { ...listed, id: scanned.id, facts: scanned }
    case 'database':
    case 'below':
      return { ...listed, id: head?.id ?? whole.id, updatedAtMs }
    case 'whole':
      if (hasRow) return { ...whole, updatedAtMs, recencyAtMs }
      break
    case 'head':
      if (hasRow && (head === null || headPreview === ''))
        return { ...whole, updatedAtMs, recencyAtMs }
      break
    case 'file': {
      const isUnasked = (members142 ? preview : asked) === null
      const time = isUnasked ? whole.updatedAtMs : row.createdAtMs
      return { ...whole, id: scanned.id, facts: scanned, preview: headPreview, updatedAtMs: time }
    }
  }
  const facts = head === null ? whole.facts : { ...head, git: whole.facts.git ?? head.git }
  const { id } = facts
  return { ...whole, id, facts, updatedAtMs: row.createdAtMs, recencyAtMs, threadSource: null }
}

/** What is known of git; 0.169 knows no empty address. */
const saidGit = (git: GitInfo | null, { members169 }: Profile): GitInfo | null => {
  const said = members169 && git?.originUrl === '' ? { ...git, originUrl: null } : git
  return said !== null && Object.values(said).some((fact) => fact !== null) ? said : null
}

const seconds = (ms: number): number => Math.floor(ms / 1000)

/**
 * A name that says more than the preview does. A thread that began with a picture alone goes by the first text in it; with
 * Codex, which keeps that text where names are, even when people gave it a name. Where Codex reads one thread it does not ask
 * whether the name says more.
 */
const shownName = (
  row: ThreadRow,
  info: StreamInfo,
  face: Face,
  context: ViewContext
): string | null => {
  const { preview, firstUserMessage, title } = row.facts
  const { profile, strict } = context
  const given = givenName(context, context.nameOf, row, info)
  if (strict && profile.members169 && isGuardian(row.facts)) return given ?? GUARDIAN.name
  const isRead = strict && (face === 'head' || face === 'whole')
  const name = !isRead && (given === preview || given === firstUserMessage) ? null : given
  const said = title === firstUserMessage ? null : title
  return strict ? (said ?? name) : (name ?? said)
}

const sectionOf = ({ historyMode }: MetaFacts) => ({
  section: null,
  sectionEnteredAt: null,
  projectId: null,
  historyMode: historyMode === 'paginated' ? ('paginated' as const) : ('legacy' as const)
})

export const threadView = (
  row: ThreadRow,
  info: StreamInfo,
  face: Face,
  context: ViewContext,
  turns: ReadonlyArray<Turn>
): Thread => {
  const { profile } = context
  const view = shown(row, info, face, context)
  const { id, facts, updatedAtMs, recencyAtMs, forkedFromId, threadSource } = view
  const { members142, members169 } = profile
  const source = namedSource(facts)
  const spawned = spawnIn(source)
  return {
    id,
    ...(members169 ? { environments: null, extra: null } : {}),
    sessionId: id,
    forkedFromId,
    ...(members169 ? { attachedToThreadId: facts.isAttached ? forkedFromId : null } : {}),
    ...(members142 ? { parentThreadId: view.parentThreadId } : {}),
    preview: view.preview,
    ephemeral: false,
    ...(members169 ? sectionOf(facts) : {}),
    modelProvider: row.facts.settingsProvider ?? facts.modelProvider ?? context.defaultProvider,
    ...(members169 ? { model: row.facts.model, reasoningEffort: row.facts.reasoningEffort } : {}),
    createdAt: seconds(view.createdAtMs),
    updatedAt: seconds(updatedAtMs),
    ...(members142 ? { recencyAt: seconds(recencyAtMs) } : {}),
    status: { type: 'notLoaded' },
    path: info.path,
    cwd: context.absolute?.(facts.cwd) ?? facts.cwd,
    cliVersion: facts.cliVersion,
    ...(members169 ? { originator: facts.originator === '' ? null : facts.originator } : {}),
    source: protocolSource(source),
    ...(members169 ? { canAcceptDirectInput: null } : {}),
    threadSource: protocolThreadSource(threadSource, profile),
    agentNickname: spawnText(spawned, 'agent_nickname'),
    agentRole: spawnText(spawned, 'agent_role'),
    gitInfo: saidGit(facts.git, profile),
    name: shownName(row, info, face, context),
    ...(members169 ? { daybreakEnabled: null } : {}),
    turns
  }
}

/** A thread without turns, with the milliseconds behind its times. */
export interface ThreadSummary {
  readonly thread: Thread
  /** As logged. */
  readonly cwd: string
  readonly source: Json
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** The head of a caught-up thread, for clients that show times to the millisecond. */
export const summaryView = (
  row: ThreadRow,
  info: StreamInfo,
  face: 'head' | 'file',
  context: ViewContext
): ThreadSummary => {
  const { facts, createdAtMs, updatedAtMs } = shown(row, info, face, context)
  const thread = threadView(row, info, face, context, [])
  return { thread, cwd: facts.cwd, source: namedSource(facts), createdAtMs, updatedAtMs }
}
