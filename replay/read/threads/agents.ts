/**
 * The agent graph: which threads a thread spawned, and what they spawned in turn.
 *
 * The functions read rows; the caller catches the home up first, because an edge is written in the child's file.
 */
import { tableOf, viewName } from '../../../projections/catalogue.ts'
import {
  agentKey,
  agents,
  childrenPrefix,
  statusKey,
  type AgentRow,
  type AgentStatus
} from '../../../projections/agents.ts'
import { rowsUnder } from '../../catch-up/overlay.ts'
import type { Env } from '../../catch-up/project.ts'
import { grouped } from '../../../domain/grouped.ts'

/** One agent: a thread that another thread spawned. */
export interface Agent extends AgentRow {
  readonly threadId: string
  readonly status: AgentStatus
}

/** An agent with the agents it spawned. */
export interface AgentTree {
  readonly agent: Agent
  readonly children: ReadonlyArray<AgentTree>
}

type AgentRows = Pick<Env, 'index' | 'profile' | 'strict'>

const tableIn = (env: AgentRows): string => tableOf(agents, viewName(env.profile, env.strict))

/** The spawn edge that leads to a thread; null for a thread that was not spawned. */
export const agentRow = (env: AgentRows, threadId: string): Agent | null => {
  const table = tableIn(env)
  const row = env.index.get(agentKey(table, threadId)) as AgentRow | undefined
  if (row === undefined) return null
  const status = env.index.get(statusKey(table, row.parent, threadId)) as AgentStatus | undefined
  return { ...row, threadId, status: status ?? 'open' }
}

/** The threads that a thread spawned itself, oldest first: ids begin with the time they were made. */
export const childrenOf = (env: AgentRows, threadId: string): ReadonlyArray<Agent> => {
  return rowsUnder(env.index, childrenPrefix(tableIn(env), threadId)).flatMap(([key]) => {
    const agent = agentRow(env, String(key[2]))
    return agent?.parent === threadId ? [agent] : []
  })
}

/** Who spawned a thread, and who spawned that one, nearest first; ends where a circle would begin. */
export const ancestorsOf = (env: AgentRows, threadId: string): ReadonlyArray<string> => {
  const found = new Set<string>()
  for (let agent = agentRow(env, threadId); agent !== null; agent = agentRow(env, agent.parent)) {
    if (agent.parent === threadId || found.has(agent.parent)) break
    found.add(agent.parent)
  }
  return [...found]
}

/**
 * Everything below a thread, level by level, and within a level by id, as Codex's own query orders it; each thread once,
 * and never the thread itself.
 */
export const descendantsOf = (env: AgentRows, threadId: string): ReadonlyArray<Agent> => {
  const seen = new Set([threadId])
  const found: Array<Agent> = []
  let level: ReadonlyArray<string> = [threadId]
  while (level.length > 0) {
    const next = level
      .flatMap((parent) => childrenOf(env, parent))
      .filter(({ threadId: child }) => !seen.has(child))
      .sort((a, b) => (a.threadId < b.threadId ? -1 : 1))
    for (const { threadId: child } of next) seen.add(child)
    found.push(...next)
    level = next.map(({ threadId: child }) => child)
  }
  return found
}

export const agentTree = (env: AgentRows, threadId: string): ReadonlyArray<AgentTree> => {
  const below = grouped(descendantsOf(env, threadId), ({ parent }) => parent)
  const treesOf = (parent: string): ReadonlyArray<AgentTree> =>
    (below.get(parent) ?? []).map((agent) => ({ agent, children: treesOf(agent.threadId) }))
  return treesOf(threadId)
}
