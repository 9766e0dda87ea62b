/**
 * The shapes a person or a client sees: threads, turns and items, spelled as Codex's app-server spells them.
 *
 * Units:  fields ending in `At` are Unix seconds, `…Ms` milliseconds.
 * Source: ThreadItem, Turn and Thread of app-server v2 in 0.130.0 and 0.142.5. Members that only one era has
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
  | { readonly type: 'localImage'; readonly path: string; readonly detail?: string | null }

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

/** What a person sees inside a turn. `id` is unique inside its turn only. */
export type ThreadItem = { readonly id: string } & (
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
      readonly status: 'completed' | 'failed'
      readonly arguments: Json
      readonly appContext?: Json
      readonly pluginId?: string | null
      readonly mcpAppResourceUri?: string
      readonly result: Json
      readonly error: { readonly message: string } | null
      readonly durationMs: number
    }
  | { readonly type: 'webSearch'; readonly query: string; readonly action: Json }
  | {
      readonly type: 'imageGeneration'
      readonly status: string
      readonly revisedPrompt: string | null
      readonly result: string
      readonly savedPath?: string
    }
  | {
      readonly type: 'subAgentActivity'
      readonly kind: string
      readonly agentThreadId: string
      readonly agentPath: string
    }
  | {
      readonly type: 'hookPrompt'
      readonly fragments: ReadonlyArray<{ readonly text: string; readonly hookRunId: string }>
    }
)

/** How much of a turn's items a page carries. */
export type ItemsView = 'notLoaded' | 'summary' | 'full'

/** How a turn ended. `failed` never comes from files of 0.130 and 0.142. */
export type TurnStatus = 'completed' | 'interrupted' | 'failed' | 'inProgress'

/** One turn of a thread. */
export interface Turn {
  readonly id: string
  readonly items: ReadonlyArray<ThreadItem>
  readonly itemsView: ItemsView
  readonly status: TurnStatus
  readonly error: null
  readonly startedAt: number | null
  readonly completedAt: number | null
  readonly durationMs: number | null
}

/** Git facts of a thread. */
export interface GitInfo {
  readonly sha: string | null
  readonly branch: string | null
  readonly originUrl: string | null
}

/** One thread. */
export interface Thread {
  readonly id: string
  readonly sessionId: string
  readonly forkedFromId: string | null
  readonly parentThreadId?: string | null
  readonly preview: string
  readonly ephemeral: boolean
  readonly modelProvider: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly recencyAt?: number
  readonly status: { readonly type: 'notLoaded' }
  readonly path: string
  readonly cwd: string
  readonly cliVersion: string
  readonly source: Json
  readonly threadSource: string | null
  readonly agentNickname: string | null
  readonly agentRole: string | null
  readonly gitInfo: GitInfo | null
  readonly name: string | null
  readonly turns: ReadonlyArray<Turn>
}

/** One page of anything, with the cursors to its neighbours; null where there is nothing more. */
export interface Page<A> {
  readonly data: ReadonlyArray<A>
  readonly nextCursor: string | null
  readonly backwardsCursor: string | null
}

/** Direction of a page. */
export type SortDirection = 'asc' | 'desc'
