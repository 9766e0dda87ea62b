/**
 * The sidecar `.codex-remote-plugin-install.json`: the remote id of an installed plugin, beside its versions.
 *
 * Shape:  {"schema_version": 1, "remote_plugin_id": "…"}, two spaces, one newline at the end.
 * Source: Codex 0.142.5 and 0.169; 0.130 has none. Bytes as those binaries write them.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isJsonObject, parsedJson } from '../../json.ts'
import type { PluginFault } from './fault.ts'
import { toRemoteId } from './ids.ts'

export const SIDECAR_FILE = '.codex-remote-plugin-install.json'

/** The name in an unreleased Codex; nobody reads it. */
export const STRAY_SIDECAR_FILE = '.remote-plugin.json'

/** A larger file is no sidecar. */
export const SIDECAR_BYTES_MAX = 4096

const SCHEMA_VERSION = 1
const BYTE_MAX = 255

const malformed = (reason: string): E.Either<PluginFault, never> =>
  E.left({ _tag: 'SidecarMalformed', reason })

const isByte = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= BYTE_MAX

/**
 * The remote id in a sidecar. Members that are not known are passed over; `SidecarUnsupported` for another schema,
 * `SidecarMalformed` for a text or type that is none of any schema, `BlankRemoteId` for an id of white space.
 */
export const parseSidecar = (text: string): E.Either<PluginFault, string> => {
  const value = parsedJson(text)
  if (value === undefined) return malformed('it is not JSON')
  if (!isJsonObject(value)) return malformed('it is no object')
  const { schema_version: version, remote_plugin_id: remoteId } = value
  if (!isByte(version)) return malformed('schema_version is not a number from 0 to 255')
  if (typeof remoteId !== 'string') return malformed('remote_plugin_id is no text')
  return version === SCHEMA_VERSION
    ? toRemoteId(remoteId)
    : E.left({ _tag: 'SidecarUnsupported', version })
}

/** A sidecar as Codex writes it; `SidecarTooLarge` for an id that no reader would take. */
export const printSidecar = (remoteId: string): E.Either<PluginFault, string> => {
  const id = toRemoteId(remoteId)
  if (E.isLeft(id)) return id
  const members = { schema_version: SCHEMA_VERSION, remote_plugin_id: id.right }
  const text = `${JSON.stringify(members, null, 2)}\n`
  const bytes = new TextEncoder().encode(text).length
  return bytes > SIDECAR_BYTES_MAX
    ? E.left({ _tag: 'SidecarTooLarge', bytes, bytesMax: SIDECAR_BYTES_MAX })
    : E.right(text)
}
