/**
 * Names of streams. They begin with one of two prefixes, which is how a subscription to everything finds them.
 */
import { isUuid, streamId, type StreamId } from '../../../../domain/ids.ts'

const THREAD = 'thread-'

export const STREAM_PREFIXES: ReadonlyArray<string> = [THREAD, 'unroll-']

export const threadStream = (thread: string): string => `${THREAD}${thread}`

/** The thread of a stream; null for any other stream. */
export const threadOfStream = (stream: string): StreamId | null => {
  const thread = stream.slice(THREAD.length)
  return stream.startsWith(THREAD) && isUuid(thread) ? streamId(thread) : null
}

/** What begins the name of the stream in which a server keeps the limits of another one, and that it was deleted softly. */
const LIMITS = '$$'

/** Where a server keeps the limits of a stream. */
export const limitsStream = (stream: string): string => `${LIMITS}${stream}`

/** Begins the names of what servers keep about the streams of threads. */
export const LIMITS_PREFIX = `${LIMITS}${THREAD}`

/** The stream that another one holds the limits of; null for any other stream. */
export const streamOfLimits = (stream: string): string | null =>
  stream.startsWith(LIMITS) ? stream.slice(LIMITS.length) : null

export const logStream = (log: 'operations' | 'observations'): string => `unroll-log-${log}`
