/**
 * What the ledgers answer, as far as the page shows it. docs/TOOLS.md, docs/AUDIT.md and docs/PLUGINS.md tell what each member means.
 */
import type { JsonObject } from '../../domain/json.ts'

export const TOOL_KINDS = [
  'command',
  'patch',
  'mcp',
  'dynamic',
  'collab',
  'webSearch',
  'imageGeneration',
  'imageView',
  'other'
] as const

export const TOOL_STATUSES = ['completed', 'failed', 'rejected', 'interrupted', 'unknown'] as const
export type ToolStatusAnswer = (typeof TOOL_STATUSES)[number]

export interface LinePlaceAnswer {
  readonly revision: number
  readonly segment: number
  readonly offsetBytes: number
}

export interface ToolCallAnswer {
  readonly threadId: string
  readonly turnId: string | null
  readonly callId: string
  readonly kind: (typeof TOOL_KINDS)[number]
  readonly name: string
  readonly server: string | null
  readonly subject: string | null
  readonly status: ToolStatusAnswer
  readonly failureKind: string | null
  readonly exitCode: number | null
  readonly atMs: number
  readonly observedMs: number | null
  readonly execMs: number | null
  readonly linesAdded: number | null
  readonly linesDeleted: number | null
  readonly outputBytes: number | null
  readonly rolledBack: boolean
  readonly certainty: string
  readonly place: LinePlaceAnswer
  readonly settledAt: LinePlaceAnswer | null
}

export interface ToolTotalsAnswer extends Readonly<Record<ToolStatusAnswer, number>> {
  readonly calls: number
  readonly rolledBack: number
  readonly execMs: number
  readonly timedCalls: number
  readonly outputBytes: number
}

export interface ToolGroupAnswer extends ToolTotalsAnswer {
  readonly key: string
}

export interface ToolsSummaryAnswer {
  readonly total: ToolTotalsAnswer
  readonly byKind: ReadonlyArray<ToolGroupAnswer>
  readonly byStatus: ReadonlyArray<ToolGroupAnswer>
  readonly byTool: ReadonlyArray<ToolGroupAnswer>
}

export const AUDIT_ACTIONS = [
  'created',
  'forked',
  'spawned',
  'imported',
  'resumed',
  'turn_started',
  'turn_completed',
  'turn_failed',
  'turn_interrupted',
  'steered',
  'rolled_back',
  'turns_restored',
  'reverted',
  'compacted',
  'review_started',
  'reviewed',
  'agent_spawned',
  'agent_closed',
  'agent_resumed',
  'settings_changed',
  'metadata_changed',
  'goal_changed',
  'goal_cleared',
  'asked',
  'answered',
  'renamed',
  'archived',
  'unarchived',
  'deleted',
  'restored',
  'repaired',
  'changed'
] as const

export interface AuditRowAnswer {
  readonly threadId: string
  readonly at: string | null
  readonly action: string
  readonly turnId: string | null
  readonly actor: {
    readonly originator: string | null
    readonly cliVersion: string | null
    readonly process: { readonly pid: number; readonly user: string } | null
    readonly client: string | null
  }
  readonly before: JsonObject | null
  readonly after: JsonObject | null
  readonly evidence: JsonObject
  readonly certainty: string
}

export interface ApprovalAnswer {
  readonly threadId: string
  readonly turnId: string | null
  readonly callId: string
  readonly at: string
  readonly reviewer: string
  readonly subject: string
  readonly status: string
  readonly certainty: string
}

export interface ReviewAnswer {
  readonly threadId: string
  readonly startedAt: string
  readonly endedAt: string | null
  readonly target: JsonObject
  readonly delivery: string
  readonly reviewerThreadId: string | null
  readonly finished: boolean
  readonly findings: number
  readonly verdict: string | null
  readonly confidence: number | null
}

export interface SealedFileAnswer {
  readonly threadId: string
  readonly path: string
  readonly verdict: string
  readonly atByte: number | null
  readonly line: number | null
}

export interface SealReportAnswer {
  /** True when the log is whole and every sealed byte is unchanged. */
  readonly ok: boolean
  readonly log: {
    readonly seals: number
    readonly at: string | null
    readonly head: string
    readonly broken: { readonly line: number; readonly reason: string } | null
  }
  readonly verdicts: Readonly<Record<string, number>>
  /** Those that are not as they were. */
  readonly files: ReadonlyArray<SealedFileAnswer>
}

export interface Plugin {
  readonly localId: string
  readonly plugin: string
  readonly marketplace: string
  readonly seen: {
    readonly installed: boolean
    readonly versions: ReadonlyArray<string>
    readonly activeVersion: string | null
    readonly enabled: boolean | null
    readonly hasSkills: boolean | null
    readonly mcpServerCount: number | null
  }
  readonly firstSeenAt: string
  readonly lastSeenAt: string
}

export interface PluginChangeAnswer {
  readonly seq: number
  readonly change: string
  readonly from: string | null
  readonly to: string | null
  readonly localId: string | null
  readonly at: string | null
  readonly source: string
}

export interface PluginUseAnswer {
  readonly kind: string
  readonly localId: string | null
  readonly name: string
  readonly version: string | null
  readonly versionCertainty: string
  readonly detail: string
  readonly threadId: string
  readonly turnId: string | null
  readonly atMs: number
}
