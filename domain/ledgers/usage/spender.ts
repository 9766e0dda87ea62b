/**
 * Who spends: what a thread's own metadata says about why it is there.
 */
import type { SessionMeta } from '../../log/payloads.ts'
import { isJsonObject, type JsonObject } from '../../json.ts'
import { spawnIn, spawnText, subagentIn } from '../../spawned.ts'
import { MAIN, type Spender } from './usage-state.ts'

const textIn = (spawn: JsonObject, name: string): string | null => spawnText(spawn, name) || null

const lower = (id: string | null | undefined): string | null => id?.toLowerCase() ?? null

/** Reads a thread's own metadata. */
export const spenderOf = (meta: SessionMeta): Spender => {
  const sub = subagentIn(meta.source)
  const common = {
    ...MAIN,
    parentId: lower(meta.parent_thread_id),
    forkedFromId: lower(meta.forked_from_id)
  }
  if (sub === undefined) return { ...common, parentId: null }
  const spawn = spawnIn(meta.source)
  if (spawn !== null)
    return {
      ...common,
      kind: 'agent',
      parentId: lower(textIn(spawn, 'parent_thread_id')) ?? common.parentId,
      nickname: textIn(spawn, 'agent_nickname') ?? meta.agent_nickname ?? null,
      role: textIn(spawn, 'agent_role') ?? meta.agent_role ?? null,
      path: textIn(spawn, 'agent_path') ?? meta.agent_path ?? null
    }
  if (sub === 'review') return { ...common, kind: 'review' }
  const purpose = isJsonObject(sub) ? textIn(sub, 'other') : sub
  return { ...common, kind: 'other', purpose: typeof purpose === 'string' ? purpose : null }
}

/** The group of a thread's spends, by agent; every person's thread is `main`. */
export const agentKeyOf = ({ kind, nickname, role, path, purpose }: Spender): string => {
  if (kind === 'main' || kind === 'review') return kind
  if (kind === 'other') return purpose ?? 'other'
  const name = path ?? nickname ?? 'agent'
  return role === null ? name : `${name} (${role})`
}
