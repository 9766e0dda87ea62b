/** Appends, soft deletes and tombstones on a log. */
import { randomUUID } from 'node:crypto'
import { decide } from './decisions.ts'
import type { EventLog } from './log.ts'
import type { Change, Expected, ProposedEvent } from './records.ts'

/** What became of a write. */
export type Written =
  | { readonly kind: 'done'; readonly revision: number; readonly position: number }
  | { readonly kind: 'wrong-version'; readonly current: number }
  | { readonly kind: 'deleted' }

const metadataEvent = (metadata: string): ProposedEvent => ({
  id: randomUUID(),
  type: '$metadata',
  isJson: true,
  data: Buffer.from(metadata, 'utf8'),
  metadata: Buffer.alloc(0)
})

const changeOf = (stream: string, events: readonly ProposedEvent[]): Change => ({
  stream,
  events,
  createdMs: Date.now(),
  tombstone: false
})

/** A stream that was deleted softly goes on after its old events. */
const revived = (log: EventLog, stream: string, from: number): Change => {
  const metadata = { ...log.stream(stream)?.metadata, $tb: from }
  return changeOf(`$$${stream}`, [metadataEvent(JSON.stringify(metadata))])
}

/**
 * What a server writes behind events of a stream: one that was deleted softly goes on after its old events, and hides them still
 * when only its metadata are written.
 */
const revivals = (log: EventLog, stream: string, current: number): readonly Change[] => {
  if (log.stream(stream)?.softDeleted === true) return [revived(log, stream, current + 1)]
  if (!stream.startsWith('$$')) return []
  const named = stream.slice(2)
  return log.stream(named)?.softDeleted === true
    ? [revived(log, named, log.lastRevision(named) + 1)]
    : []
}

/** Appends events, all or none. */
export const append = (
  log: EventLog,
  stream: string,
  expected: Expected,
  events: readonly ProposedEvent[]
): Written => {
  const ids = events.map((event) => event.id)
  const decision = decide(log, stream, expected, ids)
  if (decision.kind === 'deleted' || decision.kind === 'wrong-version') return decision
  if (decision.kind === 'idempotent') {
    const { revision } = decision
    return { kind: 'done', revision, position: log.growing(stream)[revision]?.position ?? 0 }
  }
  const after = revivals(log, stream, decision.current)
  log.commit([changeOf(stream, events), ...after])
  const last = log.growing(stream).at(-1)
  return { kind: 'done', revision: last?.revision ?? -1, position: last?.position ?? 0 }
}

/** Deletes a stream: softly by its metadata, or for ever by a tombstone. */
export const remove = (
  log: EventLog,
  stream: string,
  expected: Expected,
  how: 'soft' | 'tombstone'
): Written => {
  const decision = decide(log, stream, expected, [randomUUID()])
  if (decision.kind === 'deleted' || decision.kind === 'wrong-version') return decision
  if (how === 'soft') {
    const deleted = metadataEvent('{"$tb":9223372036854775807}')
    log.commit([changeOf(`$$${stream}`, [deleted])])
  } else {
    const tombstone = { ...metadataEvent(''), type: '$streamDeleted', isJson: false }
    log.commit([{ ...changeOf(stream, [tombstone]), tombstone: true }])
  }
  const last = log.events.at(-1)
  return { kind: 'done', revision: log.lastRevision(stream), position: last?.position ?? 0 }
}
