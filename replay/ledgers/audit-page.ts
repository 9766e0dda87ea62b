/**
 * Pages of the trail: lines of rollouts and everything else in one order, by time. A page costs what it holds; rows from outside
 * the rollouts are few and looked at whole.
 */
import type { TimedRow } from '../../domain/ledgers/audit/operations.ts'
import type { AuditAction, AuditRow } from '../../domain/ledgers/audit/row.ts'
import { isJsonObject, parsedObject } from '../../domain/json.ts'
import type { FileRow, TimePlace } from './audit-files.ts'

export interface AuditRequest {
  readonly threadId?: string
  readonly sinceMs?: number
  readonly untilMs?: number
  /** Rows whose originator, client, user, account or kind of agent contains this text, ignoring case. */
  readonly actor?: string
  readonly actions?: ReadonlyArray<AuditAction>
  readonly cursor?: string | null
  /** Rows on a page; default 100. */
  readonly limit?: number
}

export interface AuditPage {
  readonly data: ReadonlyArray<AuditRow>
  readonly nextCursor: string | null
}

/** How much of each source was delivered. */
export interface AuditCursor {
  /** In the trail of the home: the last row of a file; null before the first. */
  readonly time: TimePlace | null
  /** In the trail of a thread: rows of each file. */
  readonly files: Readonly<Record<string, number>>
  /** Rows that no line makes. */
  readonly outside: number
}

export const FIRST_PAGE: AuditCursor = { time: null, files: {}, outside: 0 }

const isPlace = (value: unknown): value is TimePlace =>
  Array.isArray(value) &&
  typeof value[0] === 'number' &&
  typeof value[1] === 'string' &&
  typeof value[2] === 'number'

/** Reads a cursor; null for any other text. */
export const parseAuditCursor = (text: string): AuditCursor | null => {
  const { time, files, outside } = parsedObject(text) ?? {}
  const isTime = time === null || isPlace(time)
  return isTime && isJsonObject(files) && typeof outside === 'number'
    ? ({ time, files, outside } as AuditCursor)
    : null
}

/** One row of the merged trail, and how far each source is behind it. */
export interface Merged {
  readonly orderMs: number
  readonly action: AuditAction
  /** The whole row; what is not asked for is not put together. */
  readonly row: () => AuditRow
  readonly cursor: AuditCursor
}

interface RowSource {
  readonly next: () => void
  readonly head: () => FileRow | null
}

const sourceOf = (rows: Iterable<FileRow>): RowSource => {
  const iterator = rows[Symbol.iterator]()
  const take = (): FileRow | null => {
    const step = iterator.next()
    return step.done === true ? null : step.value
  }
  let head = take()
  return {
    head: () => head,
    next: () => {
      head = take()
    }
  }
}

const earliest = (sources: ReadonlyArray<RowSource>): RowSource | null => {
  let best: RowSource | null = null
  for (const source of sources) {
    const [one, other] = [source.head(), best?.head() ?? null]
    if (one !== null && (other === null || one.orderMs < other.orderMs)) best = source
  }
  return best
}

/** Rows of files, and those that no line makes, in one order; of the same time the lines come first. */
export function* merged(
  files: ReadonlyArray<Iterable<FileRow>>,
  outside: ReadonlyArray<TimedRow>,
  from: AuditCursor,
  rowOf: (found: FileRow) => AuditRow
): Iterable<Merged> {
  const sources = files.map(sourceOf)
  let cursor = from
  for (;;) {
    const best = earliest(sources)
    const found = best?.head() ?? null
    const other = outside[cursor.outside]
    if (found === null && other === undefined) return
    if (other !== undefined && (found === null || other[0] < found.orderMs)) {
      cursor = { ...cursor, outside: cursor.outside + 1 }
      const [orderMs, row] = other
      yield { orderMs, action: row.action, row: () => row, cursor }
    } else if (found !== null) {
      const { orderMs, file, n } = found
      const time = cursor.time === null ? null : ([orderMs, file, n] as const)
      cursor = { ...cursor, time, files: time === null ? { ...cursor.files, [file]: n + 1 } : {} }
      yield { orderMs, action: found.row.action, row: () => rowOf(found), cursor }
      best?.next()
    }
  }
}

const isBy = ({ actor }: AuditRow, wanted: string): boolean => {
  const { originator, client, account, process, subagent } = actor
  const names = [originator, client, account, process?.user, subagent?.kind]
  return names.some((name) => name?.toLowerCase().includes(wanted) === true)
}

const filterOf = ({ sinceMs, actor, actions }: AuditRequest) => {
  const wanted = actor?.toLowerCase()
  return ({ orderMs, action, row }: Merged): boolean =>
    (sinceMs === undefined || orderMs >= sinceMs) &&
    (actions === undefined || actions.includes(action)) &&
    (wanted === undefined || isBy(row(), wanted))
}

const LIMIT = 100

export const auditPageOf = (rows: Iterable<Merged>, request: AuditRequest): AuditPage => {
  const limit = Math.max(1, request.limit ?? LIMIT)
  const isWanted = filterOf(request)
  const data: Array<AuditRow> = []
  let cursor: AuditCursor | null = null
  for (const one of rows) {
    if (request.untilMs !== undefined && one.orderMs >= request.untilMs) break
    if (!isWanted(one)) continue
    if (data.length === limit && cursor !== null)
      return { data, nextCursor: JSON.stringify(cursor) }
    data.push(one.row())
    cursor = one.cursor
  }
  return { data, nextCursor: null }
}
