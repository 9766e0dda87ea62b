/**
 * The first metadata of a thread's files, whole: with the instructions that a fold leaves out.
 */
import { isDamaged, type StreamInfo } from '../../ports.ts'
import { EVERY_LINE } from '../../../domain/log/needs.ts'
import type { Env } from '../../catch-up/project.ts'
import type { JsonObject } from '../../../domain/json.ts'

const FIRST_LINES_BYTES_MAX = 1024 * 1024

/** Payload of the first readable `session_meta` of a segment; null when its first megabyte has none. */
export const metaOfSegment = async (
  env: Env,
  info: StreamInfo,
  segment: number
): Promise<JsonObject | null> => {
  const isHead = segment === env.store.lineage(info).length - 1
  const until =
    isHead && !info.compressed
      ? Math.min(info.sizeBytes, FIRST_LINES_BYTES_MAX)
      : FIRST_LINES_BYTES_MAX
  const lines = await env.store.readRanges(info, [{ segment, from: 0, until }], EVERY_LINE)
  for (const line of lines) {
    if (!isDamaged(line) && line.line.type === 'session_meta')
      return line.line.payload as unknown as JsonObject
  }
  return null
}

/** Of the thread's newest segment. */
export const newestMeta = (env: Env, info: StreamInfo): Promise<JsonObject | null> =>
  metaOfSegment(env, info, env.store.lineage(info).length - 1)
