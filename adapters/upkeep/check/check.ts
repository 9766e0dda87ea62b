/**
 * Checking a home or a thread: every rollout is read once from front to back, then what lies beside them is looked at.
 *
 * Nothing in the home is written. Findings come as they are found, in the order of the paths.
 */
import { join, resolve } from 'node:path'
import { findingOf, type Finding, type Severity } from '../../../domain/upkeep/check/finding.ts'
import {
  entryFindings,
  rolloutsOf,
  shownFiles,
  type HomeEntry,
  type RolloutEntry
} from '../../../domain/upkeep/check/home.ts'
import { defaultIndexDirectory } from '../../home/places.ts'
import { isHeldByCodex } from '../../home/codex-lock.ts'
import { wrongFrame } from '../../log/jsonl/frames.ts'
import { firstLines } from '../../log/jsonl/first-line.ts'
import { isBeingWritten } from '../../log/jsonl/writer-lock.ts'
import { advise, type AdvisedFinding } from './remedies.ts'
import { baseFinding, type Bases } from './bases.ts'
import { examineFile } from './examine-file.ts'
import { startPace, type CheckPace } from './pace.ts'
import { sidecarFindings } from './sidecars.ts'
import { reasonOf, walkHome } from './walk.ts'

export interface CheckOptions {
  /** Path of `$CODEX_HOME`. */
  readonly home: string
  /** Only this thread; without it the home. */
  readonly threadId?: string
  /** Directory of the index, or `memory` for none; default: where an engine of this home has it. */
  readonly index?: string
  /** Also compare the index with the rollouts, row by row, and the checksums of compressed files. */
  readonly deep?: boolean
  /** Where Codex's databases are, if the environment says so. */
  readonly env?: NodeJS.ProcessEnv
  /** Aborts the check; the reason is thrown. */
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number, bytes: number) => void
}

export interface CheckSummary {
  readonly rollouts: number
  /** Rollouts in which nothing is worse than a note. */
  readonly ok: number
  /** Rollouts whose worst finding is a warning. */
  readonly warned: number
  readonly broken: number
  /** All findings, also those beside the rollouts. */
  readonly findings: Readonly<Record<Severity, number>>
  /** Uncompressed bytes that were read of the rollouts. */
  readonly bytes: number
  /** Long lines of which only the head was looked at. */
  readonly partlyRead: number
}

/** Findings one by one; what it returns at the end is the summary. */
export type Check = AsyncGenerator<AdvisedFinding, CheckSummary>

interface CheckRun {
  readonly home: string
  readonly options: CheckOptions
  readonly pace: CheckPace
  readonly bases: Bases
  readonly rollouts: ReadonlyArray<RolloutEntry>
  readonly counts: Record<Severity, number>
  readonly files: { ok: number; warned: number; broken: number }
  done: number
  bytes: number
  partlyRead: number
}

/** A lock that cannot be looked at counts as free: the rollout is judged by its own bytes. */
const asFarAsKnown = (isHeld: () => boolean): boolean => {
  try {
    return isHeld()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause
    return false
  }
}

const isHeld = (home: string, threadId: string | null): boolean =>
  threadId !== null &&
  (asFarAsKnown(() => isHeldByCodex(home, threadId)) ||
    asFarAsKnown(() => isBeingWritten(home, threadId)))

/** Null when the checksums fit, when nobody asked, or when the file cannot be decompressed, which is another finding. */
const checksumFinding = async (
  { home, pace, options }: CheckRun,
  { path, threadId, compressed }: RolloutEntry,
  isCut: boolean
): Promise<Finding | null> => {
  if (options.deep !== true || !compressed || isCut) return null
  const step = async (): Promise<void> => {
    if (pace.isDue()) await pace.giveWay()
  }
  const range = await wrongFrame(join(home, path), step)
  const affected = 'What stands here may not be what was written.'
  const facts = { reason: 'checksum' }
  return range === null
    ? null
    : findingOf('compressed_damaged', { threadId, path, range, affected, facts })
}

/** Findings of the lines of a rollout, and of the place it continues. */
const examined = async (run: CheckRun, rollout: RolloutEntry): Promise<ReadonlyArray<Finding>> => {
  const { home, pace } = run
  const { path, threadId, segmentId, compressed } = rollout
  const isSegment = threadId !== segmentId
  const onBytes = (bytes: number): void => {
    run.bytes += bytes
    run.options.onProgress?.(run.done, run.rollouts.length, run.bytes)
  }
  try {
    const facts = { threadId, path, isSegment, isHeld: isHeld(home, threadId) }
    const absolutePath = join(home, path)
    const report = await examineFile({ absolutePath, compressed, facts, pace, onBytes })
    run.partlyRead += report.partlyRead
    const more = [
      await baseFinding(run.bases, rollout, report.identity),
      await checksumFinding(run, rollout, report.isCut)
    ]
    return [...more.filter((finding) => finding !== null), ...report.findings]
  } catch (cause) {
    const { syscall, code } = cause as NodeJS.ErrnoException
    // Moved or deleted since the folders were listed.
    if (code === 'ENOENT') return []
    if (syscall === undefined || code === undefined) throw cause
    return [findingOf('unreadable_file', { threadId, path, facts: { reason: reasonOf(cause) } })]
  }
}

