/**
 * Which remote id a plugin has: the backend's list is final once it was loaded, the sidecar counts only before.
 *
 * Source: Codex 0.142 and later.
 */
import * as E from 'fp-ts/lib/Either.js'
import { describeFault, type PluginFault } from './fault.ts'

/** Remote ids by local id, as the backend last listed what is installed. */
export type InstalledSnapshot = ReadonlyMap<string, string>

export type RemoteIdSource = 'snapshot' | 'sidecar' | 'analytics' | 'given'

interface ResolvedRemoteId {
  readonly remoteId: string | null
  readonly source: RemoteIdSource | null
  /** Why a sidecar that is there was not used. */
  readonly warning: string | null
}

const NO_REMOTE_ID: ResolvedRemoteId = { remoteId: null, source: null, warning: null }

/**
 * The remote id of a plugin. A snapshot that was loaded is final, also when the plugin is not in it. Without one the sidecar
 * is read; when that fails there is a warning and no id.
 */
export const resolveRemoteId = (
  localId: string,
  snapshot: InstalledSnapshot | null,
  sidecar: () => E.Either<PluginFault, string | null>
): ResolvedRemoteId => {
  if (snapshot !== null) {
    const remoteId = snapshot.get(localId)
    return remoteId === undefined ? NO_REMOTE_ID : { remoteId, source: 'snapshot', warning: null }
  }
  const read = sidecar()
  if (E.isLeft(read)) return { ...NO_REMOTE_ID, warning: describeFault(read.left) }
  return read.right === null
    ? NO_REMOTE_ID
    : { remoteId: read.right, source: 'sidecar', warning: null }
}
