/**
 * What every command prints with `--json`: a type per kind of line. The files in `schemas/` are made of these types, and every
 * line that a test prints is held against them.
 *
 * Shape:  a member per command, in it a member per kind of line. A kind that begins with a word of the command (`verify`, `verifyFile`)
 *         is printed by that word only, the other kinds by every word that has none of its own; `page` and `total` by
 *         all of them.
 * Units:  members ending in `Ms` are milliseconds, in `AtMs` since 1970; in `At` seconds since 1970 where they are numbers, RFC 3339 where
 *         they are texts; in `Bytes` bytes. All other numbers without a word about it are counts.
 */
import type { Operation } from '../../../domain/changes/operations.ts'
import type { Verified } from '../../../domain/ledgers/audit/chain.ts'
import type { AuditRow } from '../../../domain/ledgers/audit/row.ts'
import type { ToolCall } from '../../../domain/ledgers/tools/tool-call.ts'
import type { Thread, Turn } from '../../../domain/protocol.ts'
import type { ThreadDifference } from '../../../domain/thread/difference/thread.ts'
import type { PluginHistoryRow } from '../../../projections/plugin-identity.ts'
import type { RelocatedThreads } from '../../../replay/change/life/life.ts'
import type { AgentFamily } from '../../../replay/change/life/lifecycle.ts'
import type { Renamed } from '../../../replay/change/life/names.ts'
import type { RepairDone } from '../../../replay/change/life/repair.ts'
import type { Undone } from '../../../replay/change/life/undo.ts'
import type { StartedReview, Written } from '../../../replay/change/mutate/mutations.ts'
import type { FoundThread, ThreadContext } from '../../../replay/engine.ts'
import type { ApprovalRow, ReviewRow } from '../../../replay/ledgers/audit.ts'
import type { FileChange } from '../../../replay/ledgers/blame.ts'
import type { PluginUse } from '../../../replay/ledgers/plugins.ts'
import type { ToolsSummary } from '../../../replay/ledgers/tools-summary.ts'
import type { Appended } from '../../../replay/ports.ts'
import type { ItemInTurn } from '../../../replay/read/pages/item-page.ts'
import type { Occurrence } from '../../../replay/read/search/occurrences.ts'
import type { PullSummary } from '../../log/eventstore/sync/pull.ts'
import type { PushSummary } from '../../log/eventstore/sync/push.ts'
import type { VerifiedThread } from '../../log/eventstore/sync/verify.ts'
import type { ImportedSetting } from '../commands/import/settings.ts'
import type { ImportableSession, ImportedSession } from '../../imports/import-sessions.ts'
import type { AdvisedFinding } from '../../upkeep/check/remedies.ts'
import type { SecretsOfKind } from '../../upkeep/check/secrets.ts'
import type { Inspection } from '../../upkeep/codex-state/inspect.ts'
import type { PluginFinding } from '../../upkeep/plugins/findings.ts'
import type { SwitchedSkill } from '../../skills/switch.ts'
import type { ListedSkill } from '../commands/skills/listed.ts'
import type { SealedOutcome } from '../../upkeep/seal/seal.ts'
import type { FileOutcome } from '../../upkeep/storage/change.ts'
import type { ThreadSpent } from '../../upkeep/storage/report.ts'
import type { SalvagedFile } from '../../upkeep/storage/salvage/salvage.ts'
import type * as own from './own-lines.ts'

/** Lines of commands that show threads. */
interface ReadingLines {
  readonly threads: { readonly row: Thread; readonly page: own.PageLine }
  readonly search: {
    /** A thread in which the term was found. */
    readonly row: FoundThread
    /** With --thread: one place in it. */
    readonly occurrence: Occurrence
    readonly page: own.PageLine
  }
  readonly show: {
    /** The thread with its turns, oldest first, and all their items. */
    readonly row: Thread
    /** With --item. */
    readonly item: ItemInTurn
  }
  readonly turns: { readonly row: Turn; readonly page: own.PageLine }
  readonly items: { readonly row: ItemInTurn; readonly page: own.PageLine }
  readonly events: { readonly row: own.RolloutEventLine; readonly damaged: own.DamageLine }
  readonly context: { readonly row: ThreadContext }
  readonly agents: { readonly row: AgentFamily }
  readonly diff: { readonly row: ThreadDifference }
  readonly tail: {
    readonly item: own.TailItemLine
    readonly turn: own.TailTurnLine
    readonly thread: own.TailThreadLine
  }
}

