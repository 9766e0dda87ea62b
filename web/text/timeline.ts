/**
 * A thread and what came of it as lanes: turns in the order in which they happened, stretches that were taken back, and branches.
 */
import type {
  GraphEdge,
  GraphNode,
  OutlinedTurn,
  ThreadGraph
} from '../../domain/unroll-protocol.ts'
import type { TravelStops } from './stops.ts'

/** Nodes that are drawn; the rest is counted. */
export const NODES_MAX = 2000

/** A turn on the lane of the thread. */
export interface TurnSlot {
  readonly turnId: string
  /** Its place among the turns that are left, from 0; null for one that was taken back. */
  readonly n: number | null
  readonly asked: string | null
  readonly atMs: number | null
}

/** Another thread, below or above. */
export interface BranchOfThread {
  readonly node: GraphNode
  readonly edge: GraphEdge
  /** True for a thread that this one came of. */
  readonly isAncestor: boolean
}

/** Turns that were taken back, by their slots. */
export interface TakenStretch {
  readonly from: number
  readonly to: number
  readonly turns: number
  readonly atMs: number | null
  readonly revision: number | null
  readonly isUndone: boolean
}

const ofLive = ({ id, n, asked, startedAtMs }: OutlinedTurn): TurnSlot => ({
  ...{ turnId: id, n, asked, atMs: startedAtMs }
})

/** Every turn there was, in the order of the log: first those of before the trail, then the trail, then what has not ended. */
export const slotsOf = (
  { stops }: Pick<TravelStops, 'stops'>,
  live: ReadonlyArray<OutlinedTurn>
): ReadonlyArray<TurnSlot> => {
  const byId = new Map(live.map((turn) => [turn.id, turn]))
  const trail = new Map<string, TurnSlot>()
  for (const { turnId, atMs } of stops) {
    if (turnId === null || trail.has(turnId)) continue
    const turn = byId.get(turnId)
    trail.set(turnId, turn === undefined ? { turnId, n: null, asked: null, atMs } : ofLive(turn))
  }
  const others = live.filter(({ id }) => !trail.has(id))
  const first = live.find(({ id }) => trail.has(id))?.n ?? Infinity
  return [
    ...others.filter(({ n }) => n < first).map(ofLive),
    ...trail.values(),
    ...others.filter(({ n }) => n > first).map(ofLive)
  ]
}

export const stretchesOf = (
  { rollbacks }: Pick<ThreadGraph, 'rollbacks'>,
  threadId: string,
  slots: ReadonlyArray<TurnSlot>
): ReadonlyArray<TakenStretch> => {
  const placeOf = new Map(slots.map(({ turnId }, place) => [turnId, place]))
  return rollbacks.flatMap((rollback) => {
    if (rollback.threadId !== threadId) return []
    const places = (rollback.turnIds ?? []).flatMap((id) => placeOf.get(id) ?? [])
    if (places.length === 0) return []
    const { atMs, revision, undoneAtRevision } = rollback
    return [
      {
        ...{ from: Math.min(...places), to: Math.max(...places), turns: places.length },
        ...{ atMs, revision, isUndone: undoneAtRevision !== null }
      }
    ]
  })
}

/** Threads that this one came of, the oldest first, and those that came of it, each behind what it came of. */
export const branchesOf = (
  { nodes, edges }: Pick<ThreadGraph, 'nodes' | 'edges'>,
  threadId: string
): ReadonlyArray<BranchOfThread> => {
  const byId = new Map(nodes.map((node) => [node.threadId, node]))
  const above: Array<BranchOfThread> = []
  const seen = new Set([threadId])
  for (let child = threadId; ;) {
    const edge = edges.find(({ to, from }) => to === child && !seen.has(from))
    const node = edge === undefined ? undefined : byId.get(edge.from)
    if (edge === undefined || node === undefined) break
    above.unshift({ node, edge, isAncestor: true })
    seen.add(edge.from)
    child = edge.from
  }
  const below: Array<BranchOfThread> = []
  const follow = (parent: string): void => {
    for (const edge of edges) {
      const node = byId.get(edge.to)
      if (edge.from !== parent || node === undefined || seen.has(edge.to)) continue
      seen.add(edge.to)
      below.push({ node, edge, isAncestor: false })
      follow(edge.to)
    }
  }
  follow(threadId)
  return [...above, ...below]
}
