/**
 * `initialize`: the handshake. It is answered without waiting for the index.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { hostname, release, type } from 'node:os'
import { behavioursOf } from '../../../domain/clients.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { PROFILES } from '../../../domain/log/profile.ts'
import type { Server } from '../threads/server.ts'
import { invalidRequest } from '../wire/errors.ts'
import { defaulted, flag, list, option, required, struct, text } from '../wire/serde.ts'
import { served } from './method.ts'

const clientInfo = { name: required(text), title: option(text), version: required(text) }
const capabilities = {
  experimentalApi: defaulted(flag, false),
  requestAttestation: defaulted(flag, false),
  optOutNotificationMethods: option(list(text))
}

/** Bytes Codex takes in a header value: visible ASCII, space and tab. */
const HEADER_VALUE = /^[\t\x20-\x7e]*$/
const OS: Readonly<Record<string, string>> = { darwin: 'macos', win32: 'windows' }
const ARCH: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' }

/** Newer clients warn of a server that calls itself older than they are, so it has the version of its era. */
const userAgent = (name: string, clientVersion: string, { profile, version }: Server): string => {
  const machine = `${type()} ${release()}; ${ARCH[process.arch] ?? process.arch}`
  const codex = PROFILES[profile].writesAs
  return `${name}/${codex} (${machine}) codex-unroll/${version} (${name}; ${clientVersion})`
}

/** Nobody controls this server from afar. */
export const remoteControlStatus = ({ profile, installationId }: Server): JsonObject =>
  profile === '0.130'
    ? { status: 'disabled', environmentId: null }
    : { status: 'disabled', serverName: hostname(), installationId, environmentId: null }

/** The handshake; Codex sends every client the state of remote control right after it. */
export const initialize = served(
  'InitializeParams',
  {
    clientInfo: required(struct('ClientInfo', clientInfo)),
    capabilities: option(struct('InitializeCapabilities', capabilities))
  },
  t.type(
    { userAgent: t.string, codexHome: t.string, platformFamily: t.string, platformOs: t.string },
    'InitializeResponse'
  ),
  async (params, { server, session }) => {
    if (session.initialized) return E.left(invalidRequest('Already initialized'))
    const { name, version } = params.clientInfo
    if (!HEADER_VALUE.test(name))
      return E.left(
        invalidRequest(`Invalid clientInfo.name: '${name}'. Must be a valid HTTP header value.`)
      )
    session.initialized = true
    session.clientName = name
    session.behaviours = behavioursOf(params.clientInfo, server.profile)
    session.requestAttestation = params.capabilities?.requestAttestation ?? false
    session.experimentalApi = params.capabilities?.experimentalApi ?? false
    session.optedOut = new Set(params.capabilities?.optOutNotificationMethods ?? [])
    const { platform = process.platform } = server
    const result = {
      userAgent: userAgent(name, version, server),
      codexHome: server.home,
      platformFamily: platform === 'win32' ? 'windows' : 'unix',
      platformOs: OS[platform] ?? platform
    }
    const after = {
      method: 'remoteControl/status/changed',
      to: 'requester',
      params: remoteControlStatus(server)
    } as const
    return E.right({ result, after: [after] })
  }
)
