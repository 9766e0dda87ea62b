/**
 * The plugin ledger, as it is asked: which plugins a home has and had, what changed when, and which threads used them.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Certainty } from '../../domain/certainty.ts'
import { NOTHING_KNOWN, stepOf } from '../../domain/ledgers/plugins/history.ts'
import {
  NOTHING_SEEN,
  sameContent,
  type ObservationSource,
  type PluginRecord,
  type PluginSeen,
  type PluginTold
} from '../../domain/ledgers/plugins/observed.ts'
import { TOOLS } from '../../projections/ledgers.ts'
import {
  pluginHistoryPrefix,
  pluginIdentity,
  type PluginHistoryRow,
  type PluginIdentityRow
} from '../../projections/plugin-identity.ts'
import { pluginUse, pluginUsePrefix, type PluginUseRow } from '../../projections/plugin-use.ts'
import type { Rows } from '../../projections/projection.ts'
import { notPossible } from '../../domain/errors.ts'
import { rowsOf } from '../catch-up/project.ts'
import { grouped } from '../../domain/grouped.ts'
import type { HomeLog } from '../home-ports.ts'
import { foldHomeLog, homeLogTable } from './home-log.ts'
import { ledgerOf, type Ledger, type LedgerParts } from './ledger.ts'
import type { Answer, Result } from '../result.ts'

export type { PluginHistoryRow, PluginIdentityRow } from '../../projections/plugin-identity.ts'

export interface Sighting {
  readonly localId: string
  readonly seen: PluginSeen
}

export interface Observations {
  readonly source: ObservationSource
  readonly sightings: ReadonlyArray<Sighting>
  /** True when a plugin that is missing from them was removed. */
  readonly complete: boolean
  /** What happened, whether or not it changed anything. */
  readonly told?: ReadonlyArray<
    Pick<PluginTold, 'localId' | 'remoteId' | 'news' | 'errorType' | 'threadId' | 'turnId'>
  >
  readonly actor?: string
}

/** A sign of a plugin in use, with the version in use where it is known. */
export interface PluginUse extends PluginUseRow {
  readonly threadId: string
  /** `recorded` or `derived` by the line itself, `inferred` from what was observed of the home, else `unknown`. */
  readonly versionCertainty: Certainty
}

export interface PluginUseRequest {
  readonly threadId?: string
  /** A local id, or a name. */
  readonly plugin?: string
}

export interface PluginLedger {
  /** What is known of every plugin, by id. */
  readonly plugins: () => Answer<ReadonlyArray<PluginIdentityRow>>
  readonly pluginHistory: (localId?: string) => Answer<ReadonlyArray<PluginHistoryRow>>
  /** Appends what is new among some observations to the home log, and answers with what changed. */
  readonly recordPlugins: (observations: Observations) => Answer<ReadonlyArray<PluginHistoryRow>>
  /** Signs of plugins in use, oldest first in each thread. Reads every rollout that is new since it was asked last. */
  readonly pluginUse: (request?: PluginUseRequest) => Answer<ReadonlyArray<PluginUse>>
}

const NO_LOG = notPossible('there is no home to keep observations in', 'open a home')

const TABLE = homeLogTable(pluginIdentity)

const identities = (rows: Rows): ReadonlyArray<PluginIdentityRow> =>
  rows.scan([TABLE], Infinity).map(([, row]) => row as PluginIdentityRow)

const historyIn = (rows: Rows, localId?: string): ReadonlyArray<PluginHistoryRow> => {
  const prefix = localId === undefined ? [`${TABLE}.history`] : pluginHistoryPrefix(TABLE, localId)
  return rows
    .scan(prefix, Infinity)
    .map(([, row]) => row as PluginHistoryRow)
    .toSorted((a, b) => a.seq - b.seq)
}

