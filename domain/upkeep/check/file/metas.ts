/**
 * Session metadata of a file: the first tell which thread it is; copies of those it was forked from may follow.
 */
import { baseOf, type HistoryBase, type SessionMeta } from '../../../log/payloads.ts'
import { isJsonObject } from '../../../json.ts'
import {
  addFinding,
  type LineLocation,
  type FileFindings,
  type ExaminedEvent
} from './file-facts.ts'

export interface Identity {
  readonly id: string
  readonly isPaginated: boolean
  readonly base: HistoryBase | null
  /** Where they stand. */
  readonly at: LineLocation
}

export interface Metas {
  first: Identity | null
  /** Threads whose metadata may stand here. */
  readonly known: Set<string>
  responseItems: number
}

/** Ids beyond this many are not kept: a fork of a fork has a handful. */
const KNOWN_MAX = 1000

export const startMetas = (): Metas => ({ first: null, known: new Set(), responseItems: 0 })

const spawnedBy = ({ source }: SessionMeta): unknown => {
  const agent = isJsonObject(source) ? source['subagent'] : undefined
  const spawn = isJsonObject(agent) ? agent['thread_spawn'] : undefined
  return isJsonObject(spawn) ? spawn['parent_thread_id'] : undefined
}

const learn = ({ known }: Metas, meta: SessionMeta): void => {
  const { id, session_id, forked_from_id, parent_thread_id } = meta
  for (const one of [id, session_id, forked_from_id, parent_thread_id, spawnedBy(meta)])
    if (typeof one === 'string' && known.size < KNOWN_MAX) known.add(one.toLowerCase())
}

const begin = (
  metas: Metas,
  meta: SessionMeta,
  event: ExaminedEvent,
  found: FileFindings
): void => {
  const id = meta.id.toLowerCase()
  const { threadId } = found.facts
  const { revision, offsetBytes, bytes } = event
  metas.first = {
    id,
    isPaginated: meta.history_mode === 'paginated',
    base: baseOf(meta),
    at: { revision, offsetBytes, bytes }
  }
  if (revision > 0)
    addFinding(found, 'late_session_meta', event, {
      linesBefore: revision,
      responseItemsBefore: metas.responseItems
    })
  if (threadId !== null && threadId !== id)
    addFinding(found, 'id_mismatch', event, { id, inName: threadId })
}

export const foldMetas = (metas: Metas, event: ExaminedEvent, found: FileFindings): void => {
  const { line } = event
  if (line.type === 'response_item' && metas.first === null) metas.responseItems += 1
  if (line.type !== 'session_meta') return
  const { payload } = line
  if (metas.first === null) begin(metas, payload, event, found)
  else if (!metas.known.has(payload.id.toLowerCase()))
    addFinding(found, 'foreign_session_meta', event, { id: payload.id, first: metas.first.id })
  learn(metas, payload)
}
