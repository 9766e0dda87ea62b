/**
 * Homes with made damage, and what a check says of them.
 */
import { check, type CheckOptions, type CheckSummary } from '../../adapters/upkeep/check/check.ts'
import type { Finding } from '../../domain/upkeep/check/finding.ts'
import { emptyHome, rolloutPath, THREAD, writeRollout } from './rollouts.ts'

/** A finding without its sentences, as a row: kind, severity, offset, bytes, revision, facts. */
export type Row = readonly [
  kind: string,
  severity: string,
  offset: number | null,
  bytes: number | null,
  revision: number | null,
  facts: unknown
]

export interface Checked {
  readonly findings: ReadonlyArray<Finding>
  readonly summary: CheckSummary
}

/** Runs a check to its end; without an index unless one is named. */
export const checked = async (options: CheckOptions): Promise<Checked> => {
  const findings: Array<Finding> = []
  const run = check({ index: 'memory', ...options })
  for (;;) {
    const next = await run.next()
    if (next.done === true) return { findings, summary: next.value }
    findings.push(next.value)
  }
}

export const rowOf = ({ kind, severity, range, revision, facts }: Finding): Row => [
  kind,
  severity,
  range?.offsetBytes ?? null,
  range?.bytes ?? null,
  revision,
  facts
]

/** What is found in one rollout, alone in a home. */
export const rowsIn = async (bytes: string | Buffer): Promise<ReadonlyArray<Row>> => {
  const home = emptyHome()
  writeRollout(rolloutPath(home, THREAD), bytes)
  return (await checked({ home })).findings.map(rowOf)
}

/** Where and when everything made here was said. */
export const AT = '2026-05-01T10:00:00.000Z'

export const line = (type: string, payload: unknown, ordinal?: number): string =>
  `${JSON.stringify({ timestamp: AT, ...(ordinal === undefined ? {} : { ordinal }), type, payload })}\n`

export const event = (type: string, members: object = {}, ordinal?: number): string =>
  line('event_msg', { type, ...members }, ordinal)

export const meta = (changes: object = {}, ordinal?: number): string =>
  line(
    'session_meta',
    { id: THREAD, timestamp: AT, cwd: '/w', originator: 'o', cli_version: '1', ...changes },
    ordinal
  )

export const item = (type: string, members: object = {}): string =>
  line('response_item', { type, ...members })

/** A turn begins, and ends. */
export const start = (id: string, ordinal?: number): string =>
  event('task_started', { turn_id: id }, ordinal)
export const done = (id: string, ordinal?: number): string =>
  event('task_complete', { turn_id: id }, ordinal)

/** A turn in which something is said. */
export const turn = (id: string): string =>
  start(id) +
  event('user_message', { message: 'hi' }) +
  event('agent_message', { message: 'ok' }) +
  done(id)

export const size = (text: string): number => Buffer.byteLength(text)