const newRecords = (
  log: HomeLog,
  known: ReadonlyArray<PluginIdentityRow>,
  { source, sightings, complete, told = [], actor = 'library' }: Observations
): ReadonlyArray<PluginRecord> => {
  const head = () => ({
    id: log.newId(),
    at: new Date(log.nowMs()).toISOString(),
    by: { ...log.process, actor }
  })
  const here = new Map(known.map((row) => [row.localId, row.seen]))
  const listed = new Set(sightings.map(({ localId }) => localId))
  const gone = complete ? [...here.keys()].filter((id) => id !== '' && !listed.has(id)) : []
  const all = [...sightings, ...gone.map((localId) => ({ localId, seen: NOTHING_SEEN }))]
  const observed = all.flatMap(({ localId, seen }): ReadonlyArray<PluginRecord> => {
    const record: PluginRecord = { record: 'plugin.observed', ...head(), localId, source, seen }
    const before = here.get(localId) ?? null
    const after = stepOf({ ...NOTHING_KNOWN, seen: before ?? NOTHING_SEEN }, record).seen
    const isNew = before === null ? !sameContent(after, NOTHING_SEEN) : !sameContent(after, before)
    return isNew ? [record] : []
  })
  return [
    ...told.map((news): PluginRecord => ({ record: 'plugin.told', ...head(), source, ...news })),
    ...observed
  ]
}

const record = async (
  parts: LedgerParts,
  log: HomeLog,
  observations: Observations
): Promise<Result<ReadonlyArray<PluginHistoryRow>>> => {
  const before = await foldHomeLog(parts.index, log, pluginIdentity)
  if (E.isLeft(before)) return before
  const known = historyIn(before.right).length
  for (const each of newRecords(log, identities(before.right), observations)) {
    const appended = await log.append(each, true)
    if (E.isLeft(appended)) return appended
  }
  const after = await foldHomeLog(parts.index, log, pluginIdentity)
  if (E.isLeft(after)) return after
  return E.right(historyIn(after.right).slice(known))
}

const versionAt = (history: ReadonlyArray<PluginHistoryRow>, atMs: number): string | null =>
  history.reduce<string | null>((version, { change, to, at }) => {
    if (at === null || Date.parse(at) > atMs) return version
    if (change === 'uninstalled') return null
    return change === 'installed' || change === 'version_changed' ? to : version
  }, null)

const withVersion = (
  row: PluginUseRow,
  threadId: string,
  history: ReadonlyMap<string, ReadonlyArray<PluginHistoryRow>>
): PluginUse => {
  if (row.version !== null) return { ...row, threadId, versionCertainty: row.certainty }
  const version = versionAt(history.get(row.localId ?? '') ?? [], row.atMs)
  return { ...row, threadId, version, versionCertainty: version === null ? 'unknown' : 'inferred' }
}

const isAsked = ({ localId, name }: PluginUseRow, plugin: string | undefined): boolean =>
  plugin === undefined || localId === plugin || name === plugin

const usesOf = async (
  ledger: Ledger,
  history: ReadonlyArray<PluginHistoryRow>,
  { threadId, plugin }: PluginUseRequest
): Promise<Result<ReadonlyArray<PluginUse>>> => {
  const caughtUp = await ledger.some(threadId)
  if (E.isLeft(caughtUp)) return caughtUp
  const byPlugin = grouped(history, ({ localId }) => localId ?? '')
  const table = ledger.table(pluginUse)
  const prefix = threadId === undefined ? [table] : pluginUsePrefix(table, threadId)
  return E.right(
    rowsOf(ledger.env.index)
      .scan(prefix, Infinity)
      .map(([key, row]) => withVersion(row as PluginUseRow, String(key[1]), byPlugin))
      .filter((row) => isAsked(row, plugin))
  )
}

interface PluginParts {
  readonly parts: LedgerParts
  readonly ledger: Ledger
  /** Absent where there is no home. */
  readonly log: HomeLog | undefined
}

export const open = (parts: LedgerParts): PluginParts => ({
  parts,
  ledger: ledgerOf(parts, TOOLS),
  log: parts.homeLogs?.('observations')
})

const observed = async ({ parts, log }: PluginParts): Promise<Result<Rows>> =>
  log === undefined ? E.left(NO_LOG) : foldHomeLog(parts.index, log, pluginIdentity)

export const knownPlugins = async (plugins: PluginParts) =>
  E.map(identities)(await observed(plugins))

export const pluginHistory = async (plugins: PluginParts, localId?: string) =>
  E.map((rows: Rows) => historyIn(rows, localId))(await observed(plugins))

export const recordPlugins = async (
  { parts, log }: PluginParts,
  observations: Observations
): Promise<Result<ReadonlyArray<PluginHistoryRow>>> =>
  log === undefined ? E.left(NO_LOG) : record(parts, log, observations)

export const pluginUses = async (plugins: PluginParts, request: PluginUseRequest = {}) => {
  const history = plugins.log === undefined ? E.right([]) : await pluginHistory(plugins)
  return E.isLeft(history) ? history : usesOf(plugins.ledger, history.right, request)
}
