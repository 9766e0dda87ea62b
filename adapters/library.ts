/**
 * unroll as a library.
 *
 * ```ts
 * import { describe, openEngine } from 'codex-unroll'
 * const opened = await openEngine({ home: '/home/me/.codex' })
 * if (opened._tag === 'Left') throw new Error(describe(opened.left))
 * const engine = opened.right
 * const page = await engine.listThreads({ limit: 5 })()
 * if (page._tag === 'Right') for (const thread of page.right.data) console.log(thread.id, thread.preview)
 * await engine.close()
 * ```
 *
 * Opening and every use case answer with fp-ts's `Either`: `Left` is a `StoreError`, which `describe` and `hint` put into words.
 */
import type { NewSeal, SealReport, SealRequest } from './upkeep/seal/seal.ts'
import type { FileOutcome, StorageRequest } from './upkeep/storage/change.ts'
import type { ThreadSpent } from './upkeep/storage/report.ts'
import type { SalvageRequest, Salvaged } from './upkeep/storage/salvage/salvage.ts'
import { map, type Either } from 'fp-ts/lib/Either.js'
import type { StoreError } from '../domain/errors.ts'
import type { ThreadDifference, DifferencePart } from '../domain/thread/difference/thread.ts'
import type { JsonObject } from '../domain/json.ts'
import { eraOf, type ProfileName } from '../domain/log/profile.ts'
import { sentItems } from '../domain/thread/context/sent.ts'
import type { Engine } from '../replay/engine.ts'
import type { Side } from '../replay/past/time-travel/compare.ts'
import type { RepairDone } from '../replay/change/life/repair.ts'
import { openAll, type EngineOptions, type OpenedEngine } from './open.ts'
import type { CompareOptions } from './upkeep/codex-state/findings.ts'
import type { Inspection } from './upkeep/codex-state/inspect.ts'
import type { AdvisedFinding } from './upkeep/check/remedies.ts'
import type { CheckOptions, CheckSummary } from './upkeep/check/check.ts'
import type { HomePlugins } from './upkeep/plugins/plugins.ts'
import type { FiledPlan } from './upkeep/repair/plan-home.ts'
import type { ExportOptions, ExportSummary } from './export/export.ts'
import type { FoundSession } from './imports/detect.ts'
import type { SessionsOfAgent, SessionsToImport } from './imports/from-library.ts'
import type { ImportedSession } from './imports/import-sessions.ts'

