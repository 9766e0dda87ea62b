/**
 * Configuration, plugins, MCP servers and the import of other agents' threads: all refused.
 */
import { config, memberKey, noKey, optionalThreadKey } from '../../connection/keys.ts'
import { EVERY_PROFILE, SINCE_142, SINCE_169 } from '../../method.ts'
import {
  noConfiguration,
  noImports,
  noMcpServers,
  noModel,
  noPlugins
} from '../../wire/refusals.ts'
import { absolutePath, anything, flag, items, text } from '../../wire/serde.ts'
import { of, ofLoaded, ofThread, rows, unit, type Refused } from './row.ts'

const mcpOauth = memberKey('mcp-oauth', 'name')

/** The rows. */
export const OF_CONFIGURATION: ReadonlyArray<Refused> = [
  ...rows(
    { eras: SINCE_142, why: noConfiguration, key: config },
    {
      'skills/extraRoots/set': of('SkillsExtraRootsSetParams', { extraRoots: items })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, why: noPlugins, key: config },
    {
      'marketplace/add': of('MarketplaceAddParams', { source: text }),
      'marketplace/remove': of('MarketplaceRemoveParams', { marketplaceName: text }),
      'marketplace/upgrade': of('MarketplaceUpgradeParams'),
      'plugin/skill/read': of('PluginSkillReadParams', {
        remoteMarketplaceName: text,
        remotePluginId: text,
        skillName: text
      }),
      'plugin/share/save': of('PluginShareSaveParams', { pluginPath: absolutePath }),
      'plugin/share/updateTargets': of('PluginShareUpdateTargetsParams', {
        remotePluginId: text,
        discoverability: anything,
        shareTargets: items
      }),
      'plugin/share/list': of('PluginShareListParams'),
      'plugin/share/delete': of('PluginShareDeleteParams', { remotePluginId: text }),
      'plugin/install': of('PluginInstallParams', { pluginName: text }),
      'plugin/uninstall': of('PluginUninstallParams', { pluginId: text })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, why: noPlugins, key: noKey },
    {
      'plugin/read': of('PluginReadParams', { pluginName: text })
    }
  ),
  ...rows(
    { eras: SINCE_169, experimental: true, why: noPlugins, key: config },
    {
      'plugin/search': of('PluginSearchParams', { searchTerm: text })
    }
  ),
  ...rows(
    { eras: SINCE_169, why: noPlugins, key: config },
    {
      'plugin/reconcile': of('PluginReconcileParams')
    }
  ),
  ...rows(
    { eras: SINCE_142, why: noPlugins, key: config },
    {
      'plugin/share/checkout': of('PluginShareCheckoutParams', { remotePluginId: text })
    }
  ),
  ...rows(
    { eras: SINCE_169, why: noPlugins, key: noKey },
    {
      'app/read': of('AppsReadParams', { appIds: items })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, why: noConfiguration, key: config },
    {
      'skills/config/write': of('SkillsConfigWriteParams', { enabled: flag }),
      'experimentalFeature/enablement/set': of('ExperimentalFeatureEnablementSetParams', {
        enablement: anything
      }),
      'config/value/write': of('ConfigValueWriteParams', {
        keyPath: text,
        value: anything,
        mergeStrategy: anything
      }),
      'config/batchWrite': of('ConfigBatchWriteParams', { edits: items })
    }
  ),
  ...rows(
    { eras: SINCE_169, why: noModel, key: noKey },
    {
      'modelProvider/list': of('ModelProviderListParams')
    }
  ),
  ...rows(
    { eras: SINCE_169, why: noConfiguration, key: config },
    {
      'modelProvider/config/write': of('ModelProviderConfigWriteParams', { settings: anything })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, why: noMcpServers, key: mcpOauth },
    {
      'mcpServer/oauth/login': of('McpServerOauthLoginParams', { name: text })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, why: noMcpServers, key: optionalThreadKey },
    {
      'mcpServer/resource/read': of('McpResourceReadParams', { server: text, uri: text }, [
        'threadId'
      ])
    }
  ),
  ...rows(
    { eras: SINCE_169, experimental: true, why: ofLoaded(noMcpServers), key: ofThread },
    {
      'mcpServer/event/stream/start': of('McpServerEventStreamStartParams', {
        threadId: text,
        server: text,
        subscriptionId: text,
        name: text,
        arguments: anything
      })
    }
  ),
  ...rows(
    { eras: SINCE_169, experimental: true, why: noMcpServers, key: noKey },
    {
      'mcpServer/event/stream/stop': of('McpServerEventStreamStopParams', { subscriptionId: text })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, why: ofLoaded(noMcpServers), key: ofThread },
    {
      'mcpServer/tool/call': of('McpServerToolCallParams', {
        threadId: text,
        server: text,
        tool: text
      })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, why: noImports, key: config },
    {
      'externalAgentConfig/detect': of('ExternalAgentConfigDetectParams'),
      'externalAgentConfig/import': of('ExternalAgentConfigImportParams', { migrationItems: items })
    }
  ),
  ...rows(
    { eras: SINCE_169, why: noImports, key: config },
    {
      'externalAgentConfig/import/recordHistory': of(
        'ExternalAgentConfigImportHistoryRecordParams',
        { providerId: text, itemTypeResults: items }
      )
    }
  ),
  ...rows(
    { eras: SINCE_142, why: noImports, key: config },
    {
      'externalAgentConfig/import/readHistories': unit
    }
  )
]
