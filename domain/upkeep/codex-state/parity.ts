/**
 * Files against rows: where the rollouts of a home and Codex's table of threads disagree.
 *
 * `codex doctor` compares paths. Here threads are compared, so that the files of a thread from before a revert count neither
 * as missing nor as duplicates, and a thread that was moved is one finding instead of two.
 */
import { findingOf, type Finding } from '../check/finding.ts'
import { histogram, sourceWord, type Histogram } from './histogram.ts'
import { grouped } from '../../grouped.ts'
import { plainPath } from '../../rollout-file.ts'
import type { BackfillState, StateThread, CodexThreads } from './state.ts'

/** A rollout file of a home. */
export interface InventoryFile {
  /** Relative to the home, with `/` between its parts. */
  readonly path: string
  readonly archived: boolean
  readonly sizeBytes: number
  /** The thread of its name; null when the name is not one that Codex makes. */
  readonly threadId: string | null
  /**
   * What the file is to its thread: the one that its history ends in, one from before a revert, or another with the same
   * name of a segment, which is not read.
   */
  readonly part: 'head' | 'older' | 'spare' | null
}

interface ParityInput {
  /** The home as it is spelled in paths: as it was named, and without links. */
  readonly homes: ReadonlyArray<string>
  readonly files: ReadonlyArray<InventoryFile>
  /** Files that Codex makes no row of, because their first line says nothing; relative to the home. */
  readonly headless: ReadonlySet<string>
  readonly state: CodexThreads
  readonly nowMs: number
}

/** What the thread database lists, and where that is not what the rollouts say. */
export interface ParityCounts {
  readonly activeRows: number
  readonly archivedRows: number
  readonly missingActive: number
  readonly missingArchived: number
  readonly stale: number
  readonly archivedDiffers: number
  readonly pathDiffers: number
  readonly duplicatePaths: number
  /** Rows whose file is not in this home at all. */
  readonly elsewhere: number
  readonly providers: Histogram
  readonly sources: Histogram
}

export interface Parity {
  readonly counts: ParityCounts
  readonly findings: ReadonlyArray<Finding>
}

/** Seconds after which another Codex takes an unfinished backfill over. */
const LEASE_SECONDS = 900

/** A path of a row as one of the home; null for one outside of it. */
const inHome = (homes: ReadonlyArray<string>, path: string): string | null => {
  const home = homes.find((each) => path.startsWith(`${each}/`))
  return home === undefined ? null : path.slice(home.length + 1)
}

const backfillFindings = (
  backfill: BackfillState | null,
  nowMs: number
): ReadonlyArray<Finding> => {
  if (backfill === null || backfill.status === 'complete') return []
  const { status, lastWatermark, updatedAt } = backfill
  const ageSeconds = updatedAt === null ? null : Math.floor(nowMs / 1000) - updatedAt
  const isHeld = status === 'running' && ageSeconds !== null && ageSeconds < LEASE_SECONDS
  const isKnown = status === 'running' || status === 'pending'
  return [
    findingOf('backfill_unfinished', {
      severity: isKnown ? 'warning' : 'broken',
      facts: { status, lastWatermark, ageSeconds, leaseHolds: isHeld }
    })
  ]
}

interface ParityFinding {
  readonly finding: Finding
  readonly counted:
    | 'missingActive'
    | 'missingArchived'
    | 'stale'
    | 'archivedDiffers'
    | 'pathDiffers'
}

/** What the file of a row holds. */
type PathHolder = 'this thread' | 'another thread' | 'nothing'

/** A thread that has a file. One that was moved is one finding, also when it was archived by that. */
const withFile = (
  head: InventoryFile,
  row: StateThread | undefined,
  path: string | null,
  holderOf: (path: string, threadId: string | null) => PathHolder
): ReadonlyArray<ParityFinding> => {
  const { threadId, archived } = head
  const place = { threadId, path: head.path }
  if (row === undefined) {
    const finding = findingOf('state_row_missing', { ...place, facts: { archived } })
    return [{ finding, counted: archived ? 'missingArchived' : 'missingActive' }]
  }
  const flags =
    row.archived === archived ? {} : { archived: { database: row.archived, file: archived } }
  if (path === null || plainPath(path) !== plainPath(head.path)) {
    const holds = path === null ? 'nothing' : holderOf(path, threadId)
    const facts = { database: path ?? row.rolloutPath, file: head.path, holds, ...flags }
    const finding = findingOf('state_path_differs', { ...place, facts })
    return [{ finding, counted: 'pathDiffers' }]
  }
  if (row.archived === archived) return []
  const facts = { database: row.archived, file: archived }
  const finding = findingOf('state_archived_differs', { ...place, facts })
  return [{ finding, counted: 'archivedDiffers' }]
}

