/**
 * Read model `agents`: which thread spawned which.
 *
 *   [agents, child]                    -> AgentRow    written by the child's log: its metadata names who spawned it
 *   [agents.child, parent, child]      -> 1           the same, looked up from the parent
 *   [agents.status, parent, child]     -> 'open' | 'closed'    written by the parent's log, which closes and resumes
 *
 * Only a `thread_spawn` source is an edge, as in Codex's own table; a review names its thread too, but is none. Parent and
 * child are folded apart, in any order: each writes its own tables, and the reader puts them together.
 */
import type { RecordedEvent } from '../domain/log/event.ts'
import type { LineOf, Needs, SessionHead } from '../domain/log/needs.ts'
import { isJsonObject, parsedObject, textIn, textOrNull, type Json } from '../domain/json.ts'
import { own } from '../domain/own.ts'
import {
  deletes,
  NO_WRITES,
  type Projection,
  type RowKey,
  type Rows,
  type RowWrite
} from './projection.ts'

/** The name of the tool stands right behind the type of its call, and only these two end like this. */
const NEEDS = {
  session_meta: 'head',
  'response_item:function_call': { mark: 'e_agent","', within: 160 }
} as const satisfies Needs

/** Whether a spawned thread may still be written to by its parent. */
export type AgentStatus = 'open' | 'closed'

/** What a spawned thread's metadata says about it. */
export interface AgentRow {
  readonly parent: string
  /** 1 for an agent that a person's thread spawned. */
  readonly depth: number
  readonly path: string | null
  readonly nickname: string | null
  readonly role: string | null
}

/** The agent a thread's metadata describes; null for a thread that nobody spawned. */
const agentOf = (meta: SessionHead): AgentRow | null => {
  const source = meta.source as Json | undefined
  const sub = isJsonObject(source) ? source['subagent'] : undefined
  const spawn = isJsonObject(sub) ? sub['thread_spawn'] : undefined
  if (!isJsonObject(spawn)) return null
  const parent = textOrNull(spawn['parent_thread_id'])
  if (parent === null) return null
  const depth = spawn['depth']
  return {
    parent: parent.toLowerCase(),
    depth: typeof depth === 'number' ? depth : 1,
    path: textOrNull(spawn['agent_path']),
    nickname: textOrNull(spawn['agent_nickname']) ?? meta.agent_nickname ?? null,
    role: textOrNull(spawn['agent_role']) ?? meta.agent_role ?? null
  }
}

/** Tools of a parent that change what a child is; Codex counts the call, whatever came of it. */
const STATUS_OF: Readonly<Record<string, AgentStatus>> = {
  close_agent: 'closed',
  resume_agent: 'open'
}

/** The child a call names, and what it is from then on; null for every other line. */
const statusChange = (payload: unknown): readonly [string, AgentStatus] | null => {
  if (!isJsonObject(payload) || payload['type'] !== 'function_call') return null
  const status = own(STATUS_OF, textIn(payload['name']))
  if (status === undefined) return null
  const given = parsedObject(textIn(payload['arguments']))
  const target = textOrNull(given?.['target']) ?? textOrNull(given?.['id'])
  return target === null ? null : [target.toLowerCase(), status]
}

/** Key of what a thread's own metadata says. */
export const agentKey = (table: string, child: string): RowKey => [table, child]
/** Keys of the children of a thread begin with this; the child's id follows. */
export const childrenPrefix = (table: string, parent: string): RowKey => [`${table}.child`, parent]
/** Key of what a parent last did to a child. */
export const statusKey = (table: string, parent: string, child: string): RowKey => [
  `${table}.status`,
  parent,
  child
]

const edgeWrites = (table: string, child: string, row: AgentRow): ReadonlyArray<RowWrite> => [
  { key: agentKey(table, child), value: row },
  { key: [...childrenPrefix(table, row.parent), child], value: 1 }
]

const deletesOf = (rows: Rows, table: string, streamId: string): ReadonlyArray<RowWrite> => {
  const row = rows.get(agentKey(table, streamId)) as AgentRow | undefined
  const edge = row === undefined ? [] : edgeWrites(table, streamId, row)
  const statuses = rows.scan([`${table}.status`, streamId], Infinity)
  return deletes([...edge.map(({ key }) => key), ...statuses.map(([key]) => key)])
}

const writesOf = (
  state: AgentsState,
  { line, streamId }: RecordedEvent<LineOf<typeof NEEDS>>,
  table: string
) => {
  if (line.type === 'session_meta') {
    const row = state.seen ? null : agentOf(line.payload)
    return row === null ? NO_WRITES : edgeWrites(table, streamId, row)
  }
  if (line.type !== 'response_item') return NO_WRITES
  const change = statusChange(line.payload)
  if (change === null) return NO_WRITES
  return [{ key: statusKey(table, streamId, change[0]), value: change[1] }]
}

/** Whether the metadata that names the parent was read; copies further down are those of other threads. */
interface AgentsState {
  readonly seen: boolean
}

const SEEN: AgentsState = { seen: true }

/** The spawn edges of a home. */
export const agents: Projection<AgentsState, typeof NEEDS> = {
  name: 'agents',
  version: 1,
  needs: NEEDS,
  initial: () => ({ seen: false }),
  evolve: (state, event, { table }) =>
    event.inherited === true
      ? [state, NO_WRITES]
      : [event.line.type === 'session_meta' ? SEEN : state, writesOf(state, event, table)],
  forget: (streamId, { rows, table }) => deletesOf(rows, table, streamId)
}
