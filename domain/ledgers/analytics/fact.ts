/**
 * Facts: what the analytics reducer is told, by a server that sees requests go by or by a fold over a rollout.
 *
 * Every fact says when it was seen (`atMs`, Unix milliseconds) and nothing about how events look on the wire. What a
 * source does not know is null. A connection is any id that stays the same while one client is connected.
 *
 * Source: the facts of Codex's analytics client; requests and notifications are reduced to what a reducer reads.
 */
import type { Json, JsonObject } from '../../json.ts'
import type { Decision } from '../../questions/decision.ts'
import type { DiffLines } from './diff-lines.ts'
import type { ToolOutcome } from '../tools/outcome.ts'
import type { Tokens } from '../usage/tokens.ts'
import type {
  InitializationMode,
  ReviewResolution,
  ReviewStatus,
  ReviewSubject,
  ReviewTrigger,
  SteerRefusal,
  TurnEndStatus
} from './vocabulary.ts'
import type { PluginTelemetryMetadata } from './plugin-events.ts'

export interface AnalyticsClient {
  /** Originator: what the client is called in a rollout. */
  readonly productClientId: string
  readonly name: string | null
  readonly version: string | null
  readonly transport: 'stdio' | 'websocket' | 'in_process' | null
  readonly experimentalApi: boolean | null
}

export interface Runtime {
  readonly version: string | null
  readonly os: string | null
  readonly osVersion: string | null
  readonly arch: string | null
}

export interface OpenedThread {
  readonly threadId: string
  readonly sessionId: string | null
  readonly model: string | null
  readonly ephemeral: boolean
  readonly isWorktree: boolean | null
  readonly threadSource: string | null
  /** Null for a thread of a person, else `review`, `compact`, `thread_spawn` and the like. */
  readonly subagentSource: string | null
  readonly parentThreadId: string | null
  readonly forkedFromThreadId: string | null
  readonly mode: InitializationMode
  /** Unix seconds. */
  readonly createdAt: number
}

/** The settings a turn runs with; policies spelled as on the wire of the analytics. */
export interface TurnSettings {
  readonly model: string | null
  readonly modelProvider: string | null
  readonly sandboxPolicy:
    | 'full_access'
    | 'external_sandbox'
    | 'read_only'
    | 'workspace_write'
    | null
  readonly sandboxNetworkAccess: boolean | null
  readonly reasoningEffort: string | null
  readonly reasoningSummary: string | null
  readonly serviceTier: string | null
  readonly approvalPolicy: string | null
  readonly approvalsReviewer: string | null
  readonly collaborationMode: string | null
  readonly personality: string | null
  readonly workspaceKind: string | null
  readonly isFirstTurn: boolean
  readonly ephemeral: boolean
  readonly rootTurnId: string | null
  readonly turnTrigger: string | null
  readonly turnSource: string | null
  readonly multiAgentVersion: string | null
  readonly guardianV2Enabled: boolean | null
  readonly activePluginIds: ReadonlyArray<string> | null
}

export interface TurnTokens extends Tokens {
  /** Null where the source does not tell (before 0.169). */
  readonly cacheWriteInputTokens: number | null
}

/** Where the time of a turn went, in milliseconds. */
export interface TurnProfile {
  readonly beforeFirstSamplingMs: number
  readonly samplingMs: number
  readonly betweenSamplingOverheadMs: number
  readonly toolBlockingMs: number
  readonly afterLastSamplingMs: number
  readonly samplingRequestCount: number
  readonly samplingRetryCount: number
  readonly compactionMs: number | null
  readonly toolsChangeCount: number | null
}

/** What an error was, in the words of the analytics; the protocol's word for it is in `turn_ended`. */
export interface TurnErrorKind {
  /** What 0.130 says instead of a kind. */
  readonly message: string | null
  readonly kind: string
  readonly httpStatus: number | null
}

interface TimedFact {
  /** When the fact was seen, Unix milliseconds. */
  readonly atMs: number
}

export interface FactInThread extends TimedFact {
  readonly threadId: string
}

export interface FactInTurn extends FactInThread {
  readonly turnId: string
}

interface FactOfRequest extends TimedFact {
  readonly connectionId: string
  readonly requestId: string
}

