/**
 * What clients ask an agent before they show a thread. There is no agent here, so the answers are the empty ones, in the shape
 * of each era: without them a client stalls or stops.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { ProfileName } from '../../../domain/profile.ts'
import { configInForce, providerIn, sessionDefaults } from '../../home/config.ts'
import {
  accountAuth,
  always,
  config,
  mcpRegistry,
  noKey,
  readsConfig,
  shared,
  type Key
} from '../connection/keys.ts'
import { EVERY_PROFILE, SINCE_142, SINCE_169, type Method, type Server } from '../method.ts'
import { UNVERIFIABLE } from '../wire/refusals.ts'
import {
  flag,
  list,
  option,
  struct,
  text,
  u32,
  unitValue,
  type Codec,
  type Fields
} from '../wire/serde.ts'
import { remoteControlStatus } from './initialize.ts'

type Values = Readonly<Record<string, unknown>>

interface Row {
  readonly name: string
  readonly profiles: ReadonlyArray<ProfileName>
  readonly experimental?: true
  /** Name and members of the parameters; without it there are none. */
  readonly params?: readonly [string, Fields]
  readonly key: () => Key | null
  readonly result: (server: Server, params: Values) => JsonObject
}

const courtesy = ({ params, experimental, result, ...row }: Row): Method<Values, object> => ({
  ...row,
  standing: 'courtesy',
  ...(experimental === true ? { experimental: row.profiles } : {}),
  ...(params === undefined ? { mayLackParams: true as const } : {}),
  params: () => (params === undefined ? unitValue : struct(...params)) as Codec<Values>,
  result: t.object,
  handler:
    (values, { server }) =>
    async () =>
      E.right({ result: result(server, values) })
})

const page = { cursor: option(text), limit: option(u32) }
const emptyPage = (): JsonObject => ({ data: [], nextCursor: null })
const onlySince169 = ({ profile }: Server, members: JsonObject): JsonObject =>
  profile === '0.169' ? members : {}

/** One entry per directory that was asked for; the server's own where none was. */
const perDirectory = ({ cwds }: Values, entry: (cwd: string) => JsonObject): JsonObject => {
  const named = (cwds ?? []) as ReadonlyArray<string>
  return { data: (named.length === 0 ? [process.cwd()] : named).map(entry) }
}
const cwds = option(list(text))
const remoteControlRead = always(shared('remote-control'))

/** What sessions begin with, as far as it is said here; the rest of a configuration is nobody's business. */
const shownConfig = (server: Server): JsonObject => {
  const config = configInForce(server)
  const { model, serviceTier } = sessionDefaults(config, server.home)
  return { model, model_provider: providerIn(config), service_tier: serviceTier }
}

/** How a turn may be run where turns are run at all, as every version tells it. */
const MODES: ReadonlyArray<JsonObject> = [
  { name: 'Plan', mode: 'plan', model: null, reasoning_effort: 'medium' },
  { name: 'Default', mode: 'default', model: null, reasoning_effort: null }
]

