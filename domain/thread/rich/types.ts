/**
 * The items of rich mode: what a thread's file knows beyond the items Codex up to 0.142 shows when it reads it back.
 *
 * Shape:  commandExecution, dynamicToolCall, imageView and collabAgentToolCall as the app-server spells them, with
 *         `certainty`. What the file does not know is null, '' (cwd, sender) or empty.
 * Units:  `durationMs` milliseconds, rounded down; taken from text it is the time Codex waited for output, which is at
 *         most the life of the process. `processId` is a decimal number as text.
 */
import type { ItemCertainty, ThreadItem, ThreadItemOf } from '../../protocol.ts'

type RichItemOf<K extends ThreadItem['type']> = ThreadItemOf<K> & {
  readonly certainty: ItemCertainty
}

/**
 * A command the model or the user ran. `command` is an argv joined as Codex joins it, or the bare script where the file
 * does not name the shell around it.
 */
export type CommandExecution = RichItemOf<'commandExecution'>
/** A call of a tool that the client declared. `success` is null from text: only events carry the flag. */
export type DynamicToolCall = RichItemOf<'dynamicToolCall'>
/** An image the model looked at. */
export type ImageView = RichItemOf<'imageView'>
/** A call by which an agent starts, feeds, awaits, closes or resumes another. */
export type CollabAgentToolCall = RichItemOf<'collabAgentToolCall'>
export type RichItem = CommandExecution | DynamicToolCall | ImageView | CollabAgentToolCall

/** What the lines before this one say about the thread; `NO_CONTEXT` where they were not read. */
export interface RichContext {
  /** Id of the thread, '' when unknown. */
  readonly threadId: string
  /** Working directory of the turn, '' when unknown. */
  readonly cwd: string
  /** Tools the client declared, as `namespace/name`; null when unknown. */
  readonly dynamicTools: ReadonlySet<string> | null
}

export const NO_CONTEXT: RichContext = { threadId: '', cwd: '', dynamicTools: null }
