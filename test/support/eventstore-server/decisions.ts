/**
 * What the server decides about a write, as its index writer does: expected revision first, then whether
 * the ids say that this very write was already made.
 */
import type { EventLog } from './log.ts'
import type { Decision, Expected } from './records.ts'

const NO_STREAM = -1

const byRecentIds = (log: EventLog, stream: string, ids: readonly string[]): Decision => {
  const current = log.lastRevision(stream)
  const found = ids
    .map((id) => log.recent(id))
    .map((at) => (at?.stream === stream ? at : undefined))
  if (found[0] === undefined) return { kind: 'write', current }
  if (found.includes(undefined)) return { kind: 'wrong-version', current }
  return { kind: 'idempotent', revision: found.at(-1)?.revision ?? current }
}

const byRevision = (
  log: EventLog,
  stream: string,
  expected: number,
  ids: readonly string[]
): Decision => {
  const current = log.lastRevision(stream)
  if (expected > current) return { kind: 'wrong-version', current }
  if (expected === current) return { kind: 'write', current }
  const events = log.stream(stream)?.events ?? []
  const differs = ids.findIndex((id, index) => events[expected + 1 + index]?.id !== id)
  if (differs === -1 && ids.length > 0)
    return { kind: 'idempotent', revision: expected + ids.length }
  const isAnew = expected === NO_STREAM && log.stream(stream)?.softDeleted === true
  return differs === 0 && isAnew ? { kind: 'write', current } : { kind: 'wrong-version', current }
}

/** Whether these ids are written at the end of the stream, were already written, or are refused. */
export const decide = (
  log: EventLog,
  stream: string,
  expected: Expected,
  ids: readonly string[]
): Decision => {
  const state = log.stream(stream)
  if (state?.tombstoned === true) return { kind: 'deleted' }
  const current = log.lastRevision(stream)
  if (expected === 'stream_exists') {
    if (state?.softDeleted === true) return { kind: 'deleted' }
    if (current < 0 && log.lastRevision(`$$${stream}`) < 0) {
      return { kind: 'wrong-version', current }
    }
  }
  if (expected === 'any' || expected === 'stream_exists') return byRecentIds(log, stream, ids)
  return byRevision(log, stream, expected === 'no_stream' ? NO_STREAM : expected, ids)
}
