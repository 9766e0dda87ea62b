/**
 * Read model `plugin-use`: signs of plugins in use, per thread.
 *
 *   [plugin-use, streamId, revision, n] -> PluginUseRow    n counts the signs of one line
 *
 * A sign that a turn shows several times is one row. What a thread inherited is left out: it was used elsewhere.
 */
import { evidenceIn, type PluginEvidence } from '../domain/ledgers/plugins/evidence.ts'
import { EVERY_LINE } from '../domain/log/needs.ts'
import type { SituatedEvent } from '../domain/thread/turns/situate.ts'
import {
  deletesUnder,
  NO_WRITES,
  type LedgerProjection,
  type RowKey,
  type RowWrite
} from './projection.ts'

/** A sign, in its turn and where it stands. */
export interface PluginUseRow extends PluginEvidence {
  readonly turnId: string | null
  readonly atMs: number
  readonly segment: number
  readonly offset: number
  readonly bytes: number
}

/** The open turn, and which signs it showed already. */
interface PluginUseState {
  readonly turnId: string | null
  readonly shown: ReadonlyArray<string>
}

/** A turn that shows more different signs than this may repeat some. */
const SHOWN_MAX = 256

/** Keys of the signs of a thread begin with this. */
export const pluginUsePrefix = (table: string, streamId: string): RowKey => [table, streamId]

const keyOf = (turnId: string | null, { kind, localId, name, version, detail }: PluginEvidence) =>
  JSON.stringify([turnId, kind, localId ?? name, version, detail])

const rowsOf = (
  state: PluginUseState,
  event: SituatedEvent,
  found: ReadonlyArray<PluginEvidence>,
  table: string
): readonly [PluginUseState, ReadonlyArray<RowWrite>] => {
  const { streamId, revision, segment, offset, bytes, atMs } = event
  const turnId = event.namedTurnId ?? state.turnId
  const shown = new Set(state.shown)
  const writes: Array<RowWrite> = []
  for (const each of found) {
    const key = keyOf(turnId, each)
    if (shown.has(key)) continue
    if (shown.size < SHOWN_MAX) shown.add(key)
    const value: PluginUseRow = { ...each, turnId, atMs, segment, offset, bytes }
    writes.push({ key: [table, streamId, revision, writes.length], value })
  }
  return [{ ...state, shown: [...shown] }, writes]
}

/** The signs of plugins in use. */
export const pluginUse: LedgerProjection<PluginUseState> = {
  name: 'plugin-use',
  version: 2,
  needs: EVERY_LINE,
  initial: () => ({ turnId: null, shown: [] }),
  evolve: (before, event, { table }) => {
    const turnId = event.turn?.id ?? null
    const state = turnId === before.turnId ? before : { turnId, shown: [] }
    const found = evidenceIn(event.line)
    return found.length === 0 || event.origin === 'inherited'
      ? [state, NO_WRITES]
      : rowsOf(state, event, found, table)
  },
  forget: (streamId, { rows, table }) => deletesUnder(rows, pluginUsePrefix(table, streamId))
}