export { describe, ERROR_KIND, isRetryable, type StoreError } from '../domain/errors.ts'
export { hint } from './hint.ts'
export { CLAUDE } from '../domain/imports/claude.ts'
export { CURSOR } from '../domain/imports/cursor.ts'
export type {
  ImportedMessage,
  ImportedSpending,
  IsDirectory,
  SessionLine,
  SessionSource
} from '../domain/imports/source.ts'
export type { FoundSession } from './imports/detect.ts'
export type { SessionsOfAgent, SessionsToImport } from './imports/from-library.ts'
export type { ImportedSession } from './imports/import-sessions.ts'
export type { NewSeal, SealReport, SealRequest } from './upkeep/seal/seal.ts'
export type { FileOutcome, StorageRequest } from './upkeep/storage/change.ts'
export type { ThreadSpent } from './upkeep/storage/report.ts'
export type { ExportDocument, ExportLine } from '../domain/export/document.ts'
export type { ExportFormatName } from '../domain/export/shape.ts'
export type { ExportOptions, ExportSummary, HiddenPlace } from './export/export.ts'
export type { SalvageRequest, Salvaged } from './upkeep/storage/salvage/salvage.ts'
export type { Goal, GoalPatch } from '../domain/changes/goal.ts'
export type { GitPatch } from '../domain/changes/metadata.ts'
export type { NewEvent } from '../domain/changes/new-event.ts'
export type { NewThread, ThreadDraft } from '../domain/changes/new-thread.ts'
export type { Operation } from '../domain/changes/operations.ts'
export { agreementOf, type EventAgreement } from '../domain/ledgers/analytics/agreement.ts'
export {
  compareAnalytics,
  type CaptureComparison,
  type KnownDifference
} from '../domain/ledgers/analytics/compare.ts'
export { KNOWN_DIFFERENCES } from '../domain/ledgers/analytics/not-reconstructable.ts'
export { readCapture, type CaptureEntry } from './upkeep/analytics/read-capture.ts'
export type { Severity } from '../domain/upkeep/check/finding.ts'
export type { AdvisedFinding as Finding } from './upkeep/check/remedies.ts'
export type { ProblemKind } from '../domain/upkeep/check/kinds.ts'
export { verifyExport, type Verified } from '../domain/ledgers/audit/chain.ts'
export type { AuditAction, AuditRow } from '../domain/ledgers/audit/row.ts'
export type { Page, Thread, ThreadItem, Turn } from '../domain/protocol.ts'
export type { ReviewOutput, ReviewTarget } from '../domain/changes/review.ts'
export type {
  BranchPoint,
  ContextPoint,
  ContextSettings,
  ContextUsage,
  Engine,
  FollowedPlace,
  Follower,
  FollowerOptions,
  FoundThread,
  IndexStatus,
  Look,
  Occurrence,
  OccurrencePage,
  OccurrencesRequest,
  SearchRequest,
  ThreadChange,
  ThreadContext
} from '../replay/engine.ts'
export type {
  DrivenTurn as LiveTurn,
  HostEvent,
  HostToolCall as ToolCall,
  TurnInput,
  TurnOptions
} from '../replay/host.ts'
export type {
  AskedOptions,
  MutationOptions,
  PlannedOptions,
  RelocatedThreads
} from '../replay/change/life/life.ts'
export type { AgentFamily } from '../replay/change/life/lifecycle.ts'
export type { Mutations, StartedReview, Written } from '../replay/change/mutate/mutations.ts'
export { describeFault, FAULT_KIND, type PluginFault } from '../domain/ledgers/plugins/fault.ts'
export { parseListed, type ListedPlugins } from '../domain/ledgers/plugins/snapshot.ts'
export type { CheckOptions, CheckSummary } from './upkeep/check/check.ts'
export type { HomePlugins } from './upkeep/plugins/plugins.ts'
export type { FiledPlan } from './upkeep/repair/plan-home.ts'
export type { PlanStep, RepairPlan } from '../domain/upkeep/repair/plan.ts'
export type { RepairDone } from '../replay/change/life/repair.ts'
export { START, type Appended, type ExpectedRevision } from '../replay/ports.ts'
export type { AuditPage, AuditRequest, ApprovalRow, ReviewRow } from '../replay/ledgers/audit.ts'
export type { FileChange, FileHistory } from '../replay/ledgers/blame.ts'
export type { BlameRequest, ToolsFilter, ToolsPage, ToolsRequest } from '../replay/ledgers/tools.ts'
export type { ToolsSummary } from '../replay/ledgers/tools-summary.ts'
export type { ToolCall as LedgerToolCall } from '../domain/ledgers/tools/tool-call.ts'
export type { Inspection } from './upkeep/codex-state/inspect.ts'
export type { Telemetry } from '../replay/telemetry.ts'
export type {
  ThreadDifference as Difference,
  DifferencePart
} from '../domain/thread/difference/thread.ts'
export type { PastPoint } from '../replay/past/time-travel/past.ts'
export type { EngineOptions } from './open.ts'

/**
 * The items of a `ThreadContext` as Codex of an era sends them to the model: calls and outputs in pairs, without ids.
 * What depends on the model (limits of tool outputs, images it cannot read) is left as it is.
 */
export const modelInput = (
  items: ReadonlyArray<JsonObject>,
  profile: ProfileName = '0.169'
): ReadonlyArray<JsonObject> => sentItems(items, eraOf(profile, false))

/**
 * How two threads differ, or a thread of an engine from the same one of an engine that was opened `at` an earlier point: in turns,
 * unless other parts are named. Equal threads have no differences.
 */
export const threadDifferences = async (
  before: Side,
  after: Side,
  parts?: ReadonlyArray<DifferencePart>
): Promise<Either<StoreError, ReadonlyArray<ThreadDifference>>> =>
  (await import('../replay/past/time-travel/compare.ts')).compareThreads(before, after, parts)()

/**
 * Opens a home or a store; `Left` says why it cannot be opened (`IndexUnavailable`, a connection string that is none, a point that
 * is not there). The caller closes the engine.
 */
export const openEngine = async (options: EngineOptions): Promise<Either<StoreError, Engine>> =>
  map(({ engine }: OpenedEngine) => engine)(await openAll(options))

/**
 * The plugins of a home: what is installed and under which ids, and every change of them, as the Codex of a profile has it
 * (default: the newest). `onWarning` is told of sidecars that cannot be read.
 */
export const openPlugins = async (
  home: string,
  onWarning?: (text: string) => void,
  profile?: ProfileName
): Promise<HomePlugins> =>
  (await import('./upkeep/plugins/plugins.ts')).homePlugins(home, onWarning, profile)

/** Compares the rollouts of a home with Codex's own databases, as `unroll doctor` does; `engine` is one over that home. */
export const inspectCodexState = async (
  engine: Engine,
  options: CompareOptions
): Promise<Either<StoreError, Inspection>> =>
  (await import('./upkeep/codex-state/inspect.ts')).inspectHome(engine, options)

