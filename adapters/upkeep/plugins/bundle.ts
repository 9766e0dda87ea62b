/**
 * A bundle on disk: an unpacked folder with a manifest.
 */
import * as E from 'fp-ts/lib/Either.js'
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parsedObject, type JsonObject } from '../../../domain/json.ts'
import type { PluginFault } from '../../../domain/ledgers/plugins/fault.ts'
import {
  connectorIds,
  manifestPaths,
  mcpServerNames,
  parseManifest,
  placeIn,
  type PluginManifest
} from '../../../domain/ledgers/plugins/manifest.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import type { CapabilitySummary } from '../../../domain/ledgers/analytics/plugin-events.ts'
import { statOf } from './tree.ts'

const MANIFEST_BYTES_MAX = 1024 * 1024

/** Text of a regular file of a bundle; null for anything else and for a file too large to be one. */
const textAt = (path: string): string | null => {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    return null
  }
  try {
    const stat = fstatSync(file)
    return stat.isFile() && stat.size <= MANIFEST_BYTES_MAX ? readFileSync(file, 'utf8') : null
  } catch {
    return null
  } finally {
    closeSync(file)
  }
}

/** A bundle's manifest and where it is in it. */
interface FoundManifest {
  readonly manifest: PluginManifest
  /** Relative to the bundle. */
  readonly path: string
}

/** The first manifest of a bundle, in the order of a version of Codex; `NoManifest` when there is none. */
export const readManifest = (
  bundle: string,
  profile: ProfileName
): E.Either<PluginFault, FoundManifest> => {
  for (const path of manifestPaths(profile)) {
    const text = textAt(join(bundle, path))
    if (text === null) continue
    return E.map((manifest: PluginManifest) => ({ manifest, path }))(
      parseManifest(text, join(bundle, path))
    )
  }
  return E.left({ _tag: 'NoManifest', path: bundle })
}

const objectAt = (path: string): JsonObject | null => {
  const text = textAt(path)
  return text === null ? null : parsedObject(text)
}

/** What a bundle provides, by its manifest and the files beside it. */
export const capabilitiesOf = (bundle: string, { members }: PluginManifest): CapabilitySummary => {
  const at = (member: string, usual: string) => join(bundle, placeIn(members, member, usual))
  const inline = members['mcpServers']
  const servers =
    typeof inline === 'object' && inline !== null
      ? ({ mcpServers: inline } as JsonObject)
      : objectAt(at('mcpServers', '.mcp.json'))
  return {
    hasSkills: statOf(at('skills', 'skills'))?.isDirectory() === true,
    mcpServerNames: mcpServerNames(servers),
    connectorIds: connectorIds(objectAt(at('apps', '.app.json')))
  }
}
