/**
 * What analytics say about a plugin, and how two wire contracts say it.
 *
 * Source: Codex up to 0.142.5 puts a remote id in the place of the local one (`plugin_id`); 0.169 keeps `plugin_id` for the
 *         local id, which may be null, and has `remote_plugin_id` beside it.
 */
import type { JsonObject } from '../../json.ts'
import type { AnalyticsPayload } from './envelope.ts'
import { shaped } from './shapes.ts'
import type { Contract } from './vocabulary.ts'
import { sidesOf } from '../plugins/ids.ts'

export interface CapabilitySummary {
  readonly hasSkills: boolean
  readonly mcpServerNames: ReadonlyArray<string>
  /** Without repetitions, in the order of the manifest. */
  readonly connectorIds: ReadonlyArray<string>
}

/** What events say about a plugin. */
export interface PluginTelemetryMetadata {
  /** `name@marketplace`; null when only the backend's id is known. */
  readonly localId: string | null
  readonly remoteId: string | null
  readonly hasSkills: boolean | null
  readonly mcpServerCount: number | null
  readonly mcpServerNames: ReadonlyArray<string> | null
  readonly connectorIds: ReadonlyArray<string> | null
}

/** The ids of a plugin and its capabilities, which are null without a summary. */
export const metadataOf = (
  localId: string | null,
  remoteId: string | null,
  capabilities: CapabilitySummary | null
): PluginTelemetryMetadata => ({
  localId,
  remoteId,
  hasSkills: capabilities?.hasSkills ?? null,
  mcpServerCount: capabilities?.mcpServerNames.length ?? null,
  mcpServerNames: capabilities?.mcpServerNames ?? null,
  connectorIds: capabilities?.connectorIds ?? null
})

/** The members that name a plugin: both ids since 0.169, one of them before. */
export const idMembers = (
  { localId, remoteId }: Pick<PluginTelemetryMetadata, 'localId' | 'remoteId'>,
  contract: Contract
): JsonObject =>
  contract === '0.169'
    ? { plugin_id: localId, remote_plugin_id: remoteId }
    : { plugin_id: remoteId ?? localId }

/** Members of plugin events; which of them an event has depends on its type and contract. */
export const pluginMembers = (
  metadata: PluginTelemetryMetadata,
  contract: Contract,
  productClientId: string | null
): JsonObject => {
  const sides = metadata.localId === null ? null : sidesOf(metadata.localId)
  return {
    ...idMembers(metadata, contract),
    plugin_name: sides?.name ?? null,
    marketplace_name: sides?.marketplace ?? null,
    has_skills: metadata.hasSkills,
    mcp_server_count: metadata.mcpServerCount,
    mcp_server_names: metadata.mcpServerNames,
    connector_ids: metadata.connectorIds,
    product_client_id: productClientId
  }
}

type PluginHappening =
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

const happeningMembers = (happening: PluginHappening): JsonObject => {
  switch (happening.kind) {
    case 'used':
      return {
        thread_id: happening.threadId,
        turn_id: happening.turnId,
        model_slug: happening.model
      }
    case 'install_failed':
      return {
        error_type: happening.errorType,
        source: happening.source,
        sub_error_type: happening.subErrorType
      }
    default:
      return {}
  }
}

/** The event of something that happened to a plugin, as it is posted; null where the contract has none. */
export const pluginEvent = (
  happening: PluginHappening,
  metadata: PluginTelemetryMetadata,
  contract: Contract,
  productClientId: string | null
): AnalyticsPayload | null => {
  const type = `codex_plugin_${happening.kind}` as const
  const params = shaped(type, contract, {
    ...pluginMembers(metadata, contract, productClientId),
    ...happeningMembers(happening)
  })
  return params === null ? null : { event_type: type, event_params: params }
}
