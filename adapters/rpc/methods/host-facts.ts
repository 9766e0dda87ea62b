/**
 * What clients ask about the host they talk to: the providers of models, where threads can run, and the sandbox of Windows.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { userInfo } from 'node:os'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { listedProviders, providerCapabilities } from '../../../domain/model-providers.ts'
import { configInForce, providerIn, sessionDefaults } from '../../home/config.ts'
import { LOCAL } from '../threads/environments.ts'
import { internal, invalidRequest } from '../wire/errors.ts'
import { absolutePath, oneOf, option, required, text, u64 } from '../wire/serde.ts'
import { answer, Empty, served } from './method.ts'

export const modelProviderCapabilities = served(
  'ModelProviderCapabilitiesReadParams',
  {},
  t.type({ imageGeneration: t.boolean, webSearch: t.boolean }, 'ModelProviderCapabilities'),
  async (_, { server }) => {
    const config = configInForce(server)
    const provider = providerIn(config)
    return sessionDefaults(config, server.home).knowsProvider(provider)
      ? E.right(answer(providerCapabilities(server.profile, provider)))
      : E.left(
          internal(
            `failed to resolve feature override precedence: Model provider \`${provider}\` not found`
          )
        )
  }
)

export const modelProviderList = served(
  'ModelProviderListParams',
  {},
  t.type({ data: t.array(t.UnknownRecord) }, 'ModelProviderListResponse'),
  async (_, { server }) => {
    const config = configInForce(server)
    const data = listedProviders(config)
    const defaultProviderId = providerIn(config)
    return E.right(answer({ data, defaultProviderId, canChangeDefault: true }))
  }
)

export const environmentAdd = served(
  'EnvironmentAddParams',
  { environmentId: required(text), execServerUrl: required(text), connectTimeoutMs: option(u64) },
  Empty,
  async ({ environmentId, execServerUrl }, { server }) =>
    E.map(() => answer({}))(
      server.live.environments.add(environmentId, execServerUrl, server.profile)
    )
)

const UNKNOWN = (environmentId: string): string => `unknown environment id \`${environmentId}\``
const UNCONNECTED = 'this server connects to no executor'

export const environmentStatus = served(
  'EnvironmentStatusParams',
  { environmentId: required(text) },
  t.intersection(
    [t.type({ status: t.string }), t.partial({ error: t.string })],
    'EnvironmentStatusResponse'
  ),
  async ({ environmentId }, { server }) => {
    if (environmentId === LOCAL) return E.right(answer({ status: 'ready' }))
    const isKnown = server.live.environments.ids().includes(environmentId)
    const error = isKnown ? UNCONNECTED : UNKNOWN(environmentId)
    return E.right(answer({ status: 'unknown', error }))
  }
)

/** The shell of the user this server runs as; `sh` where the system names none. */
const loginShell = (): { readonly name: string; readonly path: string } => {
  let path = '/bin/sh'
  try {
    path = userInfo().shell ?? path
  } catch {
    // A user without an entry in the list of users has no shell there either.
  }
  return { name: basename(path, '.exe'), path }
}

export const environmentInfo = served(
  'EnvironmentInfoParams',
  { environmentId: required(text) },
  t.type(
    { shell: t.type({ name: t.string, path: t.string }), cwd: t.string },
    'EnvironmentInfoResponse'
  ),
  async ({ environmentId }, { server }) => {
    if (environmentId === LOCAL)
      return E.right(answer({ shell: loginShell(), cwd: pathToFileURL(process.cwd()).href }))
    return server.live.environments.ids().includes(environmentId)
      ? E.left(internal(`failed to get info for environment \`${environmentId}\`: ${UNCONNECTED}`))
      : E.left(invalidRequest(UNKNOWN(environmentId)))
  }
)

const SETUPS = { elevated: 'elevated', unelevated: 'legacy' } as const

export const windowsSandboxSetup = served(
  'WindowsSandboxSetupStartParams',
  { mode: required(oneOf('elevated', 'unelevated')), cwd: option(absolutePath) },
  t.type({ started: t.boolean }, 'WindowsSandboxSetupStartResponse'),
  async ({ mode }, { server }) => {
    const error =
      (server.platform ?? process.platform) === 'win32'
        ? 'this server sets up no Windows sandbox'
        : `${SETUPS[mode]} Windows sandbox setup is only supported on Windows`
    const params = { mode, success: false, error }
    const told = { method: 'windowsSandbox/setupCompleted', to: 'requester', params } as const
    return E.right({ result: { started: true }, after: [told] })
  }
)
