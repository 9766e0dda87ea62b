/**
 * What a JSON export holds, as types: schemas/export.json and schemas/export-lines.json are made of them.
 */
import type { ThreadItem } from '../protocol.ts'
import type { ItemAt, ThreadSection, TurnSection } from './shape.ts'

/** An item as the app-server spells it, and where it stands in the rollouts. */
export type ExportedItem = ThreadItem & {
  /** Null in a turn that was rolled back. */
  readonly at: ItemAt | null
}

/** A turn with all its items, as the app-server spells them. */
export type ExportedTurn = TurnSection['turn'] & {
  /** Counted from 1; null for a turn that was rolled back. */
  readonly number: number | null
  readonly items: ReadonlyArray<ExportedItem>
}

/** What was hidden in an export. */
export interface ExportRedaction {
  /** The rules that looked for secrets. */
  readonly rules: string
  /** Different secrets, by kind. */
  readonly hidden: Readonly<Record<string, number>>
}

/** How much an export holds; of a thread that was cut it is less than the thread has. */
export interface ExportCounts {
  readonly threads: number
  readonly turns: number
  readonly items: number
}

/** A thread with its turns. */
export type ExportedThread = ThreadSection & { readonly turns: ReadonlyArray<ExportedTurn> }

/** A whole export as one value. */
export type ExportDocument = ExportedThread & {
  readonly schema: 'unroll.export/1'
  readonly generator: string
  /** RFC 3339 in UTC; absent where equal input must give equal bytes. */
  readonly exportedAt?: string
  /** Threads that came of this one, each behind the one that it came of. */
  readonly included: ReadonlyArray<ExportedThread>
  /** Null where secrets were left in. */
  readonly redaction: ExportRedaction | null
  readonly counts: ExportCounts
}

/** The first line of an export as lines. */
export interface ExportHeadLine {
  readonly type: 'head'
  readonly schema: 'unroll.export/1'
  readonly generator: string
  /** RFC 3339 in UTC; absent where equal input must give equal bytes. */
  readonly exportedAt?: string
}

/** Begins a thread; its turns follow. */
export type ExportThreadLine = ThreadSection & { readonly type: 'thread' }

/** A turn of the thread before it. */
export type ExportTurnLine = ExportedTurn & { readonly type: 'turn'; readonly threadId: string }

/** The last line: without it the file is not whole. */
export type ExportEndLine = ExportCounts & {
  readonly type: 'end'
  readonly redaction: ExportRedaction | null
  /** Of all bytes before this line, in hexadecimal. */
  readonly sha256: string
}

/** A line of an export as lines. */
export type ExportLine = ExportHeadLine | ExportThreadLine | ExportTurnLine | ExportEndLine
