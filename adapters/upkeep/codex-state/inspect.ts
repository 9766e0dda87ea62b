/**
 * Files, index and Codex's databases of a home, side by side.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Finding } from '../../../domain/upkeep/check/finding.ts'
import { advise, type AdvisedFinding } from '../check/remedies.ts'
import { factFindings, type KnownThread } from '../../../domain/upkeep/codex-state/facts.ts'
import type { InventoryFile, ParityCounts } from '../../../domain/upkeep/codex-state/parity.ts'
import type {
  BackfillState,
  StateGoal,
  CodexThreads
} from '../../../domain/upkeep/codex-state/state.ts'
import type { StoreError } from '../../../domain/errors.ts'
import type { Engine, ThreadRecord } from '../../../replay/engine.ts'
import {
  compareHome,
  shownPath,
  unreadableFinding,
  type ComparedHome,
  type CompareOptions
} from './findings.ts'
import { DATABASES, databasePath, sqliteHome, type DatabaseName } from './places.ts'
import { TEXT_CHARACTERS_MAX } from './sqlite.ts'
import { integrityOf, stateGoals } from './tables.ts'

/** One database of Codex. */
export interface DatabaseReport {
  readonly name: DatabaseName
  /** Relative to the home where it is in it. */
  readonly path: string
  /** `damaged`: SQLite finds something wrong; `unreadable`: it could not even be asked. */
  readonly status: 'ok' | 'missing' | 'damaged' | 'unreadable'
  /** What is wrong; null when nothing is. */
  readonly why: string | null
  /** With its log; null when it was not read. */
  readonly sizeBytes: number | null
}

/** Rollouts, and the bytes they take on disk. */
interface FileCounts {
  readonly files: number
  readonly bytes: number
}

/** The rollouts of a home. */
interface RolloutCounts {
  readonly active: FileCounts
  readonly archived: FileCounts
  /** Files of threads from before a revert; their threads go on in another file. */
  readonly olderSegments: number
  /** Files that are not read because another one has the same id. */
  readonly spares: number
  /** Threads that are in more than one place: the ids of such files. */
  readonly duplicateThreads: ReadonlyArray<string>
  readonly malformedNames: ReadonlyArray<string>
  /** Files whose first line says nothing, so that Codex makes no row of them. */
  readonly headless: ReadonlyArray<string>
  /** Links, folders that cannot be read, and anything else in the place of a file. */
  readonly troubles: ReadonlyArray<{ readonly path: string; readonly why: string }>
}

/** What the rollouts and the databases of Codex say about a home. */
export interface Inspection {
  readonly home: string
  readonly sqliteHome: string
  /** True when nothing is worse than a note. */
  readonly agrees: boolean
  readonly databases: ReadonlyArray<DatabaseReport>
  readonly files: RolloutCounts
  /** Threads of the index, brought up to the files. */
  readonly index: { readonly active: number; readonly archived: number }
  /** Null where the database of threads cannot be read. */
  readonly rows: ParityCounts | null
  readonly backfill: BackfillState | null
  readonly findings: ReadonlyArray<AdvisedFinding>
}

const databaseReport = async (
  home: string,
  folder: string,
  name: DatabaseName
): Promise<DatabaseReport> => {
  const path = databasePath(folder, name)
  const read = await integrityOf(path)
  const about = { name, path: shownPath(home, path), why: null, sizeBytes: null }
  if (read.kind === 'missing') return { ...about, status: 'missing' }
  if (read.kind === 'unreadable') return { ...about, status: 'unreadable', why: read.why }
  const { value, sizeBytes } = read
  return value.said === 'ok'
    ? { ...about, status: 'ok', sizeBytes }
    : { ...about, status: 'damaged', why: value.said, sizeBytes }
}

const countsOf = (files: ReadonlyArray<InventoryFile>): FileCounts => ({
  files: files.length,
  bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
})

const rolloutCounts = ({ rollouts, headless }: ComparedHome): RolloutCounts => {
  const { files, troubles } = rollouts
  const spares = files.filter(({ part }) => part === 'spare')
  return {
    active: countsOf(files.filter(({ archived }) => !archived)),
    archived: countsOf(files.filter(({ archived }) => archived)),
    olderSegments: files.filter(({ part }) => part === 'older').length,
    spares: spares.length,
    duplicateThreads: [...new Set(spares.map(({ threadId }) => threadId ?? ''))].sort(),
    malformedNames: files.filter(({ threadId }) => threadId === null).map(({ path }) => path),
    headless: [...headless].sort(),
    troubles
  }
}

const knownOf =
  (home: string) =>
  ({ info, facts, name, agent }: ThreadRecord): KnownThread => ({
    threadId: info.streamId,
    path: shownPath(home, info.path),
    archived: info.archived,
    facts,
    name,
    edge: agent === null ? null : { parentId: agent.parent, status: agent.status }
  })

/** Goals of the database that keeps them: up to 0.130 the one of threads. Null where it cannot be read. */
const goalsOf = async (
  folder: string,
  state: CodexThreads
): Promise<ReadonlyArray<StateGoal> | null> => {
  const read = await stateGoals(databasePath(folder, 'goals'))
  if (read.kind === 'unreadable') return null
  return read.kind === 'missing' ? state.goals : read.value
}

const factsOf = async (
  home: string,
  folder: string,
  { state }: ComparedHome,
  records: ReadonlyArray<ThreadRecord>
): Promise<ReadonlyArray<Finding>> =>
  state.kind !== 'read'
    ? []
    : factFindings({
        threads: records.map(knownOf(home)),
        rows: state.value.threads,
        edges: state.value.edges,
        goals: await goalsOf(folder, state.value),
        textCharactersMax: TEXT_CHARACTERS_MAX
      })

/** Compares files, index and databases of a home. */
export const inspectHome = async (
  engine: Engine,
  { home, env, nowMs }: CompareOptions
): Promise<E.Either<StoreError, Inspection>> => {
  const records = await engine.records()()
  if (E.isLeft(records)) return records
  const folder = sqliteHome(home, env)
  const compared = await compareHome({ home, env, nowMs }, 'all')
  const databases: Array<DatabaseReport> = []
  for (const name of Object.keys(DATABASES) as ReadonlyArray<DatabaseName>)
    databases.push(await databaseReport(home, folder, name))
  const sick = databases
    .filter(({ status }) => status === 'damaged' || status === 'unreadable')
    .filter(({ name }) => name !== 'state' || compared.parity !== null)
    .map(({ name, why }) => unreadableFinding(home, databasePath(folder, name), name, why ?? ''))
  const facts = await factsOf(home, folder, compared, records.right)
  const findings = [...sick, ...compared.findings, ...facts].map(advise)
  const archived = records.right.filter(({ info }) => info.archived).length
  return E.right({
    home,
    sqliteHome: folder,
    agrees: findings.every(({ severity }) => severity === 'note'),
    databases,
    files: rolloutCounts(compared),
    index: { active: records.right.length - archived, archived },
    rows: compared.parity?.counts ?? null,
    backfill: compared.state.kind === 'read' ? compared.state.value.backfill : null,
    findings
  })
}
