/**
 * The newest lines of a thread, whole: what a writer looks at before it writes on.
 */
import type { PlacedEvent } from '../../../domain/log/event.ts'
import { EVERY_LINE } from '../../../domain/log/needs.ts'
import { isDamaged, type StreamInfo } from '../../ports.ts'
import { checkpointOf, type Env } from '../../catch-up/project.ts'

/** Lines this far from the end are looked at, unless a caller needs more. */
const TAIL_BYTES = 1024 * 1024

/** Events of the last bytes of a caught-up thread's newest segment, oldest first; the first line of the range may be cut and is left out. */
export const tailEvents = async (
  env: Env,
  info: StreamInfo,
  bytes: number = TAIL_BYTES
): Promise<ReadonlyArray<PlacedEvent>> => {
  const next = checkpointOf(env, info.streamId)?.next
  if (next === undefined) return []
  const { segment, offset: until } = next
  const range = { segment, from: Math.max(0, until - bytes), until }
  const lines = await env.store.readRanges(info, [range], EVERY_LINE)
  const events: Array<PlacedEvent> = []
  for (const line of lines) if (!isDamaged(line)) events.push(line)
  return events
}
