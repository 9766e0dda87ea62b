/**
 * unroll as a library.
 *
 * ```ts
 * import { openEngine } from 'unroll'
 * const engine = await openEngine({ home: '/home/me/.codex' })
 * const page = await engine.listThreads({ limit: 5 })()
 * if (page._tag === 'Right') for (const thread of page.right.data) console.log(thread.id, thread.preview)
 * await engine.close()
 * ```
 *
 * Every use case answers with fp-ts's `Either`: `Left` is a `StoreError`, which `describe` and `hint` put into words.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import type { JsonObject } from '../domain/json.ts'
import { eraOf, NEWEST_ERA, type ProfileName } from '../domain/profile.ts'
import { sentItems } from '../domain/context/sent.ts'
import type { StoreError } from '../domain/errors.ts'
import { createEngine, failedEngine, type Engine } from '../replay/engine.ts'
import type { Index } from '../replay/ports.ts'
import { noTelemetry, stopwatch, type Telemetry } from '../replay/telemetry.ts'
import type { Progress } from '../replay/catch-up/fold-many.ts'
import { addressOf } from './eventstore/address.ts'
import { defaultIndexDirectory } from './home/places.ts'
import { homeSource } from './home/source.ts'
import { memoryIndex } from './memory/index.ts'
import type { HomePlugins } from './plugins/plugins.ts'
import { measuredIndex, measuredStore } from './telemetry/measured.ts'

export { describe, ERROR_KIND, hint, isRetryable, type StoreError } from '../domain/errors.ts'
export type { Goal, GoalPatch } from '../domain/changes/goal.ts'
export type { GitPatch } from '../domain/changes/metadata.ts'
export type { NewEvent } from '../domain/changes/new-event.ts'
export type { NewThread, ThreadDraft } from '../domain/changes/new-thread.ts'
export type { Operation } from '../domain/changes/operations.ts'
export { agreementOf, type EventAgreement } from '../domain/analytics/agreement.ts'
export {
  compareAnalytics,
  type Comparison,
  type KnownDifference
} from '../domain/analytics/compare.ts'
export { KNOWN_DIFFERENCES } from '../domain/analytics/not-reconstructable.ts'
export { readCapture, type CaptureEntry } from './analytics/read-capture.ts'
export { verifyExport, type Verified } from '../domain/audit/chain.ts'
export type { AuditAction, AuditRow } from '../domain/audit/row.ts'
export type { Page, Thread, ThreadItem, Turn } from '../domain/protocol.ts'
export type { ReviewOutput, ReviewTarget } from '../domain/changes/review.ts'
export type {
  BranchPoint,
  ContextPoint,
  ContextSettings,
  ContextUsage,
  Engine,
  Follower,
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
export type { HostEvent, LiveTurn, ToolCall, TurnInput } from '../replay/host.ts'
export type { MutationOptions, RelocatedThreads } from '../replay/life/life.ts'
export type { AgentFamily } from '../replay/life/lifecycle.ts'
export type { Mutations, StartedReview, Written } from '../replay/mutate/mutations.ts'
export { describeFault, FAULT_KIND, type PluginFault } from '../domain/plugins/fault.ts'
export { parseListed, type ListedPlugins } from '../domain/plugins/snapshot.ts'
export type { HomePlugins } from './plugins/plugins.ts'
export { START, type Appended, type ExpectedRevision } from '../replay/ports.ts'
export type { AuditPage, AuditRequest, ApprovalRow, ReviewRow } from '../replay/ledgers/audit.ts'
export type { FileChange, FileHistory } from '../replay/ledgers/blame.ts'
export type { BlameRequest, ToolsFilter, ToolsPage, ToolsRequest } from '../replay/ledgers/tools.ts'
export type { ToolsSummary } from '../replay/ledgers/tools-summary.ts'
export type { ToolCall as LedgerToolCall } from '../domain/tools/tool-call.ts'
export type { Telemetry } from '../replay/telemetry.ts'

/**
 * The items of a `ThreadContext` as Codex of an era sends them to the model: calls and outputs in pairs, without ids.
 * What depends on the model (limits of tool outputs, images it cannot read) is left as it is.
 */
