/**
 * New lines of a thread to what they change.
 *
 * Which turn a line belongs to is read from the rows of the caught-up index, which know the whole log; so what a later line
 * took away again makes no change. What the line does to its turn's items is folded on from what is known of them.
 */
import { goalSaid } from '../../../domain/changes/goal.ts'
import type { EventPayload, RecordedEvent } from '../../../domain/log/event.ts'
import { itemChange, namedTurn } from '../../../domain/thread/items/items.ts'
import {
  richChange,
  richContext,
  richTurn,
  type RichChange
} from '../../../domain/thread/rich/items.ts'
import type { TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import { liveTurns, type LiveTurnRows } from '../pages/turn-page.ts'
import { comparePlaces, type FilePlace, type Position, type StreamInfo } from '../../ports.ts'
import type { ThreadChange } from './changes.ts'
import {
  beginTurn,
  endTurn,
  forgetTurns,
  isImplicit,
  resumeTurn,
  type OpenTurns
} from './open-turns.ts'
import { applied, appliedRich, dropGuess } from './turn-lists.ts'

type ThreadChanges = ReadonlyArray<ThreadChange>
const NOTHING: ThreadChanges = []

/** A look at a thread: its rows as the index has them now. */
interface FollowedThread {
  readonly info: StreamInfo
  readonly live: LiveTurnRows
  /** Rows whose lines may be among the new ones, oldest first. */
  readonly recent: ReadonlyArray<TurnRow>
}

interface FollowedLine {
  readonly event: RecordedEvent
  readonly isOthers: boolean
}

const WINDOW_TURNS = 32

const endOf = ({ ranges }: TurnRow): FilePlace => {
  const last = ranges.at(-1)
  return { segment: last?.segment ?? 0, offset: last?.until ?? 0 }
}

/** The newest rows, back to those that ended before a place. */
const recentRows = (live: LiveTurnRows, from: Position): ReadonlyArray<TurnRow> => {
  let rows: ReadonlyArray<TurnRow> = []
  for (let until = live.count; until > 0; until -= WINDOW_TURNS) {
    rows = [...live.rows(Math.max(0, until - WINDOW_TURNS), until), ...rows]
    const [oldest] = rows
    if (oldest === undefined || comparePlaces(endOf(oldest), from) <= 0) break
  }
  return rows
}

const holds = ({ ranges }: TurnRow, { segment, offset }: RecordedEvent): boolean =>
  ranges.some((range) => range.segment === segment && range.from <= offset && offset < range.until)

const payloadOf = ({ line }: RecordedEvent): EventPayload | null =>
  line.type === 'event_msg' ? line.payload : null

const endsTurn = (payload: EventPayload | null): boolean =>
  payload?.type === 'task_complete' || payload?.type === 'turn_aborted'

const namedBy = (payload: EventPayload | null): string | undefined => {
  if (payload === null) return undefined
  return payload.type === 'task_started' ||
    payload.type === 'task_complete' ||
    payload.type === 'turn_aborted'
    ? (payload.turn_id ?? undefined)
    : namedTurn(payload)
}

/** The row a line belongs to; null when it belongs to none that is left. */
const rowOf = ({ live, recent }: FollowedThread, event: RecordedEvent): TurnRow | null => {
  const payload = payloadOf(event)
  const named = namedBy(payload)
  const around = recent.filter((row) => holds(row, event))
  const own = around.findLast(({ id }) => named === undefined || id === named)
  if (own !== undefined) return own
  const place = named === undefined ? undefined : live.places(named, 1)[0]
  const [row] = place === undefined ? [] : live.rows(place, place + 1)
  return row ?? (endsTurn(payload) ? (around.at(-1) ?? null) : null)
}

const timeOf = ({ line }: RecordedEvent): number => {
  const ms = Date.parse(line.timestamp)
  return Number.isNaN(ms) ? 0 : ms
}

/** What a line adds to rich items; null where they are not reported, and for a line of another turn. */
const richChangeOf = (
  { rich }: OpenTurns,
  { id }: TurnRow,
  { line }: RecordedEvent
): RichChange | null =>
  rich === null || (richTurn(line) ?? id) !== id ? null : richChange(line, rich)

/** An item that takes the place of a guess is no new one. */
const asChanged = (change: ThreadChange): ThreadChange => {
  if (change.type !== 'item_added') return change
  const { grows: _, ...rest } = change
  return { ...rest, type: 'item_changed' }
}

const itemChanges = async (
  turns: OpenTurns,
  { info }: FollowedThread,
  row: TurnRow,
  { event, isOthers }: FollowedLine
): Promise<ThreadChanges> => {
  const { env, lists } = turns
  const place = (): string => `hook-prompt-${event.segment}-${event.offset}`
  const change = itemChange(event.line, env.profile, place, row.mode ?? 'legacy')
  const rich = change === null ? richChangeOf(turns, row, event) : null
  if (change === null && rich === null) return NOTHING
  const atMs = timeOf(event)
  const followed = await lists.of(env, info, row, event)
  const began = isImplicit(row) ? beginTurn(turns, row, atMs, isOthers) : NOTHING
  const resumed = resumeTurn(turns, row, isOthers)
  if (change === null)
    return rich === null
      ? NOTHING
      : [...began, ...resumed, ...appliedRich(followed, rich, row.id, atMs, env.profile)]
  const wasGuessed = turns.rich !== null && dropGuess(followed, change)
  const made = applied(followed, change, row.id, atMs)
  return [...began, ...resumed, ...(wasGuessed ? made.map(asChanged) : made)]
}

const turnChanges = async (
  turns: OpenTurns,
  sight: FollowedThread,
  seen: FollowedLine
): Promise<ThreadChanges> => {
  const { event, isOthers } = seen
  const row = rowOf(sight, event)
  if (row === null) return NOTHING
  const payload = payloadOf(event)
  if (payload?.type === 'task_started') return beginTurn(turns, row, timeOf(event), isOthers)
  if (!endsTurn(payload)) return itemChanges(turns, sight, row, seen)
  return [...resumeTurn(turns, row, isOthers), ...endTurn(turns, row, timeOf(event), false)]
}

const changesOf = async (
  turns: OpenTurns,
  sight: FollowedThread,
  seen: FollowedLine
): Promise<ThreadChanges> => {
  const goal = goalSaid(seen.event.line, sight.info.streamId)
  if (goal !== undefined) return [{ type: 'goal', goal }]
  const payload = payloadOf(seen.event)
  if (payload?.type === 'thread_rolled_back' || payload?.type === 'unroll_turns_restored') {
    forgetTurns(turns)
    return [{ type: 'rewound' }]
  }
  if (payload?.type !== 'token_count') return turnChanges(turns, sight, seen)
  const { info } = payload
  return info ? [{ type: 'usage', turnId: turns.newestId, info }] : NOTHING
}

const withRevision = (change: ThreadChange, revision: number): ThreadChange =>
  change.type === 'item_added' || change.type === 'item_changed' ? { ...change, revision } : change

/** What new lines of a caught-up thread change; lines that this engine wrote are not reported. */
export const readLines = async (
  turns: OpenTurns,
  info: StreamInfo,
  from: Position,
  lines: ReadonlyArray<FollowedLine>
): Promise<ThreadChanges> => {
  const live = liveTurns(turns.env, info, true)
  const sight = { info, live, recent: recentRows(live, from) }
  const changes: Array<ThreadChange> = []
  for (const seen of lines) {
    const { line, revision } = seen.event
    if (turns.rich !== null) turns.rich = richContext(turns.rich, line)
    const made = await changesOf(turns, sight, seen)
    if (seen.isOthers) changes.push(...made.map((change) => withRevision(change, revision)))
  }
  return changes
}
