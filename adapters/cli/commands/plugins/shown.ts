/**
 * unroll plugins list, verify, history, usage: what is known of plugins.
 */
import * as E from 'fp-ts/lib/Either.js'
import {
  describeFault,
  FAULT_KIND,
  type PluginFault
} from '../../../../domain/ledgers/plugins/fault.ts'
import type { Engine } from '../../../../replay/engine.ts'
import type { PluginHistoryRow, PluginUse } from '../../../../replay/ledgers/plugins.ts'
import type { PluginFinding } from '../../../upkeep/plugins/findings.ts'
import { homePlugins } from '../../../upkeep/plugins/plugins.ts'
import type { PluginScan, ScannedPlugin } from '../../../upkeep/plugins/scan.ts'
import type { Input } from '../../args.ts'
import { inDirection } from '../../options.ts'
import type { Io } from '../../io.ts'
import { shortCells } from '../../naming/threads.ts'
import { answers, type CommandEnd } from '../../session.ts'
import type { CommandFailure } from '../../text/report.ts'
import { formOf, printRows } from '../../text/row-form.ts'
import { column, timeColumn, type Columns } from '../../text/rows.ts'
import { isoMs, oneLine, wrap } from '../../text/text.ts'

/** Total, so that a new kind of fault does not compile until it has a code. */
const EXIT: Readonly<Record<PluginFault['_tag'], number>> = {
  BadPluginId: 2,
  BadVersion: 2,
  BlankRemoteId: 2,
  NotInstalled: 3,
  SidecarUnsupported: 4,
  SidecarMalformed: 4,
  SidecarTooLarge: 4,
  UnsafePath: 6,
  NoManifest: 3,
  BadManifest: 4,
  WrongName: 6,
  NoBundle: 3,
  BundleTooLarge: 6,
  BadSnapshot: 2,
  BadConfig: 6,
  PluginsBusy: 7,
  PluginIo: 5
}

const HINTS: Partial<Readonly<Record<PluginFault['_tag'], string>>> = {
  NotInstalled: 'see what is installed with "unroll plugins list"',
  NoManifest: 'name the folder that holds .codex-plugin/plugin.json',
  BadManifest: 'mend the manifest, or name the version with --release',
  WrongName: 'install it under the name of its manifest',
  BadSnapshot: 'docs/PLUGINS.md shows what a list looks like',
  BadConfig: 'edit the file by hand, then try again',
  UnsafePath: 'put a folder or a file in its place',
  PluginsBusy: 'try again in a moment',
  PluginIo: 'check that the path exists and may be used, and that the disk is not full'
}

/** A fault as the command line reports it. */
export const pluginFailure = (fault: PluginFault): CommandFailure => ({
  kind: FAULT_KIND[fault._tag],
  message: describeFault(fault),
  hint: HINTS[fault._tag] ?? 'see "unroll help plugins"',
  retryable: fault._tag === 'PluginsBusy',
  exit: EXIT[fault._tag]
})

const enabledWord = (enabled: boolean | null): string =>
  enabled === null ? '-' : enabled ? 'yes' : 'no'

const otherVersions = ({ seen }: ScannedPlugin): string =>
  seen.versions.filter((version) => version !== seen.activeVersion).join(' ')

export const PLUGINS: Columns<ScannedPlugin> = [
  column('localId', ({ localId }) => localId, { head: 'PLUGIN', flex: 16 }),
  column('version', ({ seen }) => seen.activeVersion ?? '', { head: 'VERSION', max: 20 }),
  column('enabled', ({ seen }) => enabledWord(seen.enabled), { head: 'ENABLED', drop: 1 }),
  column('remoteId', ({ seen }) => seen.remoteId ?? '', { head: 'REMOTE ID', max: 46, drop: 3 }),
  column('remoteIdSource', ({ seen }) => seen.remoteIdSource ?? '', {
    head: 'FROM',
    max: 9,
    drop: 4
  }),
  column('sidecar', ({ seen }) => seen.sidecar, { head: 'SIDECAR', max: 14, drop: 2 }),
  column('otherVersions', otherVersions, { head: 'OTHER VERSIONS', max: 30, drop: 5 })
]

const pluginJson = ({ localId, seen, faults }: ScannedPlugin): object => ({
  localId,
  seen,
  faults: faults.map((fault) => ({ kind: FAULT_KIND[fault._tag], message: describeFault(fault) }))
})

