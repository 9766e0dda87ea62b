/**
 * The timeline of a thread: items and the beginnings and ends of turns in the order of the log, newest page first
 * (`thread/timeline/list` of Codex 0.169). Only paginated threads have one: its places are the numbers of lines.
 */
import * as E from 'fp-ts/lib/Either.js'
import { parsedObject } from '../../../domain/json.ts'
import type { ThreadItem, TurnError, TurnStatus } from '../../../domain/protocol.ts'
import type { TurnRow } from '../../../domain/thread/turns/turn-state.ts'
import { itemsOfTurns, togetherWith, type Bounds, type ItemWalk } from './item-page.ts'
import { jsonBytes } from '../../../domain/thread/budget/json-size.ts'
import type { StreamInfo } from '../../ports.ts'
import { budgetOf, limitsOf, taking } from './budget.ts'
import type { Env } from '../../catch-up/project.ts'
import { earlyAmong } from './early-turns.ts'
import { pageLimit, render, turnsBefore } from './turn-page.ts'
import { invalidRequest, type Result } from '../../result.ts'

/** One line of a timeline; `position` is the number of the line in the log. */
export type TimelineEntry =
  | {
      readonly type: 'turnStarted'
      readonly position: number
      readonly turnId: string
      readonly startedAt: number | null
    }
  | {
      readonly type: 'item'
      readonly position: number
      readonly turnId: string
      readonly item: ThreadItem
    }
  | {
      readonly type: 'turnCompleted'
      readonly position: number
      readonly turnId: string
      readonly status: TurnStatus
      readonly error: TurnError | null
      readonly startedAt: number | null
      readonly completedAt: number | null
      readonly durationMs: number | null
    }

export interface TimelineRequest {
  readonly cursor?: string | null | undefined
  readonly limit?: number | null | undefined
  /** The page ends when its entries take this many bytes as JSON; see `replay/read/pages/budget.ts`. */
  readonly maxBytes?: number | null | undefined
}

/** A page, oldest entry first; the cursor leads to older ones. */
export interface TimelinePage {
  readonly data: ReadonlyArray<TimelineEntry>
  readonly nextCursor: string | null
}

const KINDS = { turnStarted: 0, item: 1, turnCompleted: 3 } as const

interface Anchor {
  readonly position: number
  readonly kind: number
}

const isOlder = (entry: TimelineEntry, { position, kind }: Anchor): boolean =>
  entry.position < position || (entry.position === position && KINDS[entry.type] < kind)

const parseAnchor = (text: string, threadId: string): Result<Anchor> => {
  const { threadId: owner, position, kind, id } = parsedObject(text) ?? {}
  const isWhole = Number.isSafeInteger(position) && Number.isSafeInteger(kind)
  if (typeof owner !== 'string' || !isWhole || typeof id !== 'string')
    return invalidRequest('invalid thread timeline cursor')
  return owner === threadId
    ? E.right({ position: position as number, kind: kind as number })
    : invalidRequest('thread timeline cursor belongs to another thread')
}

const turnEntries = (row: TurnRow, env: Env): ReadonlyArray<TimelineEntry> => {
  const { status, error, startedAt, completedAt, durationMs } = render(row, [], 'notLoaded', env)
  const turnId = row.id
  const isEarly = row.isUnbegun === true && row.endOrdinal === undefined
  if (row.ordinal === undefined || isEarly) return []
  // Codex answers both of a turn that a later segment ends: the line that began it, and its place there.
  const starts = [
    ...(row.made === undefined ? [] : [row.made]),
    { ordinal: row.ordinal, startedAt }
  ]
  const started = starts.map((start): TimelineEntry => ({
    type: 'turnStarted',
    position: start.ordinal,
    turnId,
    startedAt: start.startedAt
  }))
  if (row.endOrdinal === undefined) return started
  const end = { status, error, startedAt, completedAt, durationMs }
  return [...started, { type: 'turnCompleted', position: row.endOrdinal, turnId, ...end }]
}

const entriesOf = async (walk: ItemWalk, bounds: Bounds): Promise<ReadonlyArray<TimelineEntry>> => {
  const rows = walk.live.rows(bounds.from, bounds.until)
  const items = (await itemsOfTurns(walk, bounds)).map(
    ({ turn, value, ordinal }): TimelineEntry => ({
      type: 'item',
      position: ordinal ?? 0,
      turnId: rows[turn - bounds.from]?.id ?? '',
      item: value
    })
  )
  const all = [...rows.flatMap((row) => turnEntries(row, walk.env)), ...items]
  return all.sort((a, b) => a.position - b.position || KINDS[a.type] - KINDS[b.type])
}

export const timelinePage = async (
  env: Env,
  info: StreamInfo,
  request: TimelineRequest
): Promise<Result<TimelinePage>> => {
  const live = earlyAmong(env, info)
  const anchor =
    typeof request.cursor === 'string'
      ? parseAnchor(request.cursor, info.streamId)
      : E.right({ position: Infinity, kind: 0 })
  if (E.isLeft(anchor)) return anchor
  const limit = pageLimit(request.limit)
  const bytesMax = budgetOf(request.maxBytes)
  const limits = bytesMax === null ? undefined : limitsOf(bytesMax)
  const bounds = { from: 0, until: live.count }
  const walk: ItemWalk = { env, info, live, bounds, step: -1, limits }
  const { take, takeItem, taken } = taking<TimelineEntry>(bytesMax)
  const takeEntry = (entry: TimelineEntry): boolean =>
    entry.type === 'item'
      ? takeItem(entry.item, (item) => ({ ...entry, item }))
      : take(jsonBytes(entry), () => entry)
  let more = false
  let turn = Math.min(live.count - 1, turnsBefore(live, anchor.right.position, true))
  while (turn >= 0 && !more) {
    const together = togetherWith(walk, turn)
    const entries = await entriesOf(walk, together)
    const older = entries.filter((entry) => isOlder(entry, anchor.right))
    more = !older.reverse().every((entry) => taken.length < limit && takeEntry(entry))
    turn = together.from - 1
  }
  const data = [...taken].reverse()
  const first = data[0]
  const cursor = more &&
    first !== undefined && {
      threadId: info.streamId,
      position: first.position,
      kind: KINDS[first.type],
      id: first.type === 'item' ? first.item.id : first.turnId
    }
  return E.right({ data, nextCursor: cursor === false ? null : JSON.stringify(cursor) })
}
