/**
 * Lines of `--json` that only the command line makes: tagged ones, sums, and rows that are put together of several answers.
 */
import type { ERROR_KIND } from '../../../domain/errors.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { DamagedLine, RecordedEvent, RolloutLine } from '../../../domain/log/event.ts'
import type { EventAgreement } from '../../../domain/ledgers/analytics/agreement.ts'
import type { ComparedEvent } from '../../../domain/ledgers/analytics/compare.ts'
import type { PostedEvent } from '../../../domain/ledgers/analytics/envelope.ts'
import type { Contract } from '../../../domain/ledgers/analytics/vocabulary.ts'
import type { AuditRow } from '../../../domain/ledgers/audit/row.ts'
import type { FAULT_KIND } from '../../../domain/ledgers/plugins/fault.ts'
import type { Thread, ThreadItem, Turn } from '../../../domain/protocol.ts'
import type { KindText } from '../../../domain/upkeep/check/kind.ts'
import type { ProblemKind } from '../../../domain/upkeep/check/kinds.ts'
import type { RepairPlan } from '../../../domain/upkeep/repair/plan.ts'
import type { HomeChange } from '../../../domain/home-change.ts'
import type { PluginHistoryRow } from '../../../projections/plugin-identity.ts'
import type { UsageGroup, UsageReason, UsageRow } from '../../../replay/ledgers/usage.ts'
import type { IndexStatus } from '../../../replay/engine.ts'
import type { MirrorNews, MirrorSummary } from '../../log/eventstore/sync/mirror.ts'
import type { VerifySummary } from '../../log/eventstore/sync/verify.ts'
import type { CheckSummary } from '../../upkeep/check/check.ts'
import type { SecretsSummary } from '../../upkeep/check/secrets.ts'
import type { ChangedPlugin } from '../../upkeep/plugins/changes.ts'
import type { SealReport } from '../../upkeep/seal/seal.ts'
import type { Salvaged, SalvagedFile } from '../../upkeep/storage/salvage/salvage.ts'
import type { Spent } from '../../upkeep/storage/report.ts'
import type { PluginSeen } from '../../../domain/ledgers/plugins/observed.ts'
import type { AnalyticsPayload } from '../../../domain/ledgers/analytics/envelope.ts'
import type { Synced } from '../../upkeep/plugins/sync.ts'
import type { OWN_KINDS, MeantThreads } from '../text/report.ts'
import type { DaySpent } from '../commands/usage/statusline.ts'
import type { Pricing } from '../commands/usage/cost.ts'

/** Why a command failed: the last line, instead of rows or behind some. */
export interface ErrorLine extends Partial<MeantThreads> {
  readonly $: 'error'
  /** The stable name to branch on. */
  readonly kind:
    | (typeof ERROR_KIND)[keyof typeof ERROR_KIND]
    | keyof typeof OWN_KINDS
    | (typeof FAULT_KIND)[keyof typeof FAULT_KIND]
  /** A sentence for people; its words may change. */
  readonly message: string
  /** The next command to type; empty where there is none. */
  readonly hint: string
  /** True when the same command may succeed later. */
  readonly retryable: boolean
}

/** Where a list goes on; the last line with `--page-line`. */
export interface PageLine {
  readonly $: 'page'
  /** For `--cursor`: the rows behind these; null at the end. */
  readonly nextCursor: string | null
  /** For `--cursor`: the rows before these; null where there are none. */
  readonly backwardsCursor: string | null
}

/** A line with what all rows come to; the last one with `--total`. */
interface TotalTag {
  readonly $: 'total'
}

/** A line of a rollout as an event; its payload is Codex's. */
export type RolloutEventLine = Omit<RecordedEvent, 'line'> & {
  readonly line: Omit<RolloutLine, 'payload'> & {
    /** For a type that Codex of its time would not write: that type. */
    readonly kind?: string
    readonly payload: JsonObject
  }
}

/** A line of a rollout that is no event, or history that is missing. */
export type DamageLine = DamagedLine