export const modelInput = (
  items: ReadonlyArray<JsonObject>,
  profile: ProfileName = '0.169'
): ReadonlyArray<JsonObject> => sentItems(items, eraOf(profile, false))

/** How a home or a store is opened; only `home` is required. */
export interface EngineOptions {
  /** Path of `$CODEX_HOME`. Reading never changes it; see `Engine` for what does. */
  readonly home: string
  /**
   * Connection string of an EventStoreDB or KurrentDB server that holds the threads, `esdb://…`; `home` then says only where
   * configuration and paths come from, and need not be there. Default: the files of the home.
   */
  readonly store?: string
  /** Directory of the index, or `memory` for one that ends with the process. Default: under `$XDG_CACHE_HOME/unroll`. */
  readonly index?: string
  /** Era whose answers are given; default `0.169`, which reads every older one. */
  readonly profile?: ProfileName
  /** Reproduce Codex's whole-file failures and cursors instead of isolating what is damaged. Default false. */
  readonly strict?: boolean
  /** Also show commands, tool calls and failures that the log holds and Codex of its time hides; default: unless strict. */
  readonly rich?: boolean
  /** Who uses the engine, for the operation log; default `library`. */
  readonly actor?: string
  /** Told after every rollout of a long catch-up. */
  readonly onProgress?: Progress
  /** Memory for pages of turns that are asked for again, in bytes; without it none is kept. */
  readonly keptBytesMax?: number
  /** Where numbers go; default nowhere. */
  readonly telemetry?: Telemetry
  /**
   * Told why the index cannot be opened; the engine then goes on with one in memory. Without it every use case answers
   * with `IndexUnavailable`.
   */
  readonly onUnusableIndex?: (why: StoreError) => void
}

const openIndex = async (directory: string, telemetry: Telemetry): Promise<Index | StoreError> => {
  const stop = stopwatch(telemetry, 'index.open.duration')
  if (directory === 'memory') {
    stop({ how: 'memory' })
    return memoryIndex()
  }
  try {
    return (await import('./lmdb/index.ts')).openLmdbIndex(directory, telemetry)
  } catch (cause) {
    stop({ how: 'failed' })
    const reason = cause instanceof Error ? cause.message : String(cause)
    return { _tag: 'IndexUnavailable', path: directory, reason }
  }
}

/**
 * Opens a home. The caller closes the engine. When the index cannot be opened, every use case answers with
 * `IndexUnavailable`.
 */
export const openEngine = async (options: EngineOptions): Promise<Engine> => {
  if (options.store !== undefined) {
    const address = addressOf(options.store)
    if (E.isLeft(address)) return failedEngine(address.left)
    const reason = 'threads in stores cannot be read yet'
    return failedEngine({ _tag: 'NotPossible', reason, next: 'leave --store out' })
  }
  const home = resolve(options.home)
  const strict = options.strict ?? false
  const profile = eraOf(options.profile ?? NEWEST_ERA, strict)
  const rich = options.rich ?? !strict
  const directory = options.index ?? defaultIndexDirectory(home)
  const { telemetry = noTelemetry, onUnusableIndex } = options
  const opened = await openIndex(directory, telemetry)
  const isFallback = !('get' in opened)
  if (isFallback && onUnusableIndex === undefined) return failedEngine(opened)
  if (isFallback) onUnusableIndex?.(opened)
  const index = measuredIndex(isFallback ? memoryIndex() : opened, telemetry)
  const source = homeSource({ home, profile, strict, telemetry })
  return createEngine({
    ...source,
    store: measuredStore(source.store, telemetry),
    actor: options.actor ?? 'library',
    index,
    isFallback,
    telemetry,
    profile,
    strict,
    rich,
    progress: options.onProgress ?? (() => undefined),
    ...(options.keptBytesMax === undefined ? {} : { keptBytesMax: options.keptBytesMax })
  })
}

/**
 * The plugins of a home: what is installed and under which ids, and every change of them. `onWarning` is told of sidecars
 * that cannot be read.
 */
export const openPlugins = async (
  home: string,
  onWarning?: (text: string) => void
): Promise<HomePlugins> => (await import('./plugins/plugins.ts')).homePlugins(home, onWarning)
