/**
 * Turns that were rolled back or left behind by a revert, as the thread was before that.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { AuditRow } from '../../domain/ledgers/audit/row.ts'
import type { StoreError } from '../../domain/errors.ts'
import type { Turn } from '../../domain/protocol.ts'
import type { Engine } from '../../replay/engine.ts'
import type { PastPoint } from '../../replay/past/time-travel/past.ts'

/** A turn that is no longer in its thread, and the live turn it stood before. */
export interface RolledBack {
  readonly place: number
  readonly turn: Turn
}

const PAGE_BYTES = 1024 * 1024
const IDS_AT_ONCE = 1000

const idsOf = async (
  engine: Engine,
  threadId: string
): Promise<E.Either<StoreError, ReadonlyArray<string>>> => {
  const ids: Array<string> = []
  for (let from = 0, count = Infinity; from < count; from += IDS_AT_ONCE) {
    const page = await engine.turnPlaces(threadId, from, from + IDS_AT_ONCE)()
    if (E.isLeft(page)) return page
    count = page.right.count
    for (const { id } of page.right.turns) ids.push(id)
  }
  return E.right(ids)
}

/** When the turns of a row were still there; null when no turn was named and no line tells the time. */
const pointBefore = ({ threadId, action, at, after }: AuditRow): PastPoint | null => {
  const turnIds = after?.['turnIds']
  const turn: unknown = Array.isArray(turnIds) ? turnIds.at(-1) : undefined
  if (action === 'rolled_back' && typeof turn === 'string') return { threadId, turn }
  const ms = Date.parse(at ?? '')
  return Number.isNaN(ms) ? null : { timeMs: ms - 1 }
}

/** Turns of the thread as it was that are not there any more, and were not found before. */
const goneIn = async (
  past: Engine,
  threadId: string,
  known: ReadonlySet<string>
): Promise<E.Either<StoreError, ReadonlyArray<RolledBack>>> => {
  const ids = await idsOf(past, threadId)
  if (E.isLeft(ids)) return ids
  const gone: Array<RolledBack> = []
  for (const [place, id] of ids.right.entries()) {
    if (known.has(id)) continue
    const found = await past.turnPlaces(threadId, place, place + 1)()
    if (E.isLeft(found)) return found
    const page = await past.listTurns(threadId, {
      cursor: found.right.turns[0]?.cursor,
      sortDirection: 'asc',
      itemsView: 'full',
      limit: 1,
      maxBytes: PAGE_BYTES
    })()
    if (E.isLeft(page)) return page
    for (const turn of page.right.data) gone.push({ place, turn })
  }
  return E.right(gone)
}

/** Rows of the trail that took turns away, oldest first. */
const rowsOf = async (
  engine: Engine,
  threadId: string
): Promise<E.Either<StoreError, ReadonlyArray<AuditRow>>> => {
  const rows: Array<AuditRow> = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const actions = ['rolled_back', 'reverted'] as const
    const page = await engine.auditTrail({ threadId, actions, cursor: cursor ?? null })()
    if (E.isLeft(page)) return page
    rows.push(...page.right.data)
    cursor = page.right.nextCursor
  }
  return E.right(rows)
}

/** Opens the same home as it was at a point. */
export type OpenAt = (point: PastPoint) => Promise<E.Either<StoreError, Engine>>

/** The turns of a thread that were rolled back and not brought back, in the order of their places. */
export const rolledBackTurns = async (
  engine: Engine,
  threadId: string,
  openAt: OpenAt
): Promise<E.Either<StoreError, ReadonlyArray<RolledBack>>> => {
  const live = await idsOf(engine, threadId)
  if (E.isLeft(live)) return live
  const rows = await rowsOf(engine, threadId)
  if (E.isLeft(rows)) return rows
  const known = new Set(live.right)
  const groups: Array<ReadonlyArray<RolledBack>> = []
  for (const row of rows.right) {
    const at = pointBefore(row)
    if (at === null) continue
    const opened = await openAt(at)
    if (E.isLeft(opened)) return opened
    try {
      const gone = await goneIn(opened.right, threadId, known)
      if (E.isLeft(gone)) return gone
      for (const { turn } of gone.right) known.add(turn.id)
      groups.push(gone.right)
    } finally {
      await opened.right.close()
    }
  }
  // A later rollback may reach further back than where an earlier one ended.
  let lowest = live.right.length
  const placed = groups.toReversed().map((group) => {
    lowest = Math.min(lowest, group[0]?.place ?? lowest)
    const at = lowest
    return group.map(({ turn }) => ({ place: at, turn }))
  })
  return E.right(placed.toReversed().flat())
}
