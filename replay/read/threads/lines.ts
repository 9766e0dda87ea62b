/**
 * Lines of a thread read again, whole: what the folds left out, and what a writer looks at before it writes on.
 */
import type { PlacedEvent } from '../../../domain/log/event.ts'
import { EVERY_LINE } from '../../../domain/log/needs.ts'
import type { ByteRange } from '../../../domain/thread/turns/turn-state.ts'
import { isDamaged, type StreamInfo } from '../../ports.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { checkpointOf, type Env } from '../../catch-up/project.ts'

const MEGABYTE = 1024 * 1024

export const eventsIn = async (
  { store }: Pick<Env, 'store'>,
  info: StreamInfo,
  ranges: ReadonlyArray<ByteRange>
): Promise<ReadonlyArray<PlacedEvent>> => {
  const lines = await store.readRanges(info, ranges, EVERY_LINE)
  return lines.flatMap((line) => (isDamaged(line) ? [] : [line]))
}

/** Payloads of the readable `session_meta` lines at the front of the thread's newest segment. */
export const firstMetas = async (
  env: Env,
  info: StreamInfo,
  bytes = MEGABYTE
): Promise<ReadonlyArray<JsonObject>> => {
  const segment = env.store.lineage(info).length - 1
  const until = info.compressed ? bytes : Math.min(info.sizeBytes, bytes)
  const events = await eventsIn(env, info, [{ segment, from: 0, until }])
  return events.flatMap(({ line }) =>
    line.type === 'session_meta' ? [line.payload as unknown as JsonObject] : []
  )
}

/** The first of them, with the instructions that a fold leaves out; null when the first megabyte has none. */
export const newestMeta = async (env: Env, info: StreamInfo): Promise<JsonObject | null> =>
  (await firstMetas(env, info))[0] ?? null

/**
 * Events of the last bytes of a caught-up thread's newest segment, oldest first; the first line of the range may be cut and is
 * left out.
 */
export const tailEvents = async (
  env: Env,
  info: StreamInfo,
  bytes = MEGABYTE
): Promise<ReadonlyArray<PlacedEvent>> => {
  const next = checkpointOf(env, info.streamId)?.next
  if (next === undefined) return []
  const { segment, offset: until } = next
  return eventsIn(env, info, [{ segment, from: Math.max(0, until - bytes), until }])
}
