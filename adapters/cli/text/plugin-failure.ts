/**
 * Failures of plugin commands, in the words of the command line.
 */
import { describeFault, FAULT_KIND, type PluginFault } from '../../../domain/plugins/fault.ts'
import type { CommandFailure } from './report.ts'

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
