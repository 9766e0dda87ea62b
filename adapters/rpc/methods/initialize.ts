/**
 * `initialize`: the handshake. It is answered without waiting for the index.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { hostname, release, type } from 'node:os'
import { v4 } from 'uuid'
import type { JsonObject } from '../../../domain/json.ts'
import { noKey } from '../connection/keys.ts'
import { invalidRequest } from '../wire/errors.ts'
import type { Notice } from '../wire/message.ts'
import { EVERY_PROFILE, type Method, type Server } from '../method.ts'
import { SPOKEN } from '../wire/spoken.ts'
import {
  defaulted,
  flag,
  list,
  option,
  required,
  struct,
  text,
  type ValueOf
} from '../wire/serde.ts'

const clientInfo = { name: required(text), title: option(text), version: required(text) }
const capabilities = {
  experimentalApi: defaulted(flag, false),
  requestAttestation: defaulted(flag, false),
  optOutNotificationMethods: option(list(text))
}
const fields = {
  clientInfo: required(struct('ClientInfo', clientInfo)),
  capabilities: option(struct('InitializeCapabilities', capabilities))
}
type Params = ValueOf<typeof fields>

const InitializeResponse = t.type(
  { userAgent: t.string, codexHome: t.string, platformFamily: t.string, platformOs: t.string },
  'InitializeResponse'
)

/** Bytes Codex takes in a header value: visible ASCII, space and tab. */
const HEADER_VALUE = /^[\t\x20-\x7e]*$/
const OS: Readonly<Record<string, string>> = { darwin: 'macos', win32: 'windows' }
const ARCH: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' }

const userAgent = (name: string, clientVersion: string, { profile, version }: Server): string => {
  const machine = `${type()} ${release()}; ${ARCH[process.arch] ?? process.arch}`
  return `${name}/${SPOKEN[profile]} (${machine}) unroll/${version} (${name}; ${clientVersion})`
}

const BYTES = 256

/** Says nothing and protects nothing, so it is not worth the time that `node:crypto` takes to load. */
const installationId = v4({ random: Uint8Array.from({ length: 16 }, () => Math.random() * BYTES) })

/** Nobody controls this server from afar. */
export const remoteControlStatus = ({ profile }: Server): JsonObject =>
  profile === '0.130'
    ? { status: 'disabled', environmentId: null }
    : { status: 'disabled', serverName: hostname(), installationId, environmentId: null }

/** What Codex tells every client right after the handshake. */
const remoteControl = (server: Server): Notice => ({
  method: 'remoteControl/status/changed',
  to: 'requester',
  params: remoteControlStatus(server)
})

/** The row of `initialize`. */
export const initialize: Method<Params, t.TypeOf<typeof InitializeResponse>> = {
  name: 'initialize',
  profiles: EVERY_PROFILE,
  params: () => struct('InitializeParams', fields),
  result: InitializeResponse,
  key: noKey,
  handler: (params, { server, session }) => {
    if (session.initialized) return async () => E.left(invalidRequest('Already initialized'))
    const { name, version } = params.clientInfo
    if (!HEADER_VALUE.test(name)) {
      const message = `Invalid clientInfo.name: '${name}'. Must be a valid HTTP header value.`
      return async () => E.left(invalidRequest(message))
    }
    session.initialized = true
    session.clientName = name
    session.experimentalApi = params.capabilities?.experimentalApi ?? false
    session.optedOut = new Set(params.capabilities?.optOutNotificationMethods ?? [])
    const result = {
      userAgent: userAgent(name, version, server),
      codexHome: server.home,
      platformFamily: process.platform === 'win32' ? 'windows' : 'unix',
      platformOs: OS[process.platform] ?? process.platform
    }
    return async () => E.right({ result, after: [remoteControl(server)] })
  }
}