/** The rows. */
export const COURTESIES: ReadonlyArray<Method<Values, object>> = [
  courtesy({
    name: 'server/diagnostics',
    profiles: SINCE_169,
    experimental: true,
    params: ['ServerDiagnosticsParams', {}],
    key: noKey,
    result: () => ({
      process: {
        id: process.pid,
        residentMemoryBytes: process.memoryUsage.rss(),
        physicalFootprintBytes: null
      },
      gauges: []
    })
  }),
  courtesy({
    name: 'userVerification/status',
    profiles: SINCE_169,
    experimental: true,
    params: ['UserVerificationStatusParams', {}],
    key: accountAuth,
    result: () => ({
      credentialId: null,
      unavailableReason: 'providerUnavailable',
      unavailableMessage: UNVERIFIABLE
    })
  }),
  courtesy({
    name: 'project/list',
    profiles: SINCE_169,
    experimental: true,
    params: ['ProjectListParams', page],
    key: noKey,
    result: emptyPage
  }),
  courtesy({
    name: 'threadSection/list',
    profiles: SINCE_169,
    params: ['ThreadSectionListParams', page],
    key: noKey,
    result: emptyPage
  }),
  courtesy({
    name: 'skills/list',
    profiles: EVERY_PROFILE,
    params: ['SkillsListParams', { cwds, forceReload: option(flag) }],
    key: readsConfig,
    result: (_, params) => perDirectory(params, (cwd) => ({ cwd, skills: [], errors: [] }))
  }),
  courtesy({
    name: 'hooks/list',
    profiles: EVERY_PROFILE,
    params: ['HooksListParams', { cwds }],
    key: config,
    result: (_, params) =>
      perDirectory(params, (cwd) => ({ cwd, hooks: [], warnings: [], errors: [] }))
  }),
  courtesy({
    name: 'plugin/list',
    profiles: EVERY_PROFILE,
    params: ['PluginListParams', { cwds }],
    key: noKey,
    result: () => ({ marketplaces: [], marketplaceLoadErrors: [], featuredPluginIds: [] })
  }),
  courtesy({
    name: 'plugin/installed',
    profiles: SINCE_142,
    params: ['PluginInstalledParams', { cwds }],
    key: noKey,
    result: () => ({ marketplaces: [], marketplaceLoadErrors: [] })
  }),
  courtesy({
    name: 'app/list',
    profiles: EVERY_PROFILE,
    params: ['AppsListParams', page],
    key: noKey,
    result: emptyPage
  }),
  courtesy({
    name: 'app/installed',
    profiles: SINCE_169,
    params: ['AppsInstalledParams', {}],
    key: noKey,
    result: () => ({ apps: [] })
  }),
  courtesy({
    name: 'model/list',
    profiles: EVERY_PROFILE,
    params: ['ModelListParams', { ...page, includeHidden: option(flag) }],
    key: noKey,
    result: emptyPage
  }),
  courtesy({
    name: 'modelProvider/capabilities/read',
    profiles: EVERY_PROFILE,
    params: ['ModelProviderCapabilitiesReadParams', {}],
    key: noKey,
    result: ({ profile }) => ({
      ...(profile === '0.169' ? {} : { namespaceTools: false }),
      imageGeneration: false,
      webSearch: false
    })
  }),
  courtesy({
    name: 'experimentalFeature/list',
    profiles: EVERY_PROFILE,
    params: ['ExperimentalFeatureListParams', page],
    key: config,
    result: emptyPage
  }),
  courtesy({
    name: 'permissionProfile/list',
    profiles: SINCE_142,
    params: ['PermissionProfileListParams', { ...page, cwd: option(text) }],
    key: readsConfig,
    result: emptyPage
  }),
  courtesy({
    name: 'remoteControl/status/read',
    profiles: SINCE_142,
    experimental: true,
    key: remoteControlRead,
    result: remoteControlStatus
  }),
  courtesy({
    name: 'collaborationMode/list',
    profiles: EVERY_PROFILE,
    experimental: true,
    params: ['CollaborationModeListParams', {}],
    key: noKey,
    result: ({ turns }) => ({ data: turns === undefined ? [] : MODES })
  }),
  courtesy({
    name: 'mock/experimentalMethod',
    profiles: EVERY_PROFILE,
    experimental: true,
    params: ['MockExperimentalMethodParams', { value: option(text) }],
    key: noKey,
    result: (_, { value }) => ({ echoed: value as string | null })
  }),
  courtesy({
    name: 'config/mcpServer/reload',
    profiles: EVERY_PROFILE,
    key: mcpRegistry,
    result: () => ({})
  }),
  courtesy({
    name: 'mcpServerStatus/list',
    profiles: EVERY_PROFILE,
    params: [
      'ListMcpServerStatusParams',
      { ...page, detail: option(text), threadId: option(text) }
    ],
    key: mcpRegistry,
    result: emptyPage
  }),
  courtesy({
    name: 'windowsSandbox/readiness',
    profiles: EVERY_PROFILE,
    key: config,
    result: () => ({ status: 'notConfigured' })
  }),
  courtesy({
    name: 'account/bedrock/checkGovCloudRequirements',
    profiles: SINCE_169,
    experimental: true,
    params: ['BedrockCheckGovCloudRequirementsParams', {}],
    key: accountAuth,
    result: () => ({ isGovCloud: false, shouldWarn: false })
  }),
  courtesy({
    name: 'accountSession/list',
    profiles: SINCE_169,
    experimental: true,
    params: ['AccountSessionsListParams', {}],
    key: accountAuth,
    result: () => ({ activeSessionId: null, sessions: [] })
  }),
  courtesy({
    name: 'account/securitySetup/read',
    profiles: SINCE_169,
    key: accountAuth,
    result: () => ({ notice: null })
  }),
  courtesy({
    name: 'config/read',
    profiles: EVERY_PROFILE,
    params: ['ConfigReadParams', {}],
    key: readsConfig,
    result: (server) => ({ config: shownConfig(server), origins: {} })
  }),
  courtesy({
    name: 'configRequirements/read',
    profiles: EVERY_PROFILE,
    key: config,
    result: (server) => ({
      ...onlySince169(server, { supportsIndependentSpeedModes: true }),
      requirements: null
    })
  }),
  courtesy({
    name: 'account/read',
    profiles: EVERY_PROFILE,
    params: ['GetAccountParams', { refreshToken: option(flag) }],
    key: accountAuth,
    result: (server) => ({
      account: null,
      ...onlySince169(server, { userId: null }),
      requiresOpenaiAuth: false,
      ...onlySince169(server, { workspaceRouting: null })
    })
  }),
  courtesy({
    name: 'getAuthStatus',
    profiles: EVERY_PROFILE,
    params: ['GetAuthStatusParams', { includeToken: option(flag), refreshToken: option(flag) }],
    key: accountAuth,
    result: () => ({ authMethod: null, authToken: null, requiresOpenaiAuth: false })
  })
]
