/**
 * The shapes a person or a client sees: threads, turns and items, spelled as Codex's app-server spells them.
 *
 * Units:  fields ending in `At` are Unix seconds, `…Ms` milliseconds.
 * Source: ThreadItem, Turn and Thread of app-server v2 in 0.130.0, 0.142.5 and 0.169.0. Members that not every era has
 *         are optional here and present exactly where that era's binary prints them.
 */
import type { Json } from './json.ts'

/** One part of a user message. */
export type UserContent =
  | {
      readonly type: 'text'
      readonly text: string
      readonly text_elements: ReadonlyArray<{
        readonly byteRange: { readonly start: number; readonly end: number }
        readonly placeholder: string | null
      }>
    }
  | { readonly type: 'image'; readonly url: string; readonly detail?: string | null }
  | { readonly type: 'image'; readonly fileId: string; readonly detail?: string | null }
  | { readonly type: 'localImage'; readonly path: string; readonly detail?: string | null }
  | { readonly type: 'audio'; readonly url: string }
  | { readonly type: 'audio'; readonly fileId: string }
  | { readonly type: 'localAudio'; readonly path: string }
  | { readonly type: 'skill' | 'mention'; readonly name: string; readonly path: string }

/** One file of a patch. */
export interface FileUpdate {
  readonly path: string
  readonly kind:
    | { readonly type: 'add' }
    | { readonly type: 'delete' }
    | { readonly type: 'update'; readonly move_path: string | null }
  readonly diff: string
}

/** Citations the model attached to a message. */
export interface MemoryCitation {
  readonly entries: ReadonlyArray<Json>
  readonly threadIds: ReadonlyArray<string>
}

/** recorded: an event says so; derived: computed from recorded text of a known format; inferred: likely. */
export type ItemCertainty = 'recorded' | 'derived' | 'inferred'

/** What a person sees inside a turn. `id` is unique inside its turn only. */
export type ThreadItem = {
  readonly id: string
  readonly startedAtMs?: number | null
  readonly completedAtMs?: number | null
  /** Ours: how sure the log is of an item that Codex of its time does not show. */
  readonly certainty?: ItemCertainty
  /** Ours: the item was shortened to fit a page; `bytes` is what it takes whole, as JSON. */
  readonly truncated?: { readonly bytes: number }
} & (
  | {
      readonly type: 'userMessage'
      readonly clientId?: string | null
      readonly content: ReadonlyArray<UserContent>
    }
  | {
      readonly type: 'agentMessage'
      readonly text: string
      readonly phase: string | null
      readonly memoryCitation: MemoryCitation | null
      readonly moderation?: Json
      readonly delivery?: string | null
      readonly questions?: Json
    }
  | {
      readonly type: 'commandExecution'
      readonly pluginId: string | null
      readonly scriptPath: string | null
      readonly command: string
      readonly cwd: string
      readonly processId: string | null
      readonly source: string
      readonly status: string
      readonly commandActions: ReadonlyArray<Json>
      readonly aggregatedOutput: string | null
      readonly exitCode: number | null
      readonly durationMs: number | null
    }
  | {
      readonly type: 'dynamicToolCall'
      readonly namespace: string | null
      readonly tool: string
      readonly arguments: Json
      readonly status: string
      readonly contentItems: Json
      readonly success: boolean | null
      readonly durationMs: number | null
    }
  | {
      readonly type: 'collabAgentToolCall'
      readonly tool: string
      readonly status: string
      readonly senderThreadId: string
      readonly receiverThreadIds: ReadonlyArray<string>
      readonly prompt: string | null
      readonly model: string | null
      readonly reasoningEffort: string | null
      readonly agentsStates: { readonly [threadId: string]: Json }
    }
  | { readonly type: 'imageView'; readonly path: string }
  | {
      readonly type: 'functionCallOutput'
      readonly name: string
      readonly namespace: string | null
      readonly output: Json
    }
  | {
      readonly type: 'reasoning'
      readonly summary: ReadonlyArray<string>
      readonly content: ReadonlyArray<string>
    }
  | { readonly type: 'contextCompaction' }
  | { readonly type: 'enteredReviewMode'; readonly review: string }
  | { readonly type: 'exitedReviewMode'; readonly review: string }
  | { readonly type: 'plan'; readonly text: string }
  | { readonly type: 'sleep'; readonly durationMs: number }
  | {
      readonly type: 'fileChange'
      readonly changes: ReadonlyArray<FileUpdate>
      readonly status: string
    }
  | {
      readonly type: 'mcpToolCall'
      readonly server: string
      readonly tool: string
      readonly status: string
      readonly arguments: Json
      readonly appContext?: Json
      readonly mcpAppUi?: Json
      readonly readOnlyHint?: boolean | null
      readonly pluginId?: string | null
      readonly mcpAppResourceUri?: string
      readonly result: Json
      readonly error: { readonly message: string } | null
      readonly durationMs: number | null
    }
  | {
      readonly type: 'webSearch'
      readonly query: string
      readonly action: Json
      readonly results?: Json
    }
  | {
      readonly type: 'imageGeneration'
      readonly status: string
      readonly revisedPrompt: string | null
      readonly result?: string
      readonly fileId?: string
      readonly inputImages?: ReadonlyArray<Json>
      readonly transparentBackground?: boolean | null
      readonly failure?: Json
      readonly savedPath?: string
      readonly generationId?: string | null
    }
  | {
      readonly type: 'subAgentActivity'
      readonly model?: string | null
      readonly reasoningEffort?: string | null
      readonly kind: string
      readonly agentThreadId: string
      readonly agentPath: string
    }
  | {
      readonly type: 'hookPrompt'
      readonly fragments: ReadonlyArray<{ readonly text: string; readonly hookRunId: string }>
    }
)

