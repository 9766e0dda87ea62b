/** The shapes the stand-in keeps and decides with. */
/** A place in the log: an event has twice its own position, a page begins at a position and 0. */
export interface LogPosition {
  readonly commit: number
  readonly prepare: number
}

/** One event as it was written; positions grow as bytes would, commit and prepare being the same. */
export interface StoredEvent {
  readonly stream: string
  readonly revision: number
  readonly position: number
  readonly id: string
  readonly type: string
  readonly isJson: boolean
  readonly data: Buffer
  readonly metadata: Buffer
  readonly createdMs: number
  /** The answer to a read that shows this event, encoded once. */
  readonly frame: Buffer
}

/** One event as a client proposes it. */
export type ProposedEvent = Pick<StoredEvent, 'id' | 'type' | 'isJson' | 'data' | 'metadata'>

/** What a writer says the stream's last revision is. */
export type Expected = number | 'no_stream' | 'any' | 'stream_exists'

/** What one append changed, in the order of the log; enough to build the same log anew. */
export interface Change {
  readonly stream: string
  readonly events: readonly ProposedEvent[]
  readonly createdMs: number
  readonly tombstone: boolean
}

/** The server's answer to an append: the revision and position of the last event, or why not. */
export type Decision =
  | { readonly kind: 'write'; readonly current: number }
  | { readonly kind: 'idempotent'; readonly revision: number }
  | { readonly kind: 'wrong-version'; readonly current: number }
  | { readonly kind: 'deleted' }
