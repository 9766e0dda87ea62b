/**
 * Everything that can go wrong, as data.
 *
 * Operating errors (an unknown thread, a damaged file, a full disk) are expected: they travel in `Left` and every
 * one is handled. Programmer errors are not here: they are asserted and crash.
 *
 * One variant = one decision the caller can take. Add one only when somebody will branch on it.
 */
import type { BaseReason } from './log/event.ts'

/** What stands in the way of a change, where a caller has an answer of its own for it. */
export type Obstacle = 'turn_in_progress' | 'not_paginated'

/** What to do about a refusal where that is a command; the adapters have the words. */
export type CommandHint =
  | { readonly kind: 'see_log' | 'see_deleted' | 'name_other_turn' }
  | { readonly kind: 'undo_older'; readonly operationId: string; readonly operation: string }
  | {
      readonly kind:
        | 'see_thread'
        | 'see_turns'
        | 'see_own_turns'
        | 'see_events'
        | 'start_review'
        | 'rename'
        | 'see_or_delete'
        | 'delete_fork'
        | 'unarchive_in_codex'
      readonly threadId: string
    }
  | { readonly kind: 'see_contents'; readonly threadId: string | null }
  | { readonly kind: 'fork_before'; readonly threadId: string; readonly turnId: string }
  | {
      readonly kind: 'move_in_codex'
      readonly way: 'archive' | 'unarchive'
      readonly threadId: string
    }
  | { readonly kind: 'or_force'; readonly instead: NextStep }

/** What to do about a refusal: a sentence, or the data of a command. */
export type NextStep = string | CommandHint

export type StoreError =
  /** No rollout for this id; `among` when only the archived threads, or only the others, were looked at. */
  | {
      readonly _tag: 'StreamNotFound'
      readonly streamId: string
      readonly among?: 'active' | 'archived'
    }
  /** What a person typed names more than one thread. */
  | {
      readonly _tag: 'AmbiguousThread'
      readonly text: string
      readonly candidates: ReadonlyArray<string>
    }
  /** A cursor, limit or filter that cannot be read, or a point of a thread that it does not have. */
  | { readonly _tag: 'InvalidRequest'; readonly message: string; readonly about?: 'point' }
  /** The turn a cursor points at was rolled back or never was. */
  | { readonly _tag: 'AnchorGone'; readonly cursor: string }
  /** Strict mode only: Codex refuses the whole file for this reason. */
  | {
      readonly _tag: 'UnreadableRollout'
      readonly path: string
      readonly reason: 'empty' | 'no_lines' | 'no_metadata' | 'no_session_meta' | 'not_utf8'
    }
  /** What was asked for cannot be done to this thread. */
  | {
      readonly _tag: 'NotPossible'
      readonly reason: string
      readonly next: NextStep
      readonly obstacle?: Obstacle
    }
  /** A turn that is not in the thread. */
  | {
      readonly _tag: 'TurnNotFound'
      readonly streamId: string
      readonly turnId: string
      /** Present when a point of the thread was asked for, which need not be a turn. */
      readonly about?: 'point'
    }
  /** An operation that is not in the log. */
  | { readonly _tag: 'OperationNotFound'; readonly operationId: string }
  /** An item that is not in the thread, or not in the turn that was named. */
  | {
      readonly _tag: 'ItemNotFound'
      readonly streamId: string
      readonly itemId: string
      readonly turnId?: string
    }
  /** An append expected another revision; nothing was written. `null`: there is no such stream. */
  | {
      readonly _tag: 'WrongExpectedRevision'
      readonly streamId: string
      readonly expected: number | 'no_stream' | 'stream_exists'
      readonly actual: number | null
    }
  /**
   * Another program, which knows nothing of our locks, wrote to the rollout at the same moment: the events were
   * written, whole, but not at the revision that was expected.
   */
  | {
      readonly _tag: 'TailMoved'
      readonly streamId: string
      readonly expected: number
      readonly actual: number
    }
  /** The index cannot be used and could not be rebuilt. */
  | { readonly _tag: 'IndexUnavailable'; readonly path: string; readonly reason: string }
  /** The index was damaged while an answer was read from it row by row: it was emptied, and is built again when asked. */
  | { readonly _tag: 'IndexEmptied'; readonly reason: string }
  /** Another process holds what is needed; the same call may succeed later. */
  | { readonly _tag: 'Busy'; readonly what: string }
  /** The server of the store did not answer in time, or could not be reached; `where` names it without any secret. */
  | { readonly _tag: 'StoreUnavailable'; readonly where: string; readonly reason: string }
  /** The server of the store answered that it will not: wrong credentials, no right, another product or version. */
  | {
      readonly _tag: 'StoreRefused'
      readonly where: string
      readonly reason: string
      readonly next: string
      /** True when the stream was deleted for good. */
      readonly tombstoned?: true
    }
  | {
      readonly _tag: 'IoFailure'
      readonly operation: string
      readonly path: string
      readonly cause: string
      /** Of a failed system call, such as `ENOENT`. */
      readonly systemCode?: string
      /** True when files are half way, and the next change of the home finishes the work or takes it back. */
      readonly unfinished?: boolean
    }