export const HISTORY: Columns<PluginHistoryRow> = [
  timeColumn(
    'at',
    ({ at }) => at,
    ({ at }) => (at === null ? null : Date.parse(at)),
    { head: 'TIME' }
  ),
  column('localId', ({ localId }) => localId, {
    head: 'PLUGIN',
    flex: 16,
    cell: ({ localId }) => localId ?? '-'
  }),
  column('change', ({ change }) => change, { head: 'CHANGE', max: 18 }),
  column('from', ({ from }) => from, {
    head: 'FROM',
    max: 40,
    drop: 1,
    cell: ({ from }) => from ?? '-'
  }),
  column('to', ({ to }) => to, { head: 'TO', max: 40, cell: ({ to }) => to ?? '-' }),
  column('source', ({ source }) => source, { head: 'SOURCE', max: 12, drop: 2 })
]

export const USES: Columns<PluginUse> = [
  column('localId', ({ localId, name }) => localId ?? name, { head: 'PLUGIN', flex: 16 }),
  column('version', ({ version }) => version, { head: 'VERSION', max: 16, drop: 2 }),
  column('versionCertainty', ({ versionCertainty }) => versionCertainty, {
    head: 'SURE',
    max: 8,
    drop: 6
  }),
  column('kind', ({ kind }) => kind, { head: 'KIND', max: 12, drop: 3 }),
  column('detail', ({ detail }) => detail, { head: 'WHAT', max: 24, drop: 1 }),
  column('threadId', ({ threadId }) => threadId, {
    head: 'THREAD',
    max: 36,
    cells: shortCells(({ threadId }) => threadId)
  }),
  column('turnId', ({ turnId }) => turnId, {
    head: 'TURN',
    max: 36,
    drop: 5,
    cells: shortCells(({ turnId }) => turnId)
  }),
  timeColumn(
    'at',
    ({ atMs }) => isoMs(atMs),
    ({ atMs }) => atMs,
    { head: 'TIME', drop: 4 }
  )
]

export const FINDINGS: Columns<PluginFinding> = [
  column('kind', ({ kind }) => kind),
  column('pluginId', ({ pluginId }) => pluginId),
  column('path', ({ path }) => path),
  column('message', ({ message }) => message),
  column('next', ({ next }) => next)
]

export const printPlugins = (scan: PluginScan, input: Input, io: Io): Promise<CommandEnd> =>
  printRows({ columns: PLUGINS, json: pluginJson, nothing: 'no plugins' }, scan.plugins, input, io)

/** Findings are sentences, so people get two lines each. */
const findingText = ({ pluginId, path, message, next }: PluginFinding, width: number): string =>
  `${wrap(oneLine(`${pluginId ?? path ?? ''}: ${message}`), 2, width)}\n  ${wrap(oneLine(next), 2, width)}\n`

/** Checks the plugins of a home; 1 when something is wrong. */
export const verifyPlugins = async (home: string, input: Input, io: Io): Promise<CommandEnd> => {
  const found = homePlugins(home, undefined, answers(input).profile).findings()
  if (E.isLeft(found)) return E.left(pluginFailure(found.left))
  const findings = found.right
  if (findings.length === 0 && formOf(input, io) === 'people') return 0
  const human = (all: typeof findings): string =>
    all.map((one) => findingText(one, io.columns)).join('')
  const listing = { columns: FINDINGS, human, nothing: 'no findings' }
  const printed = await printRows(listing, findings, input, io)
  if (E.isLeft(printed)) return printed
  return findings.length === 0 ? 0 : 1
}

export const printHistory = async (engine: Engine, input: Input, io: Io): Promise<CommandEnd> => {
  const rows = await engine.pluginHistory(input.args[1])()
  if (E.isLeft(rows)) return rows
  const ordered = inDirection(rows.right, input, 'asc')
  return printRows({ columns: HISTORY, nothing: 'no changes observed yet' }, ordered, input, io)
}

export const printUsage = async (engine: Engine, input: Input, io: Io): Promise<CommandEnd> => {
  const [, plugin] = input.args
  const rows = await engine.pluginUse(plugin === undefined ? {} : { plugin })()
  if (E.isLeft(rows)) return rows
  return printRows({ columns: USES, nothing: 'no thread used a plugin' }, rows.right, input, io)
}
