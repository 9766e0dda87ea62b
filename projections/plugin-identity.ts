/**
 * Read model `plugin-identity`: which plugins a home has and had, over the home log `observations`.
 *
 *   [plugin-identity, localId]               -> PluginIdentityRow
 *   [plugin-identity.history, localId, seq]  -> PluginHistoryRow   seq counts the changes of all plugins
 *
 * A plugin of which only the backend's id is known has '' for a local id.
 */
import type { Certainty } from '../domain/certainty.ts'
import { sidesOf } from '../domain/ledgers/plugins/ids.ts'
import {
  NOTHING_KNOWN,
  stepOf,
  type PluginChange,
  type PluginKnown
} from '../domain/ledgers/plugins/history.ts'
import {
  toPluginRecord,
  type ObservationSource,
  type PluginRecord,
  type PluginSeen
} from '../domain/ledgers/plugins/observed.ts'
import type { HomeLogModel, RowKey, RowWrite } from './projection.ts'

/** What is known of a plugin. */
export interface PluginIdentityRow {
  readonly localId: string
  readonly plugin: string
  readonly marketplace: string
  readonly seen: PluginSeen
  /** What the events of a capture add up to, whenever that was. */
  readonly told: PluginSeen
  /** Time of the first record and of the last one. */
  readonly firstSeenAt: string
  readonly lastSeenAt: string
}

/** One change. */
export interface PluginHistoryRow extends PluginChange {
  readonly seq: number
  readonly localId: string | null
  /**
   * Null for what only a capture tells: its events have no time.
   * @format date-time
   */
  readonly at: string | null
  /** `recorded`: it was observed. `inferred`: the events of a capture imply it. */
  readonly certainty: Certainty
  readonly source: ObservationSource
  /** The record that says so: its id, and where it stands in the log. */
  readonly evidence: { readonly id: string; readonly offset: number; readonly bytes: number }
}

const pluginKey = (table: string, localId: string): RowKey => [table, localId]
/** Keys of the changes of a plugin begin with this. */
export const pluginHistoryPrefix = (table: string, localId: string): RowKey => [
  `${table}.history`,
  localId
]

const rowOf = (
  { at, localId }: PluginRecord,
  { seen, told }: PluginKnown,
  before: PluginIdentityRow | undefined
): PluginIdentityRow => {
  const id = localId ?? ''
  const sides = sidesOf(id)
  return {
    localId: id,
    plugin: sides?.name ?? id,
    marketplace: sides?.marketplace ?? '',
    seen,
    told,
    firstSeenAt: before?.firstSeenAt ?? at,
    lastSeenAt: at
  }
}

/** Plugins and their changes. The state is the number of the next change. */
export const pluginIdentity: HomeLogModel<number> = {
  name: 'plugin-identity',
  version: 2,
  tables: ['', '.history'],
  initial: 0,
  evolve: (seq, { text, offset, bytes }, { rows, table }) => {
    const record = toPluginRecord(text)
    if (record === null) return [seq, []]
    const localId = record.localId ?? ''
    const key = pluginKey(table, localId)
    const before = rows.get(key) as PluginIdentityRow | undefined
    const step = stepOf(before ?? NOTHING_KNOWN, record)
    const isTold = record.source === 'analytics'
    const history = step.changes.map((change, i): RowWrite => {
      const value: PluginHistoryRow = {
        ...change,
        seq: seq + i,
        localId: record.localId,
        at: isTold ? null : record.at,
        certainty: isTold ? 'inferred' : 'recorded',
        source: record.source,
        evidence: { id: record.id, offset, bytes }
      }
      return { key: [...pluginHistoryPrefix(table, localId), seq + i], value }
    })
    const row: ReadonlyArray<RowWrite> =
      record.localId === null ? [] : [{ key, value: rowOf(record, step, before) }]
    return [seq + step.changes.length, [...row, ...history]]
  }
}
