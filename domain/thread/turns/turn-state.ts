/**
 * What the turn folds share: the rows they write, the open turn, and how one becomes the other.
 *
 * Live turns form a stack: a row's key is its place in it, so a rollback of n drops the top n rows and paging is
 * arithmetic. The state is a few numbers plus the open turn, whatever the thread's length; the open turn becomes
 * a row when it closes, and readers show it on top of the rows until then.
 */
import type { EventPlace, RecordedEvent } from '../../log/event.ts'
import { both, NO_LONG_TEXT, type LineOf, type Needs } from '../../log/needs.ts'
import { SKETCH_NEEDS, SUMMARY_CHARACTERS_MAX } from '../items/item-needs.ts'
import { FAILURE_NEEDS } from '../rich/items.ts'
import type { ThreadItem, TurnError, TurnStatus, UserContent } from '../../protocol.ts'
import {
  initialLifecycle,
  isKept,
  LIFECYCLE_NEEDS,
  type Lifecycle,
  type LiveTurns,
  type PlacedTurn
} from './lifecycle.ts'

/** What rows of turns are made of. */
export const TURN_NEEDS = both(both(both(LIFECYCLE_NEEDS, SKETCH_NEEDS), FAILURE_NEEDS), {
  compacted: NO_LONG_TEXT
} as const satisfies Needs)

/** An event as far as rows of turns need it. */
export type TurnEvent = RecordedEvent<LineOf<typeof TURN_NEEDS>>

/** Bytes `from` (inclusive) to `until` (exclusive) of one segment. */
export interface ByteRange {
  readonly segment: number
  readonly from: number
  readonly until: number
}

/** One turn, as the index keeps it. */
export interface TurnRow {
  readonly id: string
  readonly status: TurnStatus
  readonly startedAt: number | null
  readonly completedAt: number | null
  readonly durationMs: number | null
  /** Number the first numbered item of this turn takes. */
  readonly firstItem: number
  readonly itemCount: number
  /** Ids of the items that carry their own; a later event may replace one of them. */
  readonly ownIds: ReadonlyArray<string>
  /** Where the turn's events stand. */
  readonly ranges: ReadonlyArray<ByteRange>
  /** Single lines after the turn closed that still belong to it. */
  readonly late: ReadonlyArray<ByteRange>
  /** Present for turns whose items say which turn they belong to; the rest is numbered and known by its position. */
  readonly mode?: 'paginated'
  /** Number of the line that gave the turn its place, where lines are numbered. */
  readonly ordinal?: number
  /** Number of the line that ended the turn. */
  readonly endOrdinal?: number
  /** Present where a later segment ended the turn, and gave it its place: the line that made it before. */
  readonly made?: { readonly ordinal: number; readonly startedAt: number | null }
  /** Present where no line began the turn: only its items and its end name that of a review. */
  readonly isUnbegun?: true
  /** Present where a mark of a review stands in the turn. */
  readonly review?: true
  readonly rootTurnId?: string
  readonly error?: TurnError
  /** Why the turn failed though Codex of its time does not say so. */
  readonly hiddenError?: TurnError
}

/** First user message and last agent message; null when they are too large to keep or must be folded. */
export type TurnSummary = ReadonlyArray<ThreadItem> | null

/** The turn that may still receive events. */
export interface OpenTurn extends TurnRow {
  /** False when the summary must be folded from the log. */
  readonly keepsSummary: boolean
  readonly nextItem: number
  readonly endsWithReasoning: boolean
  readonly firstUser: ThreadItem | null
  readonly lastAgent: ThreadItem | null
}

/** What a rollback hid, as long as nothing was said since. */
export interface HiddenTurns {
  /** Rows that were left. */
  readonly live: number
  readonly turns: number
  /** Where the first hidden turn begins. */
  readonly from: { readonly segment: number; readonly offset: number }
  /** Where the rollback stands. */
  readonly at: ByteRange
  readonly revision: number
  /** Number the first numbered item of the hidden turns took. */
  readonly nextItem: number
  /** The oldest hidden turn that is named after its index. */
  readonly implicit: { readonly index: number; readonly offset: number } | null
}

/** Turns that are being brought back; the lifecycle knows which lines are copies. */
export interface RestoringTurns {
  /** Revision of the mark before the copies. */
  readonly revision: number
  /** Where the first copy stands, or will. */
  readonly from: { readonly segment: number; readonly offset: number }
  /** What they bring back; null when no rollback stands before. */
  readonly hidden: HiddenTurns | null
}

/** State of the fold. */
export interface TurnsState {
  /** What the rows follow: which turn is open, and how many are live. */
  readonly lifecycle: Lifecycle
  /** Items in all rows and the open turn. */
  readonly itemTotal: number
  /** Number the next numbered item takes. */
  readonly nextItem: number
  /** True when the index was needed but unknown: fold again from the start with every event. */
  readonly needsEveryEvent: boolean
  readonly open: OpenTurn | null
  /** Rollbacks that can be taken back, newest last. */
  readonly hidden: ReadonlyArray<HiddenTurns>
  /** The newest turns that were brought back, also when that was cut off. */
  readonly restoring: RestoringTurns | null
  /** Turns that have items and were not begun yet, oldest first; only paginated threads have such. */
  readonly early: ReadonlyArray<OpenTurn>
  /** Number of the newest line that counts; null when the numbers do not grow, as in a damaged file. */
  readonly lastOrdinal: number | null
}