/** Lines of reports. */
interface ReportLines {
  readonly usage: {
    readonly row: own.UsageGroupLine
    /** With --explain. */
    readonly spend: own.SpendLine
    readonly totalRow: own.UsageSumLine
    /** With --explain. */
    readonly totalSpend: own.SpendLine
    readonly statusline: own.UsageTodayLine
    readonly total: own.UsageTotalLine
  }
  readonly tools: {
    readonly row: ToolCall
    /** With --summary. */
    readonly summary: ToolsSummary
    readonly page: own.PageLine
  }
  readonly blame: { readonly row: FileChange }
  readonly audit: {
    readonly report: AuditRow
    readonly approvals: ApprovalRow
    readonly reviews: ReviewRow
    readonly export: own.ChainedLine
    readonly exportEnd: own.ChainEndLine
    /** With --out. */
    readonly exportFile: own.WrittenFileLine
    readonly seal: SealedOutcome
    /** Of the seals of a home. */
    readonly verify: SealedOutcome
    /** Of an exported trail. */
    readonly verifyExport: Verified
    readonly total: own.SealTotalLine
  }
  readonly plugins: {
    readonly list: own.PluginLine
    readonly verify: PluginFinding
    readonly history: PluginHistoryRow
    readonly usage: PluginUse
    readonly row: own.PluginChangeLine
    readonly sync: own.PluginSyncLine
    readonly importCapture: own.PluginImportLine
  }
  readonly skills: { readonly row: ListedSkill; readonly switched: SwitchedSkill }
  readonly analytics: {
    readonly replay: own.ReplayedLine
    /** With --out. */
    readonly replayFile: own.WrittenFileLine
    readonly diff: own.ComparedLine
    readonly total: own.AgreementLine
  }
}

/** Lines of commands that change threads. */
interface ChangeLines {
  readonly rename: { readonly row: Renamed }
  readonly archive: { readonly row: RelocatedThreads }
  readonly unarchive: { readonly row: RelocatedThreads }
  readonly delete: { readonly row: RelocatedThreads }
  readonly restore: { readonly row: RelocatedThreads }
  readonly fork: { readonly row: Thread }
  readonly rollback: { readonly row: Written }
  readonly unrollback: { readonly row: Written }
  readonly revert: { readonly row: Thread }
  readonly append: {
    readonly row: Appended
    /** With --dry-run. */
    readonly plan: own.AppendPlanLine
  }
  readonly review: {
    readonly start: StartedReview
    /** With --dry-run. */
    readonly startPlan: Written
    readonly complete: Written
  }
  readonly undo: { readonly row: Undone }
  readonly log: { readonly row: Operation }
}

/** Lines of commands that look after a home. */
interface UpkeepLines {
  readonly check: {
    readonly row: AdvisedFinding
    /** With --secrets. */
    readonly secrets: SecretsOfKind
    readonly total: own.CheckTotalLine
    readonly secretsTotal: own.SecretsTotalLine
  }
  readonly explain: { readonly row: own.ProblemLine }
  readonly doctor: { readonly row: Inspection }
  readonly repair: {
    readonly plan: own.RepairPlanLine
    readonly apply: RepairDone
    readonly undo: RepairDone
    readonly list: Operation
  }
  readonly storage: {
    readonly row: ThreadSpent
    readonly compress: FileOutcome
    readonly expand: FileOutcome
    readonly total: own.StorageTotalLine
    readonly compressTotal: own.CompressedTotalLine
    readonly expandTotal: own.CompressedTotalLine
  }
  readonly salvage: {
    readonly row: SalvagedFile
    readonly thread: own.SalvagedThreadLine
    readonly total: own.SalvageTotalLine
  }
  readonly import: {
    readonly row: ImportedSession
    readonly bundled: SalvagedFile
    /** With --dry-run. */
    readonly importable: ImportableSession
    readonly list: ImportableSession
    readonly settings: ImportedSetting
  }
  readonly store: {
    readonly push: PushSummary
    readonly pull: PullSummary
    readonly verify: VerifiedThread
    readonly mirror: own.MirrorLine
    readonly subscribe: own.StoreEventLine
    readonly subscribeFact: own.StoreFactLine
    readonly total: own.VerifyTotalLine
  }
  readonly index: {
    readonly status: own.IndexLine
    readonly rebuild: own.IndexLine
    readonly changes: own.FileChangeLine
    readonly drop: own.IndexDroppedLine
  }
  readonly version: { readonly row: own.VersionLine }
}

/** Every kind of line, by command. */
export interface JsonLines extends ReadingLines, ReportLines, ChangeLines, UpkeepLines {}

/** The line of a failure, of every command. */
export type { ErrorLine } from './own-lines.ts'