/**
 * Looks for problems in a home: findings one by one, and at the end the summary as what the generator returns. Errors of the
 * system are findings; a check whose signal is aborted throws the reason. See docs/CHECK.md.
 */
export async function* checkHome(
  options: Omit<CheckOptions, 'threadId'>
): AsyncGenerator<AdvisedFinding, CheckSummary> {
  return yield* (await import('./upkeep/check/check.ts')).check(options)
}

/** The same for the files of one thread. */
export async function* checkThread(
  options: CheckOptions & { readonly threadId: string }
): AsyncGenerator<AdvisedFinding, CheckSummary> {
  return yield* (await import('./upkeep/check/check.ts')).check(options)
}

/** Checks a home, or one thread of it, and plans its repair; nothing is written. Errors of the system are thrown. */
export const planHomeRepair = async (home: string, threadId?: string): Promise<FiledPlan> =>
  (await import('./upkeep/repair/plan-home.ts')).planHome({
    home,
    ...(threadId === undefined ? {} : { threadId })
  })

/** Applies exactly the plan with a digest, or nothing of it; `Engine.undo` takes it back. */
export const applyRepair = async (
  home: string,
  bytes: Buffer,
  digest: string
): Promise<Either<StoreError, RepairDone>> =>
  (await import('./upkeep/repair/repair.ts')).applyRepair(home, bytes, digest)

/** What the threads of a home take on disk, largest first; `threads` are ids, beginnings of ids or names, none for all. Errors are thrown. */
export const storageReport = async (
  home: string,
  threads: ReadonlyArray<string> = []
): Promise<ReadonlyArray<ThreadSpent>> => {
  const { filesMeant } = await import('./upkeep/storage/files.ts')
  const { storageOf } = await import('./upkeep/storage/report.ts')
  return storageOf(home, filesMeant(home, threads))
}

/** Compresses rollouts with zstd, as `unroll storage compress` does; `Engine.undo` takes it back. */
export const compressRollouts = async (
  request: StorageRequest
): Promise<Either<StoreError, ReadonlyArray<FileOutcome>>> =>
  (await import('./upkeep/storage/change.ts')).compressRollouts(request)

/** Brings compressed rollouts back as plain ones. */
export const expandRollouts = async (
  request: StorageRequest
): Promise<Either<StoreError, ReadonlyArray<FileOutcome>>> =>
  (await import('./upkeep/storage/change.ts')).expandRollouts(request)

/** Makes a home of whatever rollouts lie below some folders. */
export const salvage = async (request: SalvageRequest): Promise<Either<StoreError, Salvaged>> =>
  (await import('./upkeep/storage/salvage/salvage.ts')).salvage(request)

/** Seals the rollouts of a home, see docs/AUDIT.md; `Busy` while somebody else does. Errors of the system are thrown. */
export const sealHome = async (request: NewSeal): Promise<Either<StoreError, SealReport>> =>
  (await import('./upkeep/seal/seal.ts')).seal(request)

/** Compares the rollouts of a home with their seals. Errors of the system are thrown. */
export const verifySeals = async (request: SealRequest): Promise<SealReport> =>
  (await import('./upkeep/seal/seal.ts')).verifySeal(request)

/** Finds sessions of another agent that can be imported: those of `CLAUDE` and `CURSOR`, or of any `SessionSource`. See docs/IMPORTS.md. */
export const findSessions = async (
  request: SessionsOfAgent
): Promise<Either<StoreError, ReadonlyArray<FoundSession>>> =>
  (await import('./imports/from-library.ts')).findSessions(request)

/** Makes threads of sessions of another agent, each once; `Engine.undo` takes a new thread back. */
export const importSessions = async (
  request: SessionsToImport
): Promise<Either<StoreError, ReadonlyArray<ImportedSession>>> =>
  (await import('./imports/from-library.ts')).importFound(request)

/**
 * Exports a thread as UTF-8, piece by piece, with secrets hidden in Markdown and HTML unless `redaction` says otherwise; what the generator
 * returns says what was in it. Errors are thrown: a refusal of the engine as an `ExportFailed` with its `failure`, a secret that would be
 * left as a `SecretLeft`, before any of it is given. See docs/EXPORT.md.
 */
export async function* exportThread(
  engine: Engine,
  threadId: string,
  options: ExportOptions
): AsyncGenerator<Uint8Array, ExportSummary> {
  const texts = (await import('./export/export.ts')).exportThread(engine, threadId, options)
  try {
    for (;;) {
      const next = await texts.next()
      if (next.done === true) return next.value
      yield Buffer.from(next.value)
    }
  } finally {
    await texts.return(undefined as never)
  }
}
