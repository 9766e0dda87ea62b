/**
 * Made lines, folded into rows of tool calls by the read model itself.
 */
import { toRolloutLine, type RecordedEvent } from '../../domain/log/event.ts'
import { streamId } from '../../domain/ids.ts'
import { PROFILES } from '../../domain/log/profile.ts'
import type { ToolCall } from '../../domain/ledgers/tools/tool-call.ts'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import { overlay } from '../../replay/catch-up/overlay.ts'
import { situating } from '../../projections/situation.ts'
import { toolCallOf, tools } from '../../projections/tools.ts'

/** A line; `at` is the second it was written at, else its place. */
export interface Line {
  readonly type: string
  readonly payload: object
  readonly at?: number
}

const THREAD = '01960000-0000-7000-8000-000000000000'

const timestamp = (second: number): string =>
  new Date(Date.parse('2026-05-01T10:00:00.000Z') + second * 1000).toISOString()

const eventOf = ({ type, payload, at }: Line, revision: number): RecordedEvent => {
  const value = { timestamp: timestamp(at ?? revision), type, payload }
  const line = toRolloutLine(JSON.parse(JSON.stringify(value)), PROFILES['0.169'])
  if (typeof line === 'string') throw new Error(`${line}: ${JSON.stringify(value)}`)
  return {
    streamId: streamId(THREAD),
    revision,
    segment: 0,
    offset: revision * 100,
    bytes: 99,
    line
  }
}

/** The rows of a thread with these lines behind its head, in their order. */
export const callsOf = (lines: ReadonlyArray<Line>, head: object = {}): ReadonlyArray<ToolCall> => {
  const meta = {
    id: THREAD,
    timestamp: timestamp(0),
    cwd: '/work',
    originator: 'o',
    cli_version: '0',
    dynamic_tools: [{ name: 'lookup', description: '', inputSchema: {} }],
    ...head
  }
  const rows = overlay(memoryIndex())
  const around = { profile: PROFILES['0.169'], rows, table: 'tools' }
  const situate = situating(rows, around.profile, true)
  let state = tools.initial(true)
  ;[{ type: 'session_meta', payload: meta }, ...lines].forEach((line, revision) => {
    const [next, writes] = tools.evolve(state, situate(eventOf(line, revision)), around)
    // A state goes through JSON between two catch-ups.
    state = JSON.parse(JSON.stringify(next)) as typeof state
    rows.put(writes)
  })
  const prefix = ['tools', THREAD]
  return rows.scan(prefix, Infinity).map(([, row]) => toolCallOf(row, THREAD))
}