/** What each kind of fact says. */
interface FactBodies {
  readonly connected: TimedFact & {
    readonly connectionId: string
    readonly client: AnalyticsClient
    readonly runtime: Runtime
  }
  readonly disconnected: TimedFact & { readonly connectionId: string }
  /** A thread was started, resumed or forked for this connection. */
  readonly thread_opened: TimedFact & {
    readonly connectionId: string
    readonly thread: OpenedThread
  }
  /** A turn was asked for; `turn_accepted` with the same connection and request gives its id. */
  readonly turn_requested: FactInThread & FactOfRequest & { readonly imageCount: number }
  readonly turn_accepted: FactOfRequest & { readonly turnId: string }
  readonly steer_requested: FactInThread &
    FactOfRequest & {
      readonly expectedTurnId: string | null
      readonly imageCount: number
    }
  readonly steer_accepted: FactOfRequest & { readonly turnId: string }
  /** A request of either kind was answered with an error; `refusal` is null when it is none that analytics names. */
  readonly request_failed: FactOfRequest & { readonly refusal: SteerRefusal | null }
  /** A client asked for the interruption of a turn. */
  readonly interrupt_requested: FactInTurn
  readonly thread_archived: FactInThread
  readonly thread_unarchived: FactInThread
  readonly turn_started: FactInTurn & { /** Unix seconds. */ readonly startedAt: number | null }
  readonly turn_configured: FactInTurn & {
    readonly settings: TurnSettings
    readonly imageCount: number
  }
  readonly turn_tokens: FactInTurn & { readonly tokens: TurnTokens }
  /** Where the time went; null when nobody measured it, so that the turn need not wait for it. */
  readonly turn_profile: FactInTurn & { readonly profile: TurnProfile | null }
  /** How the images of the turn were prepared for the model (0.169). */
  readonly images_prepared: FactInTurn & { readonly preparations: ReadonlyArray<JsonObject> }
  /** What went wrong in a turn, before it ended. */
  readonly turn_error: FactInTurn & { readonly error: TurnErrorKind }
  /** What the newest diff of the whole turn adds and deletes; `diffLines` counts it. */
  readonly diff_updated: FactInTurn & {
    readonly lines: DiffLines
    /** Of `origin`, else of the first remote. */
    readonly repositoryUrl: string | null
  }
  readonly turn_ended: FactInTurn & {
    /** Null where the log cannot tell: up to 0.142 a failed turn looks like one that ended without a message. */
    readonly status: TurnEndStatus | null
    /** `codexErrorInfo` of the turn's error as the protocol spells it. */
    readonly error: Json
    /** Unix seconds. */
    readonly startedAt: number | null
    /** Unix seconds. */
    readonly completedAt: number | null
    readonly durationMs: number | null
  }
  /** Another agent did something in the turn; only counted. */
  readonly sub_agent_acted: FactInTurn
  readonly tool_started: FactInTurn & { readonly itemId: string }
  readonly tool_ended: FactInTurn & { readonly itemId: string; readonly outcome: ToolOutcome }
  /** The server asked somebody (its own request id); the answer or its loss has the same id. */
  readonly approval_requested: FactInTurn & {
    readonly reviewId: string
    readonly itemId: string | null
    readonly reviewer: 'user' | 'guardian'
    readonly subject: ReviewSubject
    readonly subjectName: string
    readonly trigger: ReviewTrigger
    readonly additionalPermissions: boolean
    readonly networkAccess: boolean
  }
  readonly approval_answered: TimedFact & {
    readonly reviewId: string
    readonly status: ReviewStatus
    readonly resolution: ReviewResolution
  }
  /** The server asked one client something; asked again when it joined later than the question was put. No event tells of it. */
  readonly server_request: FactInThread &
    FactOfRequest & { readonly method: string; readonly resent: boolean }
  /** What came of a question: an answer or an error of a client, or nothing before it was given up. No event tells of it. */
  readonly server_response: TimedFact & {
    readonly requestId: string
    /** The client that answered; null when it was given up. */
    readonly connectionId: string | null
    readonly outcome: 'answered' | 'error' | 'aborted'
    /** Absent where nothing is decided. */
    readonly decision?: Decision
  }
  /**
   * A thread that another thread started: it has the connection of its parent, or where the parent is not known the one
   * named here.
   */
  readonly sub_agent_started: TimedFact & {
    readonly thread: OpenedThread
    readonly connectionId: string | null
  }
  readonly compacted: FactInTurn & {
    readonly trigger: 'manual' | 'auto' | null
    readonly reason:
      | 'user_requested'
      | 'context_limit'
      | 'model_downshift'
      | 'comp_hash_changed'
      | null
    readonly implementation: 'responses' | 'responses_compaction_v2' | 'responses_compact' | null
    readonly phase: 'standalone_turn' | 'pre_turn' | 'mid_turn' | null
    readonly strategy: 'memento' | 'prefix_compaction' | null
    readonly status: TurnEndStatus
    readonly error: TurnErrorKind | null
    readonly contextTokensBefore: number | null
    readonly contextTokensAfter: number | null
    readonly retainedImageCount: number | null
    readonly summaryTokens: number | null
    readonly cachedInputTokens: number | null
    readonly cacheWriteInputTokens: number | null
    /** Unix seconds. */
    readonly startedAt: number | null
    /** Unix seconds. */
    readonly completedAt: number | null
    readonly durationMs: number | null
  }
  readonly goal: FactInThread & {
    readonly turnId: string | null
    readonly goalId: string | null
    readonly change: 'created' | 'usage_accounted' | 'status_changed' | 'cleared'
    readonly status: string | null
    readonly hasTokenBudget: boolean
    readonly cumulativeTokens: number | null
    readonly cumulativeSeconds: number | null
  }
  /** The whole record of an automatic review; its members are passed through to the event. */
  readonly guardian_review: FactInTurn & { readonly review: JsonObject }
  readonly skill_invoked: FactInTurn & {
    readonly name: string
    readonly scope: 'user' | 'repo' | 'system' | 'admin' | null
    /** Absolute and canonical, or relative to the root of the repository of `repositoryUrl`. */
    readonly path: string
    /** The remote of the repository that the file is in; null for a file in none, absent where that is not known. */
    readonly repositoryUrl?: string | null
    readonly plugin: PluginTelemetryMetadata | null
    readonly invokeType: 'explicit' | 'implicit' | null
    readonly model: string | null
  }
  readonly app_mentioned: FactInTurn & {
    readonly connectorId: string | null
    readonly appName: string | null
    readonly invokeType: 'explicit' | 'implicit' | null
    readonly model: string | null
  }
  readonly app_used: FactInTurn & {
    readonly connectorId: string | null
    readonly appName: string | null
    readonly invokeType: 'explicit' | 'implicit' | null
    readonly model: string | null
  }
  readonly hook_ran: FactInTurn & {
    readonly name: string
    readonly source: string | null
    readonly handlerType: string | null
    readonly executionMode: string | null
    readonly status: string
    readonly model: string | null
  }
  readonly plugin_used: FactInTurn & {
    readonly plugin: PluginTelemetryMetadata
    readonly model: string | null
  }
  readonly plugin_changed: TimedFact & {
    readonly change: 'installed' | 'uninstalled' | 'enabled' | 'disabled'
    readonly plugin: PluginTelemetryMetadata
    readonly productClientId: string | null
  }
  readonly plugin_install_failed: TimedFact & {
    readonly plugin: PluginTelemetryMetadata
    readonly productClientId: string | null
    readonly errorType: string
    readonly source: string | null
    readonly subErrorType: string | null
  }
  readonly import_ended: TimedFact & {
    readonly importId: string | null
    readonly source: string | null
    readonly providerId: string | null
    readonly itemType: string
    readonly productClientId: string | null
    readonly result:
      | { readonly successCount: number; readonly failedCount: number }
      | {
          readonly failureStage: string
          readonly errorType: string
          readonly subErrorType: string | null
        }
  }
}

/** A fact of one kind, or of several. */
export type FactOf<K extends keyof FactBodies> = {
  readonly [Kind in K]: FactBodies[Kind] & { readonly kind: Kind }
}[K]

/** One thing the reducer is told. */
export type Fact = FactOf<keyof FactBodies>
