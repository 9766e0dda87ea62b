/**
 * Read model `plugin-use`: signs of plugins in use, per thread.
 *
 *   [plugin-use, streamId, revision, n] -> PluginUseRow    n counts the signs of one line
 *
 * A sign that a turn shows several times is one row. What a thread inherited is left out: it was used elsewhere.
 */
import type { RecordedEvent } from '../domain/events/event.ts'
import {
  evolveInheritance,
  inheritedBy,
  namedTurnId,
  UNKNOWN_HEAD,
  type Inheritance
} from '../domain/inherited.ts'
import { evidenceIn, type PluginEvidence } from '../domain/plugins/evidence.ts'
import type { Projection, RowKey, RowWrite } from './projection.ts'

/** A sign, in its turn and where it stands. */
export interface PluginUseRow extends PluginEvidence {
  readonly turnId: string | null
  readonly atMs: number
  readonly segment: number
  readonly offset: number
  readonly bytes: number
}

/** The open turn, and which signs it showed already. */
export interface PluginUseState {
  readonly inheritance: Inheritance
  readonly turnId: string | null
  readonly shown: ReadonlyArray<string>
}

/** A turn that shows more different signs than this may repeat some. */
const SHOWN_MAX = 256

/** Keys of the signs of a thread begin with this. */
export const pluginUsePrefix = (table: string, streamId: string): RowKey => [table, streamId]

const keyOf = (turnId: string | null, { kind, localId, name, version, detail }: PluginEvidence) =>
  JSON.stringify([turnId, kind, localId ?? name, version, detail])

const NOTHING: ReadonlyArray<RowWrite> = []

const turnAfter = (state: PluginUseState, { line }: RecordedEvent): PluginUseState => {
  if (line.type !== 'event_msg') return state
  const { payload } = line
  if (payload.type === 'task_started') return { ...state, turnId: payload.turn_id, shown: [] }
  const isEnd = payload.type === 'task_complete' || payload.type === 'turn_aborted'
  return isEnd ? { ...state, turnId: null } : state
}

const rowsOf = (
  state: PluginUseState,
  event: RecordedEvent,
  found: ReadonlyArray<PluginEvidence>,
  table: string
): readonly [PluginUseState, ReadonlyArray<RowWrite>] => {
  const { streamId, revision, segment, offset, bytes, line } = event
  const turnId = namedTurnId(line) ?? state.turnId
  const shown = new Set(state.shown)
  const writes: Array<RowWrite> = []
  for (const each of found) {
    const key = keyOf(turnId, each)
    if (shown.has(key)) continue
    if (shown.size < SHOWN_MAX) shown.add(key)
    const atMs = Date.parse(line.timestamp)
    const value: PluginUseRow = { ...each, turnId, atMs, segment, offset, bytes }
    writes.push({ key: [table, streamId, revision, writes.length], value })
  }
  return [{ ...state, shown: [...shown] }, writes]
}

/** Plugins in use. */
export const pluginUse: Projection<PluginUseState> = {
  name: 'plugin-use',
  version: 1,
  initial: () => ({ inheritance: UNKNOWN_HEAD, turnId: null, shown: [] }),
  evolve: (before, event, { table }) => {
    const inheritance = evolveInheritance(before.inheritance, event)
    const known = inheritance === before.inheritance ? before : { ...before, inheritance }
    const state = turnAfter(known, event)
    const found = evidenceIn(event.line)
    return found.length === 0 || inheritedBy(inheritance, event) !== null
      ? [state, NOTHING]
      : rowsOf(state, event, found, table)
  },
  forget: (streamId, { rows, table }) =>
    rows.scan(pluginUsePrefix(table, streamId), Infinity).map(([key]) => ({ key, value: null }))
}