const worstOf = (findings: ReadonlyArray<Finding>): Severity =>
  findings.some(({ severity }) => severity === 'broken')
    ? 'broken'
    : findings.some(({ severity }) => severity === 'warning')
      ? 'warning'
      : 'note'

const FILE_COUNT = { note: 'ok', warning: 'warned', broken: 'broken' } as const

async function* checkEntries(
  run: CheckRun,
  entries: ReadonlyArray<HomeEntry>
): AsyncGenerator<Finding> {
  const byPath = new Map(run.rollouts.map((rollout) => [rollout.path, rollout]))
  for (const entry of entries) {
    const rollout = byPath.get(entry.path)
    const outside = entryFindings(entry, rollout, run.bases.shown)
    if (rollout === undefined) {
      yield* outside
      continue
    }
    const findings = [...outside, ...(await examined(run, rollout))]
    run.done += 1
    run.files[FILE_COUNT[worstOf(findings)]] += 1
    run.options.onProgress?.(run.done, run.rollouts.length, run.bytes)
    yield* findings
  }
}

async function* checkIndex(run: CheckRun): AsyncGenerator<Finding> {
  const { home, options, pace } = run
  const { index = defaultIndexDirectory(home), deep = false, threadId } = options
  if (index === 'memory') return
  const { driftFindings } = await import('./index-drift.ts')
  const threadIds = threadId === undefined ? null : new Set([threadId])
  yield* driftFindings({ home, directory: index, deep, threadIds, pace })
}

const startRun = async (
  options: CheckOptions,
  pace: CheckPace
): Promise<readonly [CheckRun, ReadonlyArray<HomeEntry>]> => {
  const home = resolve(options.home)
  const all = await walkHome(home, pace, Date.now())
  const everything = rolloutsOf(all)
  const isWhole = all.every(({ is }) => is !== 'unreadable_folder')
  const { threadId } = options
  const rollouts =
    threadId === undefined ? everything : everything.filter((one) => one.threadId === threadId)
  const wanted = new Set(rollouts.map(({ path }) => path))
  const run: CheckRun = {
    ...{ home, options, pace, rollouts, done: 0, bytes: 0, partlyRead: 0 },
    bases: { home, shown: shownFiles(everything), isWhole, firstLine: firstLines().of, pace },
    counts: { note: 0, warning: 0, broken: 0 },
    files: { ok: 0, warned: 0, broken: 0 }
  }
  return [run, threadId === undefined ? all : all.filter(({ path }) => wanted.has(path))]
}

/** Files against Codex's database; loaded late, because it brings SQLite with it. */
async function* checkState({ home, options }: CheckRun): AsyncGenerator<Finding> {
  const { stateFindings } = await import('../codex-state/findings.ts')
  const { threadId, env = {} } = options
  const findings = await stateFindings({ home, env, nowMs: Date.now() })
  yield* threadId === undefined
    ? findings
    : findings.filter((finding) => finding.threadId === threadId)
}

async function* checkAll(
  run: CheckRun,
  entries: ReadonlyArray<HomeEntry>
): AsyncGenerator<Finding> {
  yield* checkEntries(run, entries)
  if (run.options.threadId === undefined) {
    const known = new Set(run.rollouts.flatMap(({ threadId }) => threadId ?? []))
    const threadIds = run.bases.isWhole ? known : null
    yield* sidecarFindings({ home: run.home, pace: run.pace, nowMs: Date.now(), threadIds })
  }
  yield* checkState(run)
  yield* checkIndex(run)
}

/** Checks a home, or one thread of it. System errors are findings; an aborted check throws the reason. */
export async function* check(options: CheckOptions): Check {
  const [run, entries] = await startRun(options, startPace(options.signal))
  for await (const finding of checkAll(run, entries)) {
    run.counts[finding.severity] += 1
    yield advise(finding)
  }
  const { rollouts, files, counts, bytes, partlyRead } = run
  return { rollouts: rollouts.length, ...files, findings: counts, bytes, partlyRead }
}

/** The same with findings of some kinds alone, which the summary counts then; of all kinds where none is named. */
export async function* checkKinds(options: CheckOptions, kinds: ReadonlySet<string>): Check {
  const counts = { note: 0, warning: 0, broken: 0 }
  const findings = check(options)
  for (;;) {
    const next = await findings.next()
    if (next.done === true)
      return kinds.size === 0 ? next.value : { ...next.value, findings: counts }
    const finding = next.value
    if (kinds.size > 0 && !kinds.has(finding.kind)) continue
    counts[finding.severity] += 1
    yield finding
  }
}