/** The stable name of a failure, for programs. */
type ErrorKind =
  | 'thread_not_found'
  | 'ambiguous_thread'
  | 'invalid_request'
  | 'anchor_gone'
  | 'unreadable_rollout'
  | 'not_possible'
  | 'turn_not_found'
  | 'item_not_found'
  | 'operation_not_found'
  | 'wrong_expected_revision'
  | 'tail_moved'
  | 'index_unavailable'
  | 'index_emptied'
  | 'busy'
  | 'store_unavailable'
  | 'store_refused'
  | 'io_failure'

/** `_tag` to the kind programs branch on. */
export const ERROR_KIND: Readonly<Record<StoreError['_tag'], ErrorKind>> = {
  StreamNotFound: 'thread_not_found',
  AmbiguousThread: 'ambiguous_thread',
  InvalidRequest: 'invalid_request',
  AnchorGone: 'anchor_gone',
  UnreadableRollout: 'unreadable_rollout',
  NotPossible: 'not_possible',
  TurnNotFound: 'turn_not_found',
  ItemNotFound: 'item_not_found',
  OperationNotFound: 'operation_not_found',
  WrongExpectedRevision: 'wrong_expected_revision',
  TailMoved: 'tail_moved',
  IndexUnavailable: 'index_unavailable',
  IndexEmptied: 'index_emptied',
  Busy: 'busy',
  StoreUnavailable: 'store_unavailable',
  StoreRefused: 'store_refused',
  IoFailure: 'io_failure'
}

const UNREADABLE = {
  empty: 'holds no readable event',
  no_lines: 'holds no line',
  no_metadata: 'holds no session metadata that can be read',
  no_session_meta: 'does not start with session metadata',
  not_utf8: 'holds bytes that are not UTF-8'
} as const

export const describe = (e: StoreError): string => {
  switch (e._tag) {
    case 'StreamNotFound':
      if (e.among === 'active') return `thread ${e.streamId} is archived already`
      return `no ${e.among === 'archived' ? 'archived ' : ''}thread ${e.streamId} in this home`
    case 'AmbiguousThread':
      return `"${e.text}" names ${e.candidates.length} threads: ${e.candidates.slice(0, 5).join(', ')}`
    case 'InvalidRequest':
      return e.message
    case 'AnchorGone':
      return `the turn of cursor ${e.cursor} is no longer in the thread`
    case 'UnreadableRollout':
      return `Codex cannot read ${e.path}: it ${UNREADABLE[e.reason]}`
    case 'NotPossible':
      return e.reason
    case 'TurnNotFound':
      return `no turn ${e.turnId} in thread ${e.streamId}`
    case 'OperationNotFound':
      return `no operation ${e.operationId} in the log`
    case 'ItemNotFound':
      return `no item ${e.itemId} in ${e.turnId === undefined ? `thread ${e.streamId}` : `turn ${e.turnId}`}`
    case 'WrongExpectedRevision':
      return e.actual === null
        ? `thread ${e.streamId} does not exist; expected revision ${e.expected}`
        : `thread ${e.streamId} is at revision ${e.actual}, not at ${e.expected}`
    case 'TailMoved':
      return `another program wrote to thread ${e.streamId} at the same time: the events are at revision ${e.actual}, not at ${e.expected}`
    case 'IndexUnavailable':
      return `the index at ${e.path} cannot be used: ${e.reason}`
    case 'IndexEmptied':
      return `the index was damaged and has been emptied; the answer is incomplete: ${e.reason}`
    case 'Busy':
      return `${e.what} is in use by another process`
    case 'StoreUnavailable':
      return `the store at ${e.where} cannot be reached: ${e.reason}`
    case 'StoreRefused':
      return `the store at ${e.where} refused: ${e.reason}`
    case 'IoFailure':
      return `cannot ${e.operation} ${e.path}: ${e.cause}`
  }
}

/** What to do when the history that a thread continues is not there; what can be read is shown all the same. */
export const BASE_REMEDY: Readonly<Record<BaseReason, string>> = {
  base_missing: 'the parent rollout is not in this home: copy it back',
  base_shrunk: 'the parent rollout is shorter than it was: restore the whole file',
  base_mismatch:
    'the parent rollout has changed since this one was created: restore the original file',
  base_cycle: 'its rollouts continue each other: restore the original files',
  base_unknown: 'the first line of its rollout is damaged: restore the original file'
}

/** A refusal: what cannot be done to a thread as it is, and what to do instead. */
export const notPossible = (reason: string, next: NextStep, obstacle?: Obstacle): StoreError => ({
  _tag: 'NotPossible',
  reason,
  next,
  ...(obstacle === undefined ? {} : { obstacle })
})

/** True for a refusal because of this obstacle. */
export const isBlockedBy = (e: StoreError, obstacle: Obstacle): boolean =>
  e._tag === 'NotPossible' && e.obstacle === obstacle

/** True when the same call may succeed later without any change. */
export const isRetryable = (e: StoreError): boolean =>
  e._tag === 'Busy' || e._tag === 'IndexEmptied' || e._tag === 'StoreUnavailable'
