/**
 * Files against rows: where the rollouts of a home and Codex's table of threads disagree.
 *
 * `codex doctor` compares paths. Here threads are compared, so that the files of a thread from before a revert count neither
 * as missing nor as duplicates, and a thread that was moved is one finding instead of two.
 */
import { findingOf, type Finding } from '../check/finding.ts'
import { histogram, sourceWord, type Histogram } from './histogram.ts'
import { plainPath } from '../../rollout-file.ts'
import type { InventoryFile } from './inventory.ts'
import type { BackfillState, StateThread, CodexThreads } from './state.ts'

interface ParityInput {
  /** The home as it is spelled in paths: as it was named, and without links. */
  readonly homes: ReadonlyArray<string>
  readonly files: ReadonlyArray<InventoryFile>
  /** Files that Codex makes no row of, because their first line says nothing; relative to the home. */
  readonly headless: ReadonlySet<string>
  readonly state: CodexThreads
  readonly nowMs: number
}

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
  if (row === undefined)
    return [
      {
        finding: findingOf('state_row_missing', { ...place, facts: { archived } }),
        counted: archived ? 'missingArchived' : 'missingActive'
      }
    ]
  const flags =
    row.archived === archived ? {} : { archived: { database: row.archived, file: archived } }
  if (path === null || plainPath(path) !== plainPath(head.path)) {
    const where = { database: path ?? row.rolloutPath, file: head.path }
    const facts = {
      ...where,
      holds: path === null ? 'nothing' : holderOf(path, threadId),
      ...flags
    }
    return [
      { finding: findingOf('state_path_differs', { ...place, facts }), counted: 'pathDiffers' }
    ]
  }
  if (row.archived === archived) return []
  const facts = { database: row.archived, file: archived }
  return [
    {
      finding: findingOf('state_archived_differs', { ...place, facts }),
      counted: 'archivedDiffers'
    }
  ]
}

const duplicatePaths = (paths: ReadonlyMap<StateThread, string>): ReadonlyArray<Finding> => {
  const byPath = new Map<string, Array<StateThread>>()
  for (const [row, path] of paths) byPath.set(path, [...(byPath.get(path) ?? []), row])
  return [...byPath]
    .filter(([, rows]) => rows.length > 1)
    .map(([path, rows]) => {
      const threads = rows.map(({ id }) => id).sort()
      return findingOf('state_duplicate_path', {
        threadId: threads[0] ?? null,
        path,
        facts: { threads }
      })
    })
}

const headsOf = (files: ReadonlyArray<InventoryFile>): ReadonlyMap<string, InventoryFile> => {
  const heads = new Map<string, InventoryFile>()
  for (const file of files)
    if (file.part === 'head' && file.threadId !== null) heads.set(file.threadId, file)
  return heads
}

/**
 * One sentence instead of one for each row, when no path of the database leads into this home: the home was moved or
 * copied together with its database.
 */
const movedFinding = (rows: ReadonlyArray<StateThread>): Finding =>
  findingOf('state_elsewhere', {
    facts: { rows: rows.length, sample: rows[0]?.rolloutPath ?? '' }
  })

const compared = (
  { files, headless, state, homes }: ParityInput,
  isMoved: boolean
): ReadonlyArray<ParityFinding> => {
  const heads = headsOf(files)
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
  const isMoved = rows.length > 0 && outside.length === rows.length
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
      ...(isMoved ? [movedFinding(rows)] : []),
      ...found.map(({ finding }) => finding),
      ...twice
    ]
  }
}
