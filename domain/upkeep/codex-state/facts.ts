/**
 * What the log says of a thread against what Codex's databases remember of it.
 */
import { findingOf, type Finding } from '../check/finding.ts'
import type { Json, JsonObject } from '../../json.ts'
import type { ThreadFacts } from '../../thread/thread.ts'
import { givenName, goalStatus, type SpawnEdge, type StateGoal, type StateThread } from './state.ts'

/** A thread as the log tells it. */
export interface KnownThread {
  readonly threadId: string
  /** Relative to the home. */
  readonly path: string
  readonly archived: boolean
  readonly facts: ThreadFacts
  /** From `session_index.jsonl`. */
  readonly name: string | null
  /** Null for a thread that nobody spawned. */
  readonly edge: { readonly parentId: string; readonly status: string } | null
}

interface FactsInput {
  readonly threads: ReadonlyArray<KnownThread>
  readonly rows: ReadonlyArray<StateThread>
  readonly edges: ReadonlyArray<SpawnEdge>
  /** Null where the database of goals cannot be read. */
  readonly goals: ReadonlyArray<StateGoal> | null
  /** Characters of a text that the database was asked for. */
  readonly textCharactersMax: number
}

type FactDifference = readonly [field: string, log: Json, database: Json]

const cut = (text: string | null, max: number): string | null =>
  text === null ? null : [...text].slice(0, max).join('')

/** A column is compared only where both sides can tell: a version that has no such column says nothing. */
const differences = (
  { facts }: KnownThread,
  row: StateThread,
  max: number
): ReadonlyArray<FactDifference> => {
  const { own, head } = facts
  if (own === null || head === null) return []
  const git = own.git ?? { sha: null, branch: null, originUrl: null }
  // A revert begins the thread anew for 0.169: what was asked first is then what was asked first in the newest file.
  const anew = facts.segment?.preview ?? null
  const first = (text: string | null, said: string): string | null =>
    anew !== null && cut(anew, max) === said ? said : cut(text ?? '', max)
  const cwds = [own.cwd, facts.settingsCwd ?? own.cwd]
  const all: ReadonlyArray<FactDifference> = [
    ['preview', row.preview === null ? null : first(facts.preview, row.preview), row.preview],
    ['title', givenName(row) === null ? first(facts.title, row.title) : row.title, row.title],
    ['cwd', cwds.includes(row.cwd) ? row.cwd : own.cwd, row.cwd],
    ['model', row.model === null ? null : facts.model, row.model],
    ['modelProvider', own.modelProvider ?? row.modelProvider, row.modelProvider],
    ['gitSha', git.sha, row.gitSha],
    ['gitBranch', git.branch, row.gitBranch],
    ['gitOriginUrl', git.originUrl, row.gitOriginUrl],
    ['tokensUsed', facts.tokensUsed, row.tokensUsed]
  ]
  return all.filter(([, log, database]) => log !== database)
}

const factsFinding = (thread: KnownThread, found: ReadonlyArray<FactDifference>): Finding => {
  const facts: JsonObject = Object.fromEntries(
    found.map(([field, log, database]) => [field, { log, database }])
  )
  return findingOf('state_facts_differ', { ...placeOf(thread), facts })
}

const placeOf = ({ threadId, path }: KnownThread) => ({ threadId, path })

/**
 * A name that only `session_index.jsonl` has is shown by Codex too, but for numbered threads; one that is the first message
 * is shown as none.
 */
const nameFinding = (thread: KnownThread, row: StateThread): ReadonlyArray<Finding> => {
  const database = givenName(row)
  const { name, facts } = thread
  const isLookedUp = facts.own?.historyMode !== 'paginated' || name === row.firstUserMessage
  if (name === database || (database === null && isLookedUp)) return []
  return [
    findingOf('state_name_differs', {
      ...placeOf(thread),
      facts: { sessionIndex: name, database }
    })
  ]
}

const goalFinding = (
  thread: KnownThread,
  goal: StateGoal | undefined,
  max: number
): ReadonlyArray<Finding> => {
  const log = thread.facts.goal
  const database =
    goal === undefined ? null : { objective: goal.objective, status: goalStatus(goal.status) }
  if (log === null && database === null) return []
  const isSame =
    log !== null &&
    database !== null &&
    cut(log.objective, max) === database.objective &&
    log.status === database.status
  if (isSame) return []
  const shown = log === null ? null : { objective: log.objective, status: log.status }
  return [findingOf('state_goal_differs', { ...placeOf(thread), facts: { log: shown, database } })]
}

const edgeFinding = (thread: KnownThread, edge: SpawnEdge | undefined): ReadonlyArray<Finding> => {
  const log = thread.edge
  const database = edge === undefined ? null : { parentId: edge.parentId, status: edge.status }
  if (log === null && database === null) return []
  if (log?.parentId === database?.parentId && log?.status === database?.status) return []
  return [
    findingOf('state_agent_differs', {
      ...placeOf(thread),
      facts: { log: log === null ? null : { ...log }, database }
    })
  ]
}

/** Compares what the log says of each thread with its rows; threads without a row are left out. */
export const factFindings = ({
  threads,
  rows,
  edges,
  goals,
  textCharactersMax
}: FactsInput): ReadonlyArray<Finding> => {
  const rowOf = new Map(rows.map((row) => [row.id, row]))
  const edgeOf = new Map(edges.map((edge) => [edge.childId, edge]))
  const goalOf = new Map((goals ?? []).map((goal) => [goal.threadId, goal]))
  return threads.flatMap((thread) => {
    const row = rowOf.get(thread.threadId)
    if (row === undefined) return []
    const found = differences(thread, row, textCharactersMax)
    return [
      ...nameFinding(thread, row),
      ...(found.length === 0 ? [] : [factsFinding(thread, found)]),
      ...(goals === null
        ? []
        : goalFinding(thread, goalOf.get(thread.threadId), textCharactersMax)),
      ...edgeFinding(thread, edgeOf.get(thread.threadId))
    ]
  })
}
