/**
 * unroll plugins list, verify, history, usage: what is known of plugins.
 */
import * as E from 'fp-ts/lib/Either.js'
import { describeFault, FAULT_KIND } from '../../../domain/plugins/fault.ts'
import type { PluginHistoryRow, PluginUse } from '../../../replay/ledgers/plugins.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { PluginFinding } from '../../plugins/findings.ts'
import { homePlugins } from '../../plugins/plugins.ts'
import type { PluginScan, ScannedPlugin } from '../../plugins/scan.ts'
import type { Input } from '../args.ts'
import type { Io } from '../io.ts'
import { answers } from '../session.ts'
import { pluginFailure } from '../text/plugin-failure.ts'
import { report, reportError } from '../text/report.ts'
import { painter, table, tsv, type Column } from '../text/style.ts'
import { localMinute, oneLine, safeJson } from '../text/text.ts'

type Cells = ReadonlyArray<string>

/** How rows of one kind are printed. */
interface Shown<A> {
  readonly json: (row: A) => unknown
  readonly fields: (row: A) => Cells
  readonly columns: ReadonlyArray<Column>
  /** Cells for people; the fields when absent. */
  readonly cells?: (row: A) => Cells
  readonly empty: string
}

const print = async <A>(
  rows: ReadonlyArray<A>,
  shown: Shown<A>,
  input: Input,
  io: Io
): Promise<void> => {
  if (input.json)
    await io.out(rows.map((row) => `${safeJson(JSON.stringify(shown.json(row)))}\n`).join(''))
  else if (!io.outIsTty) await io.out(tsv(rows.map(shown.fields)))
  else if (rows.length === 0) io.err(`${shown.empty}\n`)
  else {
    const cells = rows.map((row) => (shown.cells ?? shown.fields)(row).map(oneLine))
    await io.out(table(shown.columns, cells, io.columns, painter(input, io)))
  }
}

const enabledWord = (enabled: boolean | null): string =>
  enabled === null ? '-' : enabled ? 'yes' : 'no'

const PLUGINS: Shown<ScannedPlugin> = {
  json: ({ localId, seen, faults }) => ({
    localId,
    seen,
    faults: faults.map((fault) => ({
      kind: FAULT_KIND[fault._tag],
      message: describeFault(fault)
    }))
  }),
  fields: ({ localId, seen }) => [
    localId,
    seen.activeVersion ?? '',
    enabledWord(seen.enabled),
    seen.remoteId ?? '',
    seen.remoteIdSource ?? '',
    seen.sidecar,
    seen.versions.filter((version) => version !== seen.activeVersion).join(' ')
  ],
  columns: [
    { head: 'PLUGIN', max: 48 },
    { head: 'VERSION', max: 20 },
    { head: 'ENABLED', max: 7 },
    { head: 'REMOTE ID', max: 46, from: 100 },
    { head: 'FROM', max: 9, from: 120 },
    { head: 'SIDECAR', max: 14, from: 80 },
    { head: 'OTHER VERSIONS', max: 0, from: 140 }
  ],
  empty: 'no plugins'
}

const CHANGES: Shown<PluginHistoryRow> = {
  json: (row) => row,
  fields: (row) => [
    row.at ?? '',
    row.localId ?? '',
    row.change,
    row.from ?? '',
    row.to ?? '',
    row.source
  ],
  columns: [
    { head: 'TIME', max: 16 },
    { head: 'PLUGIN', max: 48 },
    { head: 'CHANGE', max: 18 },
    { head: 'FROM', max: 40 },
    { head: 'TO', max: 40 },
    { head: 'SOURCE', max: 0, from: 120 }
  ],
  cells: (row) => [
    row.at === null ? '-' : localMinute(Date.parse(row.at) / 1000),
    row.localId ?? '-',
    row.change,
    row.from ?? '-',
    row.to ?? '-',
    row.source
  ],
  empty: 'nothing was observed yet'
}

const isoOf = (atMs: number): string => (Number.isNaN(atMs) ? '' : new Date(atMs).toISOString())

const USES: Shown<PluginUse> = {
  json: (row) => row,
  fields: (row) => [
    row.localId ?? row.name,
    row.version ?? '',
    row.versionCertainty,
    row.kind,
    row.detail,
    row.threadId,
    row.turnId ?? '',
    isoOf(row.atMs)
  ],
  columns: [
    { head: 'PLUGIN', max: 40 },
    { head: 'VERSION', max: 16 },
    { head: 'SURE', max: 8, from: 120 },
    { head: 'KIND', max: 12 },
    { head: 'WHAT', max: 24 },
    { head: 'THREAD', max: 36 },
    { head: 'TURN', max: 36, from: 140 },
    { head: 'TIME', max: 0, from: 160 }
  ],
  empty: 'no thread used a plugin'
}

/** Findings are sentences, so people get two lines each. */
const printFindings = async (
  findings: ReadonlyArray<PluginFinding>,
  input: Input,
  io: Io
): Promise<void> => {
  if (input.json)
    await io.out(findings.map((each) => `${safeJson(JSON.stringify(each))}\n`).join(''))
  else if (!io.outIsTty)
    await io.out(
      tsv(
        findings.map(({ kind, pluginId, path, message, next }) => [
          kind,
          pluginId ?? '',
          path ?? '',
          message,
          next
        ])
      )
    )
  else
    for (const { pluginId, path, message, next } of findings)
      await io.out(`${oneLine(`${pluginId ?? path ?? ''}: ${message}`)}\n  ${oneLine(next)}\n`)
}

/** Prints the plugins of a home. */
export const printPlugins = (scan: PluginScan, input: Input, io: Io): Promise<void> =>
  print(scan.plugins, PLUGINS, input, io)

/** Checks the plugins of a home; 1 when something is not as it should be. */
export const verifyPlugins = async (home: string, input: Input, io: Io): Promise<number> => {
  const findings = homePlugins(home, undefined, answers(input).profile).findings()
  if (E.isLeft(findings)) return report(pluginFailure(findings.left), input.json, io)
  await printFindings(findings.right, input, io)
  return findings.right.length === 0 ? 0 : 1
}

/** Prints what changed. */
export const printHistory = async (engine: Engine, input: Input, io: Io): Promise<number> => {
  const rows = await engine.pluginHistory(input.args[1])()
  if (E.isLeft(rows)) return reportError(rows.left, input.json, io)
  await print(rows.right, CHANGES, input, io)
  return 0
}

/** Prints who used plugins. */
export const printUsage = async (engine: Engine, input: Input, io: Io): Promise<number> => {
  const [, plugin] = input.args
  const rows = await engine.pluginUse(plugin === undefined ? {} : { plugin })()
  if (E.isLeft(rows)) return reportError(rows.left, input.json, io)
  await print(rows.right, USES, input, io)
  return 0
}