/** Every type of item; the compiler misses none. */
export const ITEM_TYPES = Object.keys({
  userMessage: true,
  agentMessage: true,
  reasoning: true,
  plan: true,
  commandExecution: true,
  fileChange: true,
  mcpToolCall: true,
  dynamicToolCall: true,
  collabAgentToolCall: true,
  functionCallOutput: true,
  webSearch: true,
  imageView: true,
  imageGeneration: true,
  subAgentActivity: true,
  contextCompaction: true,
  enteredReviewMode: true,
  exitedReviewMode: true,
  hookPrompt: true,
  sleep: true
} satisfies Readonly<Record<ThreadItem['type'], true>>)

/** The items of some kinds. */
export type ThreadItemOf<K extends ThreadItem['type']> = Extract<ThreadItem, { readonly type: K }>

/** How much of a turn's items a page carries. */
export type ItemsView = 'notLoaded' | 'summary' | 'full'

/** How a turn ended. Files of 0.130 and 0.142 do not say that one `failed`. */
export type TurnStatus = 'completed' | 'interrupted' | 'failed' | 'inProgress'

/** Why a turn failed. */
export interface TurnError {
  readonly message: string
  readonly codexErrorInfo: Json
  readonly additionalDetails: string | null
  readonly misalignment?: Json
  /** Ours: how sure the log is, where Codex of its time shows no error. */
  readonly certainty?: ItemCertainty
}

/** One turn: what a person asked, and everything until the answer was finished. */
export interface Turn {
  readonly id: string
  readonly rootTurnId?: string | null
  readonly items: ReadonlyArray<ThreadItem>
  readonly itemsView: ItemsView
  readonly status: TurnStatus
  readonly error: TurnError | null
  readonly startedAt: number | null
  readonly completedAt: number | null
  readonly durationMs: number | null
  /** Ours: the turn was shortened to fit a page; what it takes whole as JSON, and how many items it has. */
  readonly truncated?: { readonly bytes: number; readonly items: number }
}

/** The state of the repository when the thread began. */
export interface GitInfo {
  readonly sha: string | null
  readonly branch: string | null
  readonly originUrl: string | null
}

/** How lines make turns: by legacy events, or by items that name their turn. */
export type HistoryMode = 'legacy' | 'paginated'

/** State of a thread in a server; the log itself knows only `notLoaded`. */
export type ThreadStatus =
  | { readonly type: 'notLoaded' | 'idle' | 'systemError' }
  | {
      readonly type: 'active'
      readonly activeFlags: ReadonlyArray<'waitingOnApproval' | 'waitingOnUserInput'>
    }

/** Where a loaded thread works (0.169). */
export interface ThreadEnvironment {
  readonly environmentId: string
  readonly cwd: string
  readonly runtimeWorkspaceRoots: ReadonlyArray<string>
}

/** One thread. */
export interface Thread {
  readonly id: string
  readonly environments?: ReadonlyArray<ThreadEnvironment> | null
  readonly extra?: null
  readonly sessionId: string
  readonly forkedFromId: string | null
  readonly attachedToThreadId?: string | null
  readonly parentThreadId?: string | null
  readonly preview: string
  readonly ephemeral: boolean
  readonly section?: null
  readonly sectionEnteredAt?: null
  readonly projectId?: null
  readonly historyMode?: HistoryMode
  readonly modelProvider: string
  readonly model?: string | null
  readonly reasoningEffort?: string | null
  readonly createdAt: number
  readonly updatedAt: number
  readonly recencyAt?: number
  readonly status: ThreadStatus
  readonly path: string
  readonly cwd: string
  readonly cliVersion: string
  readonly originator?: string | null
  readonly source: Json
  readonly canAcceptDirectInput?: boolean | null
  readonly threadSource: string | null
  readonly agentNickname: string | null
  readonly agentRole: string | null
  readonly gitInfo: GitInfo | null
  readonly name: string | null
  readonly daybreakEnabled?: null
  readonly turns: ReadonlyArray<Turn>
}

/** One page of anything, with the cursors to its neighbours; null where there is nothing more. */
export interface Page<A> {
  readonly data: ReadonlyArray<A>
  readonly nextCursor: string | null
  readonly backwardsCursor: string | null
}

export type SortDirection = 'asc' | 'desc'
