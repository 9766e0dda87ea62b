/**
 * How threads came of each other, and what was taken back in them: forks, agents and reviews as edges, rollbacks and further files.
 * Edges are in the rows of lists; where in a thread they begin is told by the audit trail of those threads that are asked about.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { AuditRow } from '../../domain/ledgers/audit/row.ts'
import type {
  GraphEdge,
  GraphNode,
  GraphRollback,
  GraphSegment,
  ThreadGraph
} from '../../domain/unroll-protocol.ts'
import { parentOf, type ThreadRow } from '../../projections/thread-row.ts'
import type { HomeRows } from '../catch-up/backfill.ts'
import type { FilePlace, StreamInfo } from '../ports.ts'
import { isInteractive, lastEventMsOf } from '../read/lists/list-filter.ts'
import { eventPager, type EventPager } from '../read/pages/event-page.ts'
import { liveTurns } from '../read/pages/turn-page.ts'
import { givenName } from '../read/threads/identity.ts'
import type { ShownParts } from '../read/threads/shown.ts'
import { threadRow } from '../read/threads/thread-row.ts'
import type { Answer, Result } from '../result.ts'
import type { AuditPage, AuditRequest } from './audit-page.ts'
import { lastShared, turnCount } from './shared-turns.ts'

/** What graphs are made of besides rows. */
export interface GraphParts {
  readonly parts: ShownParts
  readonly home: HomeRows
  readonly trail: (request: AuditRequest) => Answer<AuditPage>
}

/** A thread of the home and the thread it came of. */
interface GraphMember {
  readonly info: StreamInfo
  readonly row: ThreadRow
  readonly kind: GraphNode['kind']
  readonly parent: string | null
}

/** Trails of more threads than these are read together. */
const ALONE_MAX = 32
const ROWS_AT_ONCE = 1000
const ACTIONS = [
  'rolled_back',
  'turns_restored',
  'reverted',
  'agent_spawned',
  'review_started',
  'reviewed'
] as const

const kindOf = ({ entry: { kind } }: ThreadRow): GraphNode['kind'] => {
  if (isInteractive(kind) || !kind.startsWith('subAgent')) return 'thread'
  return kind === 'subAgentReview' ? 'review' : 'agent'
}

const membersOf = (
  parts: ShownParts,
  infos: ReadonlyArray<StreamInfo>
): ReadonlyMap<string, GraphMember> => {
  const members = new Map<string, GraphMember>()
  for (const info of infos) {
    const row = threadRow(parts, info.streamId)
    if (row === null) continue
    const kind = kindOf(row)
    const forked = row.facts.own?.forkedFromId ?? null
    const parent = kind === 'thread' ? forked : (parentOf(row.facts) ?? forked)
    members.set(info.streamId, { info, row, kind, parent: parent?.toLowerCase() ?? null })
  }
  return members
}

/** A thread and everything it is connected with, in the order of the home. */
const connected = (
  members: ReadonlyMap<string, GraphMember>,
  threadId: string
): ReadonlyMap<string, GraphMember> => {
  const neighbours = new Map<string, Array<string>>()
  const note = (from: string, to: string): void =>
    void neighbours.set(from, [...(neighbours.get(from) ?? []), to])
  for (const [id, { parent }] of members)
    if (parent !== null && members.has(parent)) {
      note(id, parent)
      note(parent, id)
    }
  const found = new Set([threadId])
  for (const id of found) for (const next of neighbours.get(id) ?? []) found.add(next)
  return new Map([...members].filter(([id]) => found.has(id)))
}

const trailOf = async (
  { trail }: GraphParts,
  members: ReadonlyMap<string, GraphMember>
): Promise<Result<ReadonlyMap<string, ReadonlyArray<AuditRow>>>> => {
  const rows = new Map<string, Array<AuditRow>>([...members.keys()].map((id) => [id, []]))
  const scopes = members.size > ALONE_MAX ? [undefined] : [...members.keys()]
  for (const threadId of scopes)
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await trail({
        ...{ actions: ACTIONS, limit: ROWS_AT_ONCE, cursor: cursor ?? null },
        ...(threadId === undefined ? {} : { threadId })
      })()
      if (E.isLeft(page)) return page
      for (const row of page.right.data) rows.get(row.threadId)?.push(row)
      cursor = page.right.nextCursor
    }
  return E.right(rows)
}

/** Where the line of a row stands in the history of its thread; null where that no longer leads through it. */
const placeOf = (
  { store }: ShownParts,
  info: StreamInfo,
  { evidence }: AuditRow
): FilePlace | null => {
  if (evidence.kind !== 'line') return null
  const lineage = store.lineage(info)
  const segment = lineage.findIndex(({ path }) =>
    path.replace(/\.zst$/, '').endsWith(evidence.file)
  )
  const until = lineage[segment]?.until ?? Infinity
  return segment === -1 || evidence.offset >= until ? null : { segment, offset: evidence.offset }
}

type RevisionOf = (info: StreamInfo, row: AuditRow) => Promise<number | null>

const revisions =
  (parts: ShownParts, { revisionAt }: EventPager): RevisionOf =>
  async (info, row) => {
    const place = placeOf(parts, info, row)
    return place === null ? null : revisionAt(info, place)
  }

const msOf = (at: string | null): number | null => {
  const ms = Date.parse(at ?? '')
  return Number.isNaN(ms) ? null : ms
}

const textsIn = (value: unknown): ReadonlyArray<string> | null =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : null

