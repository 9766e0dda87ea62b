/**
 * What an export is made of, whatever its format: a head, threads with their turns and items one by one, an end.
 */
import type { Thread, ThreadItem, Turn } from '../protocol.ts'

export const EXPORT_SCHEMA = 'unroll.export/1'

/** The formats of an exported thread. */
export const EXPORT_FORMATS = ['md', 'html', 'json', 'jsonl'] as const
export type ExportFormatName = (typeof EXPORT_FORMATS)[number]

/** How much of each turn: what was said; the work too, folded and cut; everything. */
export const EXPORT_DETAILS = ['chat', 'normal', 'full'] as const
export type ExportDetail = (typeof EXPORT_DETAILS)[number]

/** Pictures stand in the export, or are left out, or are given away for an address under which the export finds them. */
export type ImageMode = 'embed' | 'omit' | ((picture: string) => string)

/** How items are shown in Markdown and HTML. */
export interface ExportView {
  readonly detail: ExportDetail
  /** Characters of one output; of a longer one, head and tail. */
  readonly outputMax: number
  readonly images: ImageMode
}

/** What a thread is to the one that was asked for. */
export type ThreadKind = 'thread' | 'agent' | 'review' | 'fork'

/** Tokens of a thread; lower bounds where lines are missing. */
export interface ExportedUsage {
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly outputTokens: number
  readonly reasoningOutputTokens: number
  readonly totalTokens: number
  readonly lowerBound: boolean
}

/** Calls of a tool, those of turns that were rolled back too. */
export interface ExportedTool {
  readonly name: string
  readonly calls: number
  readonly failed: number
}

/** A line that could not be read. */
export interface ExportedDamage {
  readonly revision: number
  readonly reason: string
}

/** A thread that has to do with this one and is not in the file. */
export interface RelatedThread {
  readonly kind: ThreadKind
  readonly threadId: string
  readonly title: string
  /** The turn in which it began. */
  readonly atTurn: string | null
}

/** A thread without its turns. */
export interface ThreadSection {
  readonly kind: ThreadKind
  /** The turn of another thread in which it began; null for the one that was asked for. */
  readonly atTurn: string | null
  readonly thread: Omit<Thread, 'turns'>
  /** How many turns it has, whether or not all are exported. */
  readonly turnCount: number
  readonly models: ReadonlyArray<string>
  readonly usage: ExportedUsage
  /** Most calls first. */
  readonly tools: ReadonlyArray<ExportedTool>
  readonly damage: ReadonlyArray<ExportedDamage>
  readonly related: ReadonlyArray<RelatedThread>
}

/** A turn without its items. */
export interface TurnSection {
  /** Its number from 1; null for one that was rolled back. */
  readonly number: number | null
  readonly turn: Omit<Turn, 'items' | 'itemsView' | 'truncated'>
}

/** Where the line stands that made an item. */
export interface ItemAt {
  /** How many events stand before it in the thread. */
  readonly revision: number
  /** Which file of the thread's history holds it; 0 is the oldest. */
  readonly segment: number
  /** Bytes before it in that file. */
  readonly byte: number
}

export interface ExportHead {
  /** When it was made; null where the same home must give the same bytes. */
  readonly exportedAt: string | null
  /** `unroll 0.1.0`. */
  readonly generator: string
  /** By which rules secrets are hidden; null: they are not. */
  readonly redaction: string | null
}

/** Counts of a whole export. */
export interface ExportEnd {
  readonly threads: number
  readonly turns: number
  readonly items: number
  /** Different secrets that were hidden, by word. */
  readonly hidden: Readonly<Record<string, number>>
  /** Of all bytes before the end. */
  readonly sha256: string
}

/** A format: texts, in this order. What needs to be remembered between them is remembered inside. */
export interface ExportFormat {
  readonly head: (head: ExportHead, section: ThreadSection) => string
  /** Before its first turn; of the thread that was asked for it follows the head. */
  readonly thread: (section: ThreadSection) => string
  readonly turn: (section: TurnSection) => string
  /** `at` is known where the format is for programs, unless the turn was rolled back. */
  readonly item: (item: ThreadItem, at: ItemAt | null) => string
  readonly turnEnd: () => string
  readonly threadEnd: () => string
  readonly end: (end: ExportEnd) => string
  /** The end of a part and the beginning of the next, also in the middle of a turn; null where a format has no parts. */
  readonly cut: ((part: number, nameOf: (part: number) => string) => [string, string]) | null
}

/** What a thread is called. */
export const titleOf = ({ thread: { name, preview, id } }: Pick<ThreadSection, 'thread'>): string =>
  name ?? (preview === '' ? id : preview)
