/**
 * What clients ask about the host they talk to: the providers of models, and the sandbox of Windows.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { listedProviders, providerCapabilities } from '../../../domain/model-providers.ts'
import { configInForce, providerIn, sessionDefaults } from '../../home/config.ts'
import { internal } from '../wire/errors.ts'
import { absolutePath, oneOf, option, required } from '../wire/serde.ts'
import { answer, served } from './method.ts'

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

const SETUPS = { elevated: 'elevated', unelevated: 'legacy' } as const

export const windowsSandboxSetup = served(
  'WindowsSandboxSetupStartParams',
  { mode: required(oneOf('elevated', 'unelevated')), cwd: option(absolutePath) },
  t.type({ started: t.boolean }, 'WindowsSandboxSetupStartResponse'),
  async ({ mode }) => {
    const error =
      process.platform === 'win32'
        ? 'this server sets up no Windows sandbox'
        : `${SETUPS[mode]} Windows sandbox setup is only supported on Windows`
    const params = { mode, success: false, error }
    const told = { method: 'windowsSandbox/setupCompleted', to: 'requester', params } as const
    return E.right({ result: { started: true }, after: [told] })
  }
)