/** The state before the first event; `counts` tells whether every event will be delivered. */
export const initialTurns = (counts: boolean): TurnsState => ({
  lifecycle: initialLifecycle(counts),
  itemTotal: 0,
  nextItem: 1,
  needsEveryEvent: false,
  open: null,
  hidden: [],
  restoring: null,
  early: [],
  lastOrdinal: -1
})

/** The rows as they stand before an event. */
export interface TurnLookup extends LiveTurns {
  readonly row: (index: number) => TurnRow | null
}

/** A row as the lifecycle looks at it. */
export const liveTurnOf = (row: TurnRow | null): PlacedTurn | null =>
  row === null
    ? null
    : {
        id: row.id,
        isOver: row.status !== 'inProgress',
        segment: row.ranges[row.ranges.length - 1]?.segment ?? -1
      }

export type TurnWrite =
  | {
      readonly op: 'put'
      readonly index: number
      readonly row: TurnRow
      /** Absent: the summary stays as it is. */
      readonly summary?: TurnSummary
    }
  /** Drops rows `from` (inclusive) to `until` (exclusive). */
  | { readonly op: 'drop'; readonly from: number; readonly until: number }
  /** The same for turns that a rollback takes back: they are kept beside the rows. */
  | { readonly op: 'take_back'; readonly from: number; readonly until: number }
  /** Copies follow of all that was taken back since the turn that began at `first`; null: of what was taken back last. */
  | {
      readonly op: 'bring_back'
      readonly live: number
      readonly first: HiddenTurns['from'] | null
    }
  /** Takes row `from` out: those behind it, up to `until` (exclusive), go down by one. */
  | { readonly op: 'close_up'; readonly from: number; readonly until: number }

/** The next state and the rows to write. */
export type TurnStep = readonly [TurnsState, ReadonlyArray<TurnWrite>]
export const NO_WRITES: ReadonlyArray<TurnWrite> = []

export const rangeOf = ({ segment, offset, bytes }: EventPlace): ByteRange => ({
  segment,
  from: offset,
  until: offset + bytes
})

/** Ranges that also cover an event. */
export const extend = (
  ranges: ReadonlyArray<ByteRange>,
  { segment, offset, bytes }: EventPlace
): ReadonlyArray<ByteRange> => {
  const last = ranges[ranges.length - 1]
  const until = offset + bytes
  if (last?.segment !== segment) return [...ranges, { segment, from: offset, until }]
  const longer = { segment, from: last.from, until }
  return ranges.length === 1 ? [longer] : [...ranges.slice(0, -1), longer]
}

/** A turn that never ended goes on until the next one begins. */
export const untilNext = <A extends OpenTurn | null>(
  open: A,
  { segment, offset }: { readonly segment: number; readonly offset: number }
): A => {
  const last = open?.ranges[open.ranges.length - 1]
  if (open === null || open.status !== 'inProgress' || last?.segment !== segment) return open
  const ranges = [...open.ranges.slice(0, -1), { ...last, until: Math.max(last.until, offset) }]
  return { ...open, ranges }
}

/** A turn that begins with an event. */
export const openTurn = (
  id: string,
  explicit: boolean,
  startedAt: number | null,
  nextItem: number,
  event: EventPlace
): OpenTurn => ({
  id,
  status: explicit ? 'inProgress' : 'completed',
  startedAt,
  completedAt: null,
  durationMs: null,
  firstItem: nextItem,
  itemCount: 0,
  ownIds: [],
  ranges: [rangeOf(event)],
  late: [],
  nextItem,
  endsWithReasoning: false,
  firstUser: null,
  lastAgent: null,
  keepsSummary: true
})

/** What an open turn becomes when it closes. */
export const closedTurn = (
  open: OpenTurn
): { readonly row: TurnRow; readonly summary: TurnSummary } => {
  const { keepsSummary, nextItem: _, endsWithReasoning: __, firstUser, lastAgent, ...row } = open
  const isOver = row.mode !== 'paginated' || row.status !== 'inProgress'
  const kept = [firstUser, isOver ? lastAgent : null].filter((item) => item !== null)
  return { row, summary: keepsSummary ? kept : null }
}

/** The open turn, where it would be kept. */
export const shownOpen = ({ open, lifecycle }: TurnsState): OpenTurn | null =>
  lifecycle.open !== null && isKept(lifecycle.open) ? open : null

/** Ids that are given by counting. */
export const NUMBERED_ID = /^item-\d+$/

const contentCharacters = (part: UserContent): number => {
  if (part.type === 'text') return part.text.length + part.text_elements.length * 64
  if ('path' in part) return part.path.length
  return 'url' in part ? part.url.length : part.fileId.length
}

/** True for an item too large to be kept in a summary. */
export const isLarge = (item: ThreadItem): boolean => {
  if (item.type === 'agentMessage') return item.text.length > SUMMARY_CHARACTERS_MAX
  if (item.type !== 'userMessage') return false
  return (
    item.content.reduce((sum, part) => sum + contentCharacters(part), 0) > SUMMARY_CHARACTERS_MAX
  )
}