/** News of an item; printed again when the item changes. */
export interface TailItemLine {
  readonly $: 'item'
  readonly threadId: string
  readonly turnId: string
  readonly item: ThreadItem
  /** The event it comes from; null for items from before the command began. */
  readonly revision: number | null
}

/** News of a turn. */
export interface TailTurnLine {
  readonly $: 'turn'
  readonly threadId: string
  readonly event: 'started' | 'ended'
  readonly turn: Omit<Turn, 'items' | 'itemsView'>
}

/** What became of a thread besides its turns. */
export interface TailThreadLine {
  readonly $: 'thread'
  readonly threadId: string
  readonly event:
    | 'rewound'
    | 'archived'
    | 'unarchived'
    | 'moved'
    | 'compressed'
    | 'deleted'
    | 'restored'
  /** Where its rollout is now, or was; absent when it was rewound. */
  readonly path?: string
}

/** Costs by the prices of `--prices`; decimals as texts, with every digit. */
type CostMember = {
  readonly cost?: ReturnType<Pricing['json']>
}

/** What a thread is called. */
interface TitleMembers {
  readonly name: string | null
  readonly preview: string
}

/** Tokens of one day, week, month, thread, turn, model, agent or provider; with `thread` its name and preview. */
export type UsageGroupLine = UsageGroup & CostMember & Partial<TitleMembers>

/** One spend. */
export type SpendLine = UsageRow & CostMember

/** Tokens of everything. */
export type UsageSumLine = Omit<UsageGroup, 'key' | 'cacheHitRate' | 'byModel'> & CostMember

/** Tokens of the current day. */
export type UsageTodayLine = Pick<DaySpent, 'day' | 'threads'> & UsageSumLine

/** The sum of all groups, and why it is a lower bound. */
export type UsageTotalLine = TotalTag &
  UsageGroup &
  CostMember & { readonly reasons: ReadonlyArray<UsageReason> }

/** Which file was written, and how many lines it has. */
export interface WrittenFileLine {
  readonly file: string
  readonly lines: number
}

/** A row of an exported trail, chained to the one before in its thread; see docs/AUDIT.md. */
export interface ChainedLine {
  /** SHA-256, 64 hexadecimal digits. */
  readonly hash: string
  readonly previous: string
  readonly row: AuditRow & {
    /** Counts the rows of the thread from 0. */
    readonly seq: number
  }
}

/** The last line of an exported trail. */
export interface ChainEndLine {
  readonly end: {
    readonly format: 1
    readonly root: string
    readonly rows: number
    readonly threads: number
  }
}

/** How the rollouts compare with their seals. */
export type SealTotalLine = TotalTag &
  Pick<SealReport, 'ok' | 'log' | 'sealed'> & {
    /** How many files have which verdict or note. */
    readonly verdicts: { readonly [verdict: string]: number }
  }

/** What is wrong with a plugin. */
interface PluginTrouble {
  readonly kind: (typeof FAULT_KIND)[keyof typeof FAULT_KIND]
  readonly message: string
}

/** One plugin of the home. */
export interface PluginLine {
  /** `name@marketplace`. */
  readonly localId: string
  readonly seen: PluginSeen
  readonly faults: ReadonlyArray<PluginTrouble>
}

/** What an install or an uninstall did, the analytics event Codex would post, and what it changed. */
export type PluginChangeLine = ChangedPlugin & {
  readonly event: AnalyticsPayload | null
  readonly changes: ReadonlyArray<PluginHistoryRow>
}

/** What a list of installed plugins changed. */
export type PluginSyncLine = Synced & { readonly changes: ReadonlyArray<PluginHistoryRow> }

/** What the events of a capture told. */
export interface PluginImportLine {
  readonly events: number
  readonly damagedLines: number
  readonly changes: ReadonlyArray<PluginHistoryRow>
}

/** One request as Codex posts it. */
export interface ReplayedLine {
  readonly events: ReadonlyArray<PostedEvent>
}

/** One compared event; `fields` are those that are not equal. */
export type ComparedLine = ComparedEvent & {
  readonly equalFields: number
}

