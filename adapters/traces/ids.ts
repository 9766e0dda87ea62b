/** Ids of traces and spans, derived from what they are about: what is sent twice is the same. */
import { createHash } from 'node:crypto'

const TRACE_BYTES = 16
const SPAN_BYTES = 8

const derived = (bytes: number, ...parts: ReadonlyArray<string>): string =>
  createHash('sha256')
    .update(parts.join('\0'))
    .digest('hex')
    .slice(0, bytes * 2)

/** Of a turn; a null turn is what happened between turns. */
export const traceIdOf = (threadId: string, turnId: string | null): string =>
  derived(TRACE_BYTES, 'unroll/trace/1', threadId, turnId ?? '')

/** `what` is null for the turn itself. */
export const spanIdOf = (threadId: string, turnId: string | null, what: string | null): string =>
  derived(SPAN_BYTES, 'unroll/span/1', threadId, turnId ?? '', what ?? '')
