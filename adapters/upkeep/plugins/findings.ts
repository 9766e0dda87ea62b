/**
 * What is not as it should be among the plugins of a home, each with what to type next.
 */
import {
  describeFault,
  FAULT_KIND,
  type PluginFault
} from '../../../domain/ledgers/plugins/fault.ts'
import { isRemoteMarketplace, sidesOf } from '../../../domain/ledgers/plugins/ids.ts'
import type { PluginScan, ScannedPlugin } from './scan.ts'
import type { Stray } from './tree.ts'

/** One thing that is wrong with the plugins of a home. */
export interface PluginFinding {
  /** Stable name, for programs. */
  readonly kind: string
  /** `name@marketplace`, or null for something that belongs to no plugin. */
  readonly pluginId: string | null
  readonly path: string | null
  readonly message: string
  /** The next command, or what to do by hand. */
  readonly next: string
}

const SYNC = 'unroll plugins sync FILE, with the list of the backend'

const uninstallOf = (id: string): string => `unroll plugins uninstall ${id}`
const installOf = (id: string): string => `unroll plugins install-local ${id} DIR`

const ofFault = (localId: string, fault: PluginFault): PluginFinding => {
  const isSidecar = fault._tag.startsWith('Sidecar') || fault._tag === 'BlankRemoteId'
  const path = 'path' in fault ? fault.path : null
  return {
    kind: FAULT_KIND[fault._tag],
    pluginId: localId,
    path,
    message: describeFault(fault),
    next: isSidecar ? SYNC : path === null ? installOf(localId) : `look at ${path}`
  }
}

const ofState = ({ localId, seen }: ScannedPlugin): ReadonlyArray<PluginFinding> => {
  const isRemote = isRemoteMarketplace(sidesOf(localId)?.marketplace ?? '')
  const { installed, enabled, activeVersion, versions, sidecar } = seen
  const found: Array<PluginFinding> = []
  const add = (kind: string, message: string, next: string): void =>
    void found.push({ kind, pluginId: localId, path: null, message, next })
  if (!installed && enabled === true)
    add('not_installed', 'it is enabled and not installed', uninstallOf(localId))
  if (!installed && enabled === null)
    add('no_version', 'its folder holds no version', uninstallOf(localId))
  if (installed && enabled === null && !isRemote) {
    const message = 'no table in config.toml names it, so that Codex takes it for not installed'
    add('not_configured', message, installOf(localId))
  }
  if (versions.length > 1) {
    const older = versions.filter((version) => version !== activeVersion).join(', ')
    const message = `besides ${activeVersion ?? ''} there are older versions: ${older}`
    add('several_versions', message, installOf(localId))
  }
  if (installed && sidecar === 'absent' && isRemote)
    add('remote_id_missing', 'the backend lists it, and it has no sidecar', SYNC)
  return found
}

const STRAYS: Readonly<Record<Stray['kind'], string>> = {
  symlink: 'it is a symbolic link, which is not followed',
  bad_name: 'its name is none of a marketplace, a plugin or a version',
  not_a_folder: 'it is no folder',
  leftover: 'an install was cut off, or is running',
  stray_sidecar: 'a sidecar under a name that no Codex reads'
}

const ofStray = ({ path, kind }: Stray): PluginFinding => ({
  kind,
  pluginId: null,
  path,
  message: STRAYS[kind],
  next: `look at ${path}, and delete it if nothing uses it`
})

/** Empty when all is well. */
export const pluginFindings = ({
  plugins,
  strays,
  configFault
}: PluginScan): ReadonlyArray<PluginFinding> => [
  ...(configFault === null ? [] : [{ ...ofFault('', configFault), pluginId: null }]),
  ...plugins.flatMap((plugin) => [
    ...plugin.faults.map((fault) => ofFault(plugin.localId, fault)),
    ...ofState(plugin)
  ]),
  ...strays.map(ofStray)
]
