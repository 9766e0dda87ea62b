/**
 * What analytics say about a plugin, and how two wire contracts say it.
 *
 * Source: Codex up to 0.142.5 puts a remote id in the place of the local one (`plugin_id`); 0.169 keeps `plugin_id` for the
 *         local id, which may be null, and has `remote_plugin_id` beside it.
 */
import type { JsonObject } from '../json.ts'
import type { Contract, EventType } from '../analytics/vocabulary.ts'
import { sidesOf } from './ids.ts'

/** What a plugin brings along. */
export interface CapabilitySummary {
  readonly hasSkills: boolean
  readonly mcpServerNames: ReadonlyArray<string>
  /** Without repetitions, in the order of the manifest. */
  readonly connectorIds: ReadonlyArray<string>
}

/** What events say about a plugin. Only the plugins manager makes these. */
export interface PluginTelemetryMetadata {
  /** `name@marketplace`; null when only the backend's id is known. */
  readonly localId: string | null
  readonly remoteId: string | null
  readonly capabilities: CapabilitySummary | null
}

/** How a contract names a plugin. */
export type PluginIdsOnWire = 'remote_overrides' | 'side_by_side'

/** Which contract names plugins how. */
export const PLUGIN_IDS_ON_WIRE: Readonly<Record<Contract, PluginIdsOnWire>> = {
  '0.130': 'remote_overrides',
  '0.142': 'remote_overrides',
  '0.169': 'side_by_side'
}

/** The members that name a plugin. */
export const idMembers = (
  { localId, remoteId }: PluginTelemetryMetadata,
  contract: Contract
): JsonObject =>
  PLUGIN_IDS_ON_WIRE[contract] === 'remote_overrides'
    ? { plugin_id: remoteId ?? localId }
    : { plugin_id: localId, remote_plugin_id: remoteId }

/** Members of every plugin event, in the order of the wire. */
export const pluginMembers = (
  metadata: PluginTelemetryMetadata,
  contract: Contract,
  productClientId: string | null
): JsonObject => {
  const { localId, capabilities } = metadata
  const sides = localId === null ? null : sidesOf(localId)
  return {
    ...idMembers(metadata, contract),
    plugin_name: sides?.name ?? null,
    marketplace_name: sides?.marketplace ?? null,
    has_skills: capabilities?.hasSkills ?? null,
    mcp_server_count: capabilities?.mcpServerNames.length ?? null,
    connector_ids: capabilities?.connectorIds ?? null,
    product_client_id: productClientId
  }
}

/** What happened to a plugin. */
export type PluginHappening =
  | { readonly kind: 'installed' | 'uninstalled' | 'enabled' | 'disabled' }
  | {
      readonly kind: 'used'
      readonly threadId: string
      readonly turnId: string
      readonly model: string | null
    }
  | {
      readonly kind: 'install_failed'
      readonly errorType: string
      readonly source: string | null
      readonly subErrorType: string | null
    }

/** A plugin event as it is posted. */
export interface PluginEvent {
  readonly event_type: EventType
  readonly event_params: JsonObject
}

/** Event of something that happened to a plugin; null where the contract has none. */
export const pluginEvent = (
  happening: PluginHappening,
  metadata: PluginTelemetryMetadata,
  contract: Contract,
  productClientId: string | null
): PluginEvent | null => {
  const members = pluginMembers(metadata, contract, productClientId)
  const event = (more: JsonObject): PluginEvent => ({
    event_type: `codex_plugin_${happening.kind}`,
    event_params: { ...members, ...more }
  })
  if (happening.kind === 'used') {
    const { threadId, turnId, model } = happening
    const names = metadata.capabilities?.mcpServerNames ?? null
    return event({
      ...(contract === '0.130' ? {} : { mcp_server_names: names }),
      thread_id: threadId,
      turn_id: turnId,
      model_slug: model
    })
  }
  if (happening.kind !== 'install_failed') return event({})
  if (contract === '0.130') return null
  const { errorType, source, subErrorType } = happening
  const late = contract === '0.169' ? { source, sub_error_type: subErrorType } : {}
  return event({ error_type: errorType, ...late })
}
