/**
 * Where a thread comes from, as clients decode it: what they know no form of is `unknown`.
 *
 * Source: SessionSource, SubAgentSource and ThreadSource of app-server v2 in 0.130.0, 0.142.5 and 0.169.0.
 */
import * as t from 'io-ts'
import { i32, oneOf, optional, uuid } from './log/codec.ts'
import { isJsonObject, type Json } from './json.ts'
import type { Profile } from './log/profile.ts'

const AGENT_PATH = /^\/root(\/[a-z0-9_]+)*$/

const AgentPath = t.refinement(t.string, (path) => AGENT_PATH.test(path), 'AgentPath')
const text = optional(t.string)

const ThreadSpawn = t.intersection([
  t.type({ parent_thread_id: uuid, depth: i32 }),
  t.partial({ agent_path: optional(AgentPath), agent_nickname: text, agent_role: text })
])

const SubAgent = t.union([
  oneOf('review', 'compact', 'memory_consolidation'),
  t.type({ thread_spawn: ThreadSpawn }),
  t.type({ other: t.string })
])

/** Every member of a spawn is shown, and no other. */
const withSpawn = (source: t.TypeOf<typeof SubAgent>): Json => {
  if (typeof source === 'string' || !('thread_spawn' in source)) return source
  const { parent_thread_id, depth, agent_path, agent_nickname, agent_role } = source.thread_spawn
  const agent = {
    agent_path: agent_path ?? null,
    agent_nickname: agent_nickname ?? null,
    agent_role: agent_role ?? null
  }
  return { thread_spawn: { parent_thread_id, depth, ...agent } }
}

const KNOWN = oneOf('cli', 'vscode', 'exec', 'unknown')

/** A `source` member as the protocol spells it: `mcp` is `appServer`, `subagent` is `subAgent`. */
export const protocolSource = (source: Json): Json => {
  if (source === 'mcp') return 'appServer'
  if (KNOWN.is(source)) return source
  if (!isJsonObject(source) || Object.keys(source).length !== 1) return 'unknown'
  const { subagent, custom } = source
  if (typeof custom === 'string') return { custom }
  const isOne = !isJsonObject(subagent) || Object.keys(subagent).length === 1
  return isOne && SubAgent.is(subagent) ? { subAgent: withSpawn(subagent) } : 'unknown'
}

const OF_130 = oneOf('user', 'subagent', 'memory_consolidation')

/** Purpose of a thread: one of three words up to 0.130, any since. */
export const protocolThreadSource = (
  threadSource: string | null,
  { members142 }: Profile
): string | null => (members142 || OF_130.is(threadSource) ? threadSource : null)