/** How a capture and the rollouts agree. */
export interface AgreementLine extends TotalTag {
  readonly contract: Contract
  /** Events in the capture. */
  readonly captured: number
  readonly reconstructed: number
  readonly damagedLines: number
  /** Differences without a reason. */
  readonly unexplained: number
  readonly agreement: ReadonlyArray<EventAgreement>
}

/** All findings. */
export type CheckTotalLine = TotalTag & CheckSummary & { readonly durationMs: number }

/** Of check --secrets. */
export type SecretsTotalLine = TotalTag & SecretsSummary

/** A kind of problem in words. */
export type ProblemLine = KindText & {
  readonly kind: ProblemKind
  /** The next command to type, or why there is none. */
  readonly remedy: string
}

/** The events that `--dry-run` would append. */
export interface AppendPlanLine {
  readonly streamId: string
  /** Events the thread holds; null for a new thread. */
  readonly revision: number | null
  readonly lines: ReadonlyArray<string>
}

/** A plan of repairs, and the file it was written to. */
export interface RepairPlanLine {
  readonly digest: string
  readonly file: string | null
  readonly plan: RepairPlan
}

/** All threads. */
export type StorageTotalLine = TotalTag & Spent & { readonly threads: number }

/** All files that were compressed or expanded. */
export interface CompressedTotalLine extends TotalTag {
  readonly files: number
  /** Files that were left as they are. */
  readonly left: number
  readonly plainBytes: number
  readonly compressedBytes: number
}

/** All files that were looked at, by outcome, and what the home has now. */
export type SalvageTotalLine = TotalTag &
  Readonly<Record<SalvagedFile['outcome'], number>> &
  Pick<Salvaged, 'names' | 'others'> & { readonly threads: number }

/** A thread that the home has now. */
export type SalvagedThreadLine = { readonly $: 'thread' } & Thread

/** All threads of a store. */
export type VerifyTotalLine = TotalTag & VerifySummary

/** News of a mirror. */
export type MirrorLine =
  | Exclude<MirrorNews, { readonly kind: 'waiting' }>
  | {
      readonly kind: 'waiting'
      readonly message: string
      /** Until the next try. */
      readonly pauseMs: number
    }
  | ({ readonly kind: 'ended' } & MirrorSummary)

/** Where a line or a fact stands in a store. */
interface StorePlaceMembers {
  readonly position: { readonly commit: number; readonly prepare: number }
  readonly stream: string
  readonly revision: number
  /** Null for a stream of no thread. */
  readonly thread: string | null
  /**
   * When the store got it.
   * @format date-time
   */
  readonly at: string
  readonly type: string
}

/** A line of a rollout in a store; `raw` (base64) instead of `event` where it is not JSON. */
export type StoreEventLine = StorePlaceMembers & {
  readonly segment: string
  /** Number of the line in its segment. */
  readonly line: number | null
  readonly offset: number
  readonly bytes: number
} & ({ readonly event: unknown } | { readonly raw: string })

/** A fact of a store that is no line of a rollout. */
export type StoreFactLine = StorePlaceMembers & { readonly data: JsonObject }

/** What an index holds. */
export type IndexLine = {
  /** The address, where the threads come from a store. */
  readonly store?: string
  readonly home: string
  /** Its directory, or `memory`. */
  readonly index: string
} & IndexStatus

/** What became of an index; `dropped` is false if there was none. */
export interface IndexDroppedLine {
  readonly index: string
  readonly dropped: boolean
}

/** A change of a file that no line of a rollout records. */
export type FileChangeLine = Omit<HomeChange, 'noticedAtMs'> & {
  /**
   * When it was noticed; when it happened is not known.
   * @format date-time
   */
  readonly noticedAt: string
}

/** The program and what else scripts may depend on. */
export interface VersionLine {
  readonly version: string
  /** Null in a build without git. */
  readonly commit: string | null
  /** Version of Node that runs it. */
  readonly node: string
  /** The number of each schema of `--json`. */
  readonly schemas: { readonly [name: string]: number }
  readonly indexVersion: number
  /** The state of OpenTelemetry's conventions that traces follow. */
  readonly conventions: string | null
}