/** Rollbacks of a thread, oldest first; bringing turns back undoes the newest that is not undone. */
const rollbacksOf = async (
  { info }: GraphMember,
  rows: ReadonlyArray<AuditRow>,
  revisionOf: RevisionOf
): Promise<ReadonlyArray<GraphRollback>> => {
  const rollbacks: Array<GraphRollback> = []
  const open: Array<number> = []
  for (const row of rows) {
    const { threadId, action, at, after } = row
    if (action === 'turns_restored') {
      const undone = open.pop()
      const rollback = undone === undefined ? undefined : rollbacks[undone]
      if (undone !== undefined && rollback !== undefined)
        rollbacks[undone] = { ...rollback, undoneAtRevision: await revisionOf(info, row) }
    }
    if (action !== 'rolled_back' && action !== 'reverted') continue
    open.push(rollbacks.length)
    rollbacks.push({
      threadId,
      revision: await revisionOf(info, row),
      atMs: msOf(at),
      turnIds: textsIn(after?.['turnIds']),
      undoneAtRevision: null
    })
  }
  return rollbacks
}

/** The row of a thread's trail that began another thread. */
const beginningOf = (
  rows: ReadonlyArray<AuditRow>,
  child: string,
  firstTurn: string | null
): AuditRow | null => {
  let review: AuditRow | null = null
  for (const row of rows) {
    const { action, after } = row
    if (action === 'agent_spawned' && after?.['agentThreadId'] === child) return row
    if (action === 'review_started') review = row
    if (action === 'reviewed' && firstTurn !== null && after?.['reviewerTurnId'] === firstTurn)
      return review ?? row
  }
  return null
}

const edgeOf = async (
  parts: ShownParts,
  members: ReadonlyMap<string, GraphMember>,
  trails: ReadonlyMap<string, ReadonlyArray<AuditRow>>,
  child: GraphMember,
  revisionOf: RevisionOf
): Promise<GraphEdge | null> => {
  const from = child.parent
  const parent = from === null ? undefined : members.get(from)
  if (from === null || parent === undefined) return null
  const to = child.info.streamId
  if (child.kind === 'thread')
    return {
      from,
      to,
      kind: 'fork',
      atTurn: lastShared(parts, child.info, parent.info),
      atRevision: null
    }
  const folded = turnCount(parts, child.info) !== null
  const [first] = folded ? liveTurns(parts, child.info).rows(0, 1) : []
  const row = beginningOf(trails.get(from) ?? [], to, first?.id ?? null)
  return {
    ...{ from, to, kind: child.kind, atTurn: row?.turnId ?? null },
    atRevision: row === null ? null : await revisionOf(parent.info, row)
  }
}

/** Where the further files of a thread begin. */
const segmentsOf = (parts: ShownParts, { info }: GraphMember): ReadonlyArray<GraphSegment> => {
  const lineage = parts.store.lineage(info)
  if (lineage.length < 2) return []
  const count = turnCount(parts, info)
  const live = liveTurns(parts, info)
  const segmentAt = (place: number): number =>
    live.rows(place, place + 1)[0]?.ranges[0]?.segment ?? Infinity
  return lineage.slice(1).map((_, i) => {
    const segment = i + 1
    let [low, high] = [0, count ?? 0]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (segmentAt(middle) < segment) low = middle + 1
      else high = middle
    }
    return { threadId: info.streamId, segment, beginsAtTurn: count === null ? null : low }
  })
}

const nodeOf = (
  parts: ShownParts,
  { info, row, kind }: GraphMember,
  names: ReadonlyMap<string, string>
): GraphNode => ({
  threadId: info.streamId,
  name: givenName(parts, (id) => names.get(id) ?? null, row, info),
  preview: row.facts.preview ?? '',
  turns: turnCount(parts, info),
  startedAtMs: row.createdAtMs,
  lastEventAtMs: lastEventMsOf(row),
  archived: info.archived,
  kind
})

/** The graph of a home, or of everything that is connected with a thread. */
export const threadGraph = async (
  given: GraphParts,
  threadId: string | undefined
): Promise<Result<ThreadGraph>> => {
  const { parts, home } = given
  const caughtUp = await home.lists.everything()
  if (E.isLeft(caughtUp)) return caughtUp
  const all = membersOf(parts, caughtUp.right)
  if (threadId !== undefined && !all.has(threadId))
    return E.left({ _tag: 'StreamNotFound', streamId: threadId })
  const members = threadId === undefined ? all : connected(all, threadId)
  const shown = threadId === undefined ? null : await home.whole.shown([...members.keys()])
  if (shown !== null && E.isLeft(shown)) return shown
  const trails = await trailOf(given, members)
  if (E.isLeft(trails)) return trails
  const revisionOf = revisions(parts, eventPager(parts))
  const names = parts.names.all()
  const list = [...members.values()].toSorted((a, b) => a.row.createdAtMs - b.row.createdAtMs)
  const edges: Array<GraphEdge> = []
  const rollbacks: Array<GraphRollback> = []
  for (const member of list) {
    const edge = await edgeOf(parts, members, trails.right, member, revisionOf)
    if (edge !== null) edges.push(edge)
    rollbacks.push(
      ...(await rollbacksOf(member, trails.right.get(member.info.streamId) ?? [], revisionOf))
    )
  }
  return E.right({
    nodes: list.map((member) => nodeOf(parts, member, names)),
    edges,
    rollbacks,
    segments: list.flatMap((member) => segmentsOf(parts, member))
  })
}
