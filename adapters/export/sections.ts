/**
 * What an export says of a thread before its turns, and which other threads belong to it.
 */
import type { GraphEdge, ThreadGraph } from '../../domain/unroll-protocol.ts'
import type { ThreadKind, ThreadSection } from '../../domain/export/shape.ts'
import type { Engine } from '../../replay/engine.ts'
import { got } from './turns.ts'

/** Which related threads are part of an export. */
export const INCLUDABLE = ['agents', 'reviews', 'forks'] as const
export type Included = (typeof INCLUDABLE)[number]

const KIND_OF = { agents: 'agent', reviews: 'review', forks: 'fork' } as const

/** A thread to export. */
export interface ThreadToExport {
  readonly threadId: string
  readonly kind: ThreadKind
  readonly atTurn: string | null
  /** Threads that came of it and are not exported. */
  readonly left: ReadonlyArray<GraphEdge>
}

/** The thread that was asked for, then those that came of it, each behind the one that it came of. */
export const plannedThreads = (
  threadId: string,
  { edges }: ThreadGraph,
  included: ReadonlyArray<Included>
): ReadonlyArray<ThreadToExport> => {
  const kinds = new Set<string>(included.map((one) => KIND_OF[one]))
  const planned: Array<ThreadToExport> = []
  const seen = new Set<string>()
  const add = (id: string, kind: ThreadKind, atTurn: string | null): void => {
    if (seen.has(id)) return
    seen.add(id)
    const own = edges.filter(({ from }) => from === id)
    planned.push({ threadId: id, kind, atTurn, left: own.filter((one) => !kinds.has(one.kind)) })
    for (const edge of own) if (kinds.has(edge.kind)) add(edge.to, edge.kind, edge.atTurn)
  }
  add(threadId, 'thread', null)
  return planned
}

export const sectionOf = async (
  engine: Engine,
  { threadId, kind, atTurn, left }: ThreadToExport,
  { nodes }: ThreadGraph
): Promise<ThreadSection> => {
  const { turns: _, ...thread } = await got(engine.readThread(threadId, false))
  const { count } = await got(engine.turnPlaces(threadId, 0, 0))
  const { groups, total } = await got(engine.usage({ by: 'model', threadId }))
  const { byTool } = await got(engine.toolsSummary({ threadId }))
  const damage = await got(engine.damage(threadId))
  const titles = new Map(nodes.map(({ threadId: id, name, preview }) => [id, name ?? preview]))
  return {
    ...{ kind, atTurn, thread, turnCount: count },
    models: groups.map(({ key }) => key).filter((key) => key !== ''),
    usage: {
      inputTokens: total.inputTokens,
      cachedInputTokens: total.cachedInputTokens,
      outputTokens: total.outputTokens,
      reasoningOutputTokens: total.reasoningOutputTokens,
      totalTokens: total.totalTokens,
      lowerBound: total.lowerBound
    },
    tools: byTool.map(({ key, calls, failed }) => ({ name: key, calls, failed })),
    damage: damage.map(({ revision, reason }) => ({ revision, reason })),
    related: left.map((edge) => ({
      kind: edge.kind,
      threadId: edge.to,
      title: titles.get(edge.to) ?? '',
      atTurn: edge.atTurn
    }))
  }
}