const duplicatePaths = (paths: ReadonlyMap<StateThread, string>): ReadonlyArray<Finding> =>
  [...grouped(paths, ([, path]) => path)]
    .filter(([, rows]) => rows.length > 1)
    .map(([path, rows]) => {
      const threads = rows.map(([{ id }]) => id).sort()
      const [threadId = null] = threads
      return findingOf('state_duplicate_path', { threadId, path, facts: { threads } })
    })

const compared = (
  { files, headless, state, homes }: ParityInput,
  isMoved: boolean
): ReadonlyArray<ParityFinding> => {
  const heads = new Map(
    files.flatMap((file) =>
      file.part === 'head' && file.threadId !== null ? [[file.threadId, file] as const] : []
    )
  )
  const owners = new Map(files.map(({ path, threadId }) => [plainPath(path), threadId]))
  const isThere = (path: string): boolean => owners.has(plainPath(path))
  const holderOf = (path: string, threadId: string | null): PathHolder => {
    const owner = owners.get(plainPath(path))
    return owner === undefined ? 'nothing' : owner === threadId ? 'this thread' : 'another thread'
  }
  const rows = new Map(state.threads.map((row) => [row.id, row]))
  const missing = [...heads.values()]
    .filter((head) => rows.has(head.threadId ?? '') || !headless.has(head.path))
    .flatMap((head) => {
      const row = rows.get(head.threadId ?? '')
      const path = row === undefined ? null : inHome(homes, row.rolloutPath)
      const all = withFile(head, row, path, holderOf)
      return isMoved ? all.filter(({ counted }) => counted !== 'pathDiffers') : all
    })
  const stale = isMoved
    ? []
    : state.threads.flatMap((row): ReadonlyArray<ParityFinding> => {
        const path = inHome(homes, row.rolloutPath)
        if (heads.has(row.id) || (path !== null && isThere(path))) return []
        const place = { threadId: row.id, path, facts: { database: row.rolloutPath } }
        return [{ finding: findingOf('state_row_stale', place), counted: 'stale' }]
      })
  return [...missing, ...stale]
}

/** Compares the files of a home with the rows of Codex's database. */
export const parityOf = (input: ParityInput): Parity => {
  const { state, homes, nowMs } = input
  const rows = state.threads
  const outside = rows.filter(({ rolloutPath }) => inHome(homes, rolloutPath) === null)
  // No path leads into this home: it was moved or copied together with its database, and one finding says so for all rows.
  const isMoved = rows.length > 0 && outside.length === rows.length
  const sample = rows[0]?.rolloutPath ?? ''
  const found = compared(input, isMoved)
  const count = (wanted: ParityFinding['counted']): number =>
    found.filter(({ counted }) => counted === wanted).length
  const paths = new Map(
    rows.map((row) => [row, inHome(homes, row.rolloutPath) ?? row.rolloutPath] as const)
  )
  const twice = duplicatePaths(paths)
  return {
    counts: {
      activeRows: rows.filter(({ archived }) => !archived).length,
      archivedRows: rows.filter(({ archived }) => archived).length,
      missingActive: count('missingActive'),
      missingArchived: count('missingArchived'),
      stale: count('stale'),
      archivedDiffers: count('archivedDiffers'),
      pathDiffers: count('pathDiffers'),
      duplicatePaths: twice.length,
      elsewhere: outside.length,
      providers: histogram(rows.map(({ modelProvider }) => modelProvider)),
      sources: histogram(rows.map(({ source }) => sourceWord(source)))
    },
    findings: [
      ...backfillFindings(state.backfill, nowMs),
      ...(isMoved ? [findingOf('state_elsewhere', { facts: { rows: rows.length, sample } })] : []),
      ...found.map(({ finding }) => finding),
      ...twice
    ]
  }
}
