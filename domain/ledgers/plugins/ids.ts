/**
 * Plugin ids: `name@marketplace` here, an opaque text in the backend.
 *
 * Source: Codex's plugin ids, the same in 0.130, 0.142 and 0.169. Both sides are also folder names, so the rule is strict
 *         wherever a path follows from an id.
 */
import * as E from 'fp-ts/lib/Either.js'
import { trimmed } from '../../white-space.ts'
import type { PluginFault } from './fault.ts'

/** A local id, both sides of which can be folders. */
export interface PluginId {
  readonly name: string
  readonly marketplace: string
}

const SEGMENT = /^[A-Za-z0-9_-]+$/

/** True for a text that may be one side of an id. */
export const isSegment = (text: string): boolean => SEGMENT.test(text)

/** Reads `name@marketplace`, split at the last `@`; `BadPluginId` for anything else. */
export const parsePluginId = (text: string): E.Either<PluginFault, PluginId> => {
  const at = text.lastIndexOf('@')
  const [name, marketplace] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)]
  return at !== -1 && isSegment(name) && isSegment(marketplace)
    ? E.right({ name, marketplace })
    : E.left({ _tag: 'BadPluginId', text })
}

export const printPluginId = ({ name, marketplace }: PluginId): string => `${name}@${marketplace}`

/**
 * The sides of an id that others wrote, or null: they may have dots in them, as some forks of Codex allow. No path may
 * follow from it.
 */
export const sidesOf = (text: string): PluginId | null => {
  const at = text.lastIndexOf('@')
  return at > 0 && at < text.length - 1
    ? { name: text.slice(0, at), marketplace: text.slice(at + 1) }
    : null
}

/** A remote id: never parsed, never a path; `BlankRemoteId` when nothing is left of it. */
export const toRemoteId = (text: string): E.Either<PluginFault, string> => {
  const id = trimmed(text)
  return id === '' ? E.left({ _tag: 'BlankRemoteId' }) : E.right(id)
}

/**
 * The marketplaces a sync removes from. The backend lists no plugin under the last two workspace names, yet Codex 0.142.5 and 0.169
 * clear them too.
 */
export const REMOTE_MARKETPLACES = [
  'openai-curated-remote',
  'workspace-directory',
  'workspace-shared-with-me',
  'workspace-shared-with-me-private',
  'workspace-shared-with-me-unlisted',
  'created-by-me-remote'
] as const

/** True for a marketplace that the backend fills. */
export const isRemoteMarketplace = (marketplace: string): boolean =>
  REMOTE_MARKETPLACES.some((name) => name === marketplace)

/**
 * The marketplace of a plugin that the backend lists under a scope; null for a scope, or a workspace plugin's
 * discoverability, that is not known.
 */
export const marketplaceOf = (scope: string, discoverability: string | null): string | null => {
  if (scope === 'GLOBAL') return 'openai-curated-remote'
  if (scope === 'USER') return 'created-by-me-remote'
  if (scope !== 'WORKSPACE') return null
  switch (discoverability) {
    case 'LISTED':
      return 'workspace-directory'
    case 'PRIVATE':
    case 'UNLISTED':
      return 'workspace-shared-with-me'
    default:
      return null
  }
}
