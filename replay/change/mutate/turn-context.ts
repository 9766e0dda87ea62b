/**
 * What a writer must know of a thread before it writes a turn: how its lines make turns, and the last settings.
 */
import type { JsonObject } from '../../../domain/json.ts'
import type { HistoryMode } from '../../../domain/protocol.ts'
import type { Moment, WrittenTurn } from '../../../domain/changes/turn-events.ts'
import { newestMeta } from '../../read/threads/lines.ts'
import type { SegmentWriter, StreamInfo } from '../../ports.ts'
import type { Env } from '../../catch-up/project.ts'

/** How the newest lines of a thread make turns. */
export const modeOf = async (env: Env, info: StreamInfo): Promise<HistoryMode> => {
  const meta: JsonObject | null = await newestMeta(env, info)
  return meta?.['history_mode'] === 'paginated' ? 'paginated' : 'legacy'
}

export const momentOf = (writer: SegmentWriter): Moment => ({
  nowMs: writer.nowMs(),
  newId: writer.newId
})

export const newTurn = (
  threadId: string,
  mode: HistoryMode,
  { nowMs, newId }: Moment,
  known: { readonly turnId?: string | undefined; readonly rootTurnId?: string | undefined } = {}
): WrittenTurn => {
  const turnId = known.turnId ?? newId()
  const startedAt = Math.floor(nowMs / 1000)
  return { threadId, turnId, rootTurnId: known.rootTurnId ?? turnId, mode, startedAt }
}
