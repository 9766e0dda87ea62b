/**
 * What the turn folds share: the rows they write, the open turn, and how one becomes the other.
 *
 * Live turns form a stack: a row's key is its place in it, so a rollback of n drops the top n rows and paging is
 * arithmetic. The state is a few numbers plus the open turn, whatever the thread's length; the open turn becomes
 * a row when it closes, and readers show it on top of the rows until then.
 */
import type { RecordedEvent } from '../events/event.ts'
import type { HistoryMode, ThreadItem, TurnError, TurnStatus, UserContent } from '../protocol.ts'

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
  /** Present for turns whose items say which turn they belong to; the rest counts and is told by position. */
  readonly mode?: 'paginated'
  /** Number of the line that gave the turn its place, where lines are numbered. */
  readonly ordinal?: number
  /** Number of the line that ended the turn. */
  readonly endOrdinal?: number
  /** Present where a later segment ended the turn, and gave it its place: the line that made it before. */
  readonly made?: { readonly ordinal: number; readonly startedAt: number | null }
  /** Present where no line began the turn: only its items and its end name that of a review. */
  readonly isUnbegun?: true
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
  readonly explicit: boolean
  readonly sawCompaction: boolean
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

/** Turns that are being brought back. */
export interface RestoringTurns {
  /** Revision and time of the mark before the copies. */
  readonly revision: number
  readonly at: string
  /** Lines up to this revision are copies of hidden ones. */
  readonly until: number
  /** Where the first copy stands, or will. */
  readonly from: { readonly segment: number; readonly offset: number }
  /** What they bring back; null when no rollback stands before. */
  readonly hidden: HiddenTurns | null
}

/** State of the fold. */
export interface TurnsState {
  /** Number of rows; the open turn is not one of them. */
  readonly live: number
  /** Items in all rows and the open turn. */
  readonly itemTotal: number
  /** Number the next numbered item takes. */
  readonly nextItem: number
  /** Events counted so far, or null when the reader skips lines. */
  readonly index: number | null
  /** True when the index was needed but unknown: fold again from the start with every event. */
  readonly needsEveryEvent: boolean
  readonly open: OpenTurn | null
  /** Rollbacks that can be taken back, newest last. */
  readonly hidden: ReadonlyArray<HiddenTurns>
  /** The newest turns that were brought back, also when that was cut off. */
  readonly restoring: RestoringTurns | null
  /** How the segment that is being folded makes turns. */
  readonly mode: HistoryMode
  /** The segment whose first `session_meta` said so; -1 before any did. */
  readonly modeSegment: number
  /** True while the segment that is folded was written for another thread. */
  readonly isInherited: boolean
  /** Lines below this number are the history a sub-agent was given, not its own turns. */
  readonly startOrdinal: number
  /** Turns that have items and were not begun yet, oldest first; only paginated threads have such. */
  readonly early: ReadonlyArray<OpenTurn>
  /** The greatest id of a turn so far: ids grow with time, so a greater one is new without looking. */
  readonly greatestId: string
  /** Number of the newest line that counts; null when the numbers do not grow, as in a damaged file. */
  readonly lastOrdinal: number | null
}

/** The state before the first event; `counts` tells whether every event will be delivered. */
export const initialTurns = (counts: boolean): TurnsState => ({
  live: 0,
  itemTotal: 0,
  nextItem: 1,
  index: counts ? 0 : null,
  needsEveryEvent: false,
  open: null,
  hidden: [],
  restoring: null,
  mode: 'legacy',
  modeSegment: -1,
  isInherited: false,
  startOrdinal: 0,
  early: [],
  greatestId: '',
  lastOrdinal: -1
})

/** The rows as they stand before an event. */
export interface TurnLookup {
  readonly row: (index: number) => TurnRow | null
  /** Index of the oldest row with this id. */
  readonly firstIndexOf: (turnId: string) => number | null
}

/** A change to the rows. */
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
  /** Takes row `from` out: those behind it, up to `until` (exclusive), go down by one. */
  | { readonly op: 'close_up'; readonly from: number; readonly until: number }

/** The next state and the rows to write. */
export type Step = readonly [TurnsState, ReadonlyArray<TurnWrite>]
/** Nothing to write. */
export const NO_WRITES: ReadonlyArray<TurnWrite> = []

/** Summaries above this many characters are not kept in the row but folded from the log. */
export const SUMMARY_CHARACTERS_MAX = 16_384

/** Where an event stands. */
export const rangeOf = ({ segment, offset, bytes }: RecordedEvent): ByteRange => ({
  segment,
  from: offset,
  until: offset + bytes
})

/** Ranges that also cover an event. */
export const extend = (
  ranges: ReadonlyArray<ByteRange>,
  { segment, offset, bytes }: RecordedEvent
): ReadonlyArray<ByteRange> => {
  const last = ranges[ranges.length - 1]
  const until = offset + bytes
  if (last?.segment !== segment) return [...ranges, { segment, from: offset, until }]
  const longer = { segment, from: last.from, until }
  return ranges.length === 1 ? [longer] : [...ranges.slice(0, -1), longer]
}

/** A turn that never ended goes on until the next one begins. */
export const untilNext = (
  open: OpenTurn | null,
  { segment, offset }: { readonly segment: number; readonly offset: number }
): OpenTurn | null => {
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
  event: RecordedEvent
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
  explicit,
  sawCompaction: false,
  nextItem,
  endsWithReasoning: false,
  firstUser: null,
  lastAgent: null,
  keepsSummary: true
})

/** A turn as the index keeps it once it is closed. */
export interface ClosedTurn {
  readonly row: TurnRow
  readonly summary: TurnSummary
}

/** The part of an open turn that is kept when it closes. */
const rowOf = (open: OpenTurn): TurnRow => {
  const {
    keepsSummary,
    explicit,
    sawCompaction,
    nextItem,
    endsWithReasoning,
    firstUser,
    lastAgent,
    ...row
  } = open
  return row
}

/** What an open turn would become, or null while it would not be kept. */
export const closedTurn = (open: OpenTurn | null): ClosedTurn | null => {
  if (open === null || (!open.explicit && open.itemCount === 0 && !open.sawCompaction)) return null
  const { keepsSummary, firstUser, lastAgent } = open
  const row = rowOf(open)
  const isOver = row.mode !== 'paginated' || row.status !== 'inProgress'
  const kept = [firstUser, isOver ? lastAgent : null].filter((item) => item !== null)
  return { row, summary: keepsSummary ? kept : null }
}

/** Closes the open turn. */
export const finish = (state: TurnsState): Step => {
  const closed = closedTurn(state.open)
  if (closed === null) return [{ ...state, open: null }, NO_WRITES]
  return [
    { ...state, live: state.live + 1, open: null },
    [{ op: 'put', index: state.live, ...closed }]
  ]
}

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
