/**
 * What can happen to a followed thread. In Codex's terms: items that are new, items that are another than
 * before, and turns that begin and end; a line that changes nothing makes nothing.
 */
import type { Goal } from '../../../domain/changes/goal.ts'
import type { TokenCount } from '../../../domain/log/payloads.ts'
import type { ThreadItem, Turn } from '../../../domain/protocol.ts'

/** Token counts as logged. */
export type UsageInfo = NonNullable<TokenCount['info']>

/** One thing that happened, in the order of the log. Turns come without items; `atMs` is the time of the line. */
export type ThreadChange =
  | { readonly type: 'turn_started'; readonly turn: Turn }
  /** A turn that was begun already is being written: others go on with it. */
  | { readonly type: 'turn_resumed'; readonly turnId: string }
  /** A turn is over; `answer` is the last thing the agent said in it. */
  | { readonly type: 'turn_ended'; readonly turn: Turn; readonly answer: ThreadItem | null }
  /** An item that was not there before; one that `grows` is ended by an `item_changed`. */
  | {
      readonly type: 'item_added'
      readonly turnId: string
      readonly item: ThreadItem
      readonly grows: boolean
      readonly atMs: number
      /** Of the line that made it; absent where none did. */
      readonly revision?: number
    }
  /** A part of a reasoning item that grows. */
  | {
      readonly type: 'reasoning_added'
      readonly turnId: string
      readonly itemId: string
      readonly part: 'summary' | 'content'
      readonly index: number
      readonly text: string
    }
  /** The item of this id as it is from now on. */
  | {
      readonly type: 'item_changed'
      readonly turnId: string
      readonly item: ThreadItem
      readonly atMs: number
      readonly revision?: number
    }
  | { readonly type: 'usage'; readonly turnId: string; readonly info: UsageInfo }
  | { readonly type: 'goal'; readonly goal: Goal | null }
  /** Emitted turns were removed or replaced: reload them. */
  | { readonly type: 'rewound' }

export interface Look {
  /** What others wrote since the last look. */
  readonly changes: ReadonlyArray<ThreadChange>
  /** The turn that others write and that did not end; null when there is none. */
  readonly runningTurnId: string | null
  /** True when there is more to see already. */
  readonly hasMore: boolean
  readonly path: string
  readonly archived: boolean
}
