/**
 * What methods are answered that this server does not serve. It only keeps threads: it runs no model and no commands, and has
 * nothing else of an agent. Such a method is known, its parameters are read and its gate is kept; then it is refused, or answered
 * with the empty answer of its era where clients would stall or stop without one.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { JsonObject } from '../../../domain/json.ts'
import { configInForce, providerIn, sessionDefaults } from '../../home/config.ts'
import type { RpcCall, Server } from '../threads/server.ts'
import { NO_PROGRAM } from '../threads/processes.ts'
import { loadedThread } from '../threads/threads.ts'
import { CODE, internal, invalidRequest, type RpcError } from '../wire/errors.ts'
import { remoteControlStatus } from './initialize.ts'

/** Parameters as far as they are looked at. */
export type Values = Readonly<Record<string, unknown>>

type Refuse = (method: string, params: Values) => RpcError

const UNVERIFIABLE = 'User verification is not available in this build or account.'

/** Refusals in our words. */
const LACKING: Readonly<Record<string, string>> = {
  'no-model': 'needs a model, and this server runs none',
  'no-commands': 'runs a command, and this server runs none',
  'no-files': 'works on files, and this server only serves threads',
  'no-uploads': 'collects logs for others, and this server gives none away',
  'no-plugins': 'needs plugins, and this server has none',
  'no-mcp-servers': 'needs an MCP server, and this server starts none',
  'no-configuration': 'concerns the configuration of an agent, and this server is none',
  'no-account': 'needs an account, and this server has none',
  'no-database': "needs Codex's database, and this server does without",
  'no-memories': 'needs memories, and this server keeps none',
  'no-rewrites': 'rewrites rollouts, and this server never does'
}

/** What an account is needed for, in Codex's words. */
const SIGNED_IN: Readonly<Record<string, string>> = {
  'account/rateLimits/read': 'to read rate limits',
  'account/rateLimitResetCredit/consume': 'for rate limit reset credits',
  'account/usage/read': 'to read token usage',
  'account/workspaceMessages/read': 'to read workspace messages',
  'account/sendAddCreditsNudgeEmail': 'to notify workspace owner'
}

const noSuch =
  (what: string, member: string): Refuse =>
  (_, params) => ({
    code: CODE.invalidParams,
    message: `${what} not found: ${String(params[member])}`
  })

/** Refusals in Codex's words. */
const CODEX: Readonly<Record<string, Refuse>> = {
  'sign-in': (method) =>
    invalidRequest(`codex account authentication required ${SIGNED_IN[method] ?? ''}`),
  'no-remote-control': () => invalidRequest('remote control requires ChatGPT authentication'),
  'no-verification': () => ({
    code: CODE.internal,
    message: UNVERIFIABLE,
    data: { type: 'unavailable', reason: 'providerUnavailable' }
  }),
  'not-implemented': (method) => ({
    code: CODE.unsupported,
    message: `${method} is not implemented yet`
  }),
  'no-voice': (_, { threadId }) =>
    invalidRequest(`thread ${String(threadId)} does not support realtime conversation`),
  'no-such-command': (_, { processId }) => NO_PROGRAM.command(processId),
  'no-such-process': (_, { processHandle }) => NO_PROGRAM.process(processHandle),
  'no-such-search': (_, { sessionId }) =>
    invalidRequest(`fuzzy file search session not found: ${String(sessionId)}`),
  'no-such-project': noSuch('project', 'projectId'),
  'no-such-section': noSuch('thread section', 'sectionId')
}

const EMPTY_PAGE: JsonObject = { data: [], nextCursor: null }

const since169 = ({ profile }: Server, members: JsonObject): JsonObject =>
  profile === '0.169' ? members : {}

/** One entry per directory that was asked for; the server's own where none was. */
const perDirectory = ({ cwds }: Values, entry: (cwd: string) => JsonObject): JsonObject => {
  const named = (cwds ?? []) as ReadonlyArray<string>
  return { data: (named.length === 0 ? [process.cwd()] : named).map(entry) }
}

/** How a turn may be run where turns are run at all, as every version lists it. */
const MODES: ReadonlyArray<JsonObject> = [
  { name: 'Plan', mode: 'plan', model: null, reasoning_effort: 'medium' },
  { name: 'Default', mode: 'default', model: null, reasoning_effort: null }
]

type Courtesy = (server: Server, params: Values) => JsonObject

/** Answers that several methods share. */
const SHARED: Readonly<Record<string, JsonObject>> = { empty: {}, 'empty-page': EMPTY_PAGE }

/** Answers of one method each. */
const OWN: Readonly<Record<string, Courtesy>> = {
  'server/diagnostics': () => ({
    process: {
      id: process.pid,
      residentMemoryBytes: process.memoryUsage.rss(),
      physicalFootprintBytes: null
    },
    gauges: []
  }),
  'userVerification/status': () => ({
    credentialId: null,
    unavailableReason: 'providerUnavailable',
    unavailableMessage: UNVERIFIABLE
  }),
  'hooks/list': (_, params) =>
    perDirectory(params, (cwd) => ({ cwd, hooks: [], warnings: [], errors: [] })),
  'plugin/list': () => ({ marketplaces: [], marketplaceLoadErrors: [], featuredPluginIds: [] }),
  'plugin/installed': () => ({ marketplaces: [], marketplaceLoadErrors: [] }),
  'app/installed': () => ({ apps: [] }),
  'remoteControl/status/read': remoteControlStatus,
  'collaborationMode/list': ({ turns }) => ({ data: turns === undefined ? [] : MODES }),
  'mock/experimentalMethod': (_, { value }) => ({ echoed: value as string | null }),
  'windowsSandbox/readiness': () => ({ status: 'notConfigured' }),
  'account/bedrock/checkGovCloudRequirements': () => ({ isGovCloud: false, shouldWarn: false }),
  'accountSession/list': () => ({ activeSessionId: null, sessions: [] }),
  'account/securitySetup/read': () => ({ notice: null }),
  // What sessions begin with, as far as it is said here; the rest of a configuration is nobody's business.
  'config/read': (server) => {
    const config = configInForce(server)
    const { model, serviceTier } = sessionDefaults(config, server.home)
    const shown = { model, model_provider: providerIn(config), service_tier: serviceTier }
    return { config: shown, origins: {} }
  },
  'configRequirements/read': (server) => ({
    ...since169(server, { supportsIndependentSpeedModes: true }),
    requirements: null
  }),
  'account/read': (server) => ({
    account: null,
    ...since169(server, { userId: null }),
    requiresOpenaiAuth: false,
    ...since169(server, { workspaceRouting: null })
  }),
  getAuthStatus: () => ({ authMethod: null, authToken: null, requiresOpenaiAuth: false })
}

/** What a method is answered; the call tells which server, and which threads are loaded. */
type UnservedReply = (
  method: string,
  params: Values,
  call: RpcCall
) => E.Either<RpcError, JsonObject>

/** Counts the questions of a thread that wait for a person; nothing runs that they could hold up. */
const elicitation =
  (step: 1 | -1): UnservedReply =>
  (_, { threadId }, call) => {
    const live = loadedThread(call, String(threadId))
    if (E.isLeft(live)) return live
    const count = call.server.live.elicit(live.right.id, step)
    return count === null
      ? E.left(invalidRequest('out-of-band elicitation count is already zero'))
      : E.right({ count, paused: count > 0 })
  }

const OWN_OF_LOADED: Readonly<Record<string, UnservedReply>> = {
  'thread/increment_elicitation': elicitation(1),
  'thread/decrement_elicitation': elicitation(-1),
  // Codex looks for the rollout of a thread whose queue is asked for.
  'thread/queue/list': (_, { threadId }, call) =>
    E.bimap(
      () =>
        internal(
          `failed to read thread: invalid thread-store request: no rollout found for thread id ${String(threadId)}`
        ),
      () => EMPTY_PAGE
    )(loadedThread(call, String(threadId)))
}

/** True for a word of the table that stands for a refusal. */
export const isRefusal = (word: string): boolean => word in LACKING || word in CODEX

/** The reply that a word of the table stands for; undefined when it stands for none. */
export const replyOf = (word: string, method: string): UnservedReply | undefined => {
  const lacking = LACKING[word]
  if (lacking !== undefined) return () => E.left(invalidRequest(`${method} ${lacking}`))
  const refuse = CODEX[word]
  if (refuse !== undefined) return (_, params) => E.left(refuse(method, params))
  const shared = SHARED[word]
  if (shared !== undefined) return () => E.right(shared)
  if (word !== 'own') return undefined
  const own = OWN[method]
  if (own === undefined) return OWN_OF_LOADED[method]
  return (_, params, { server }) => E.right(own(server, params))
}

/** Refuses a thread that is not loaded in the usual words before it replies. */
export const ifLoaded =
  (reply: UnservedReply): UnservedReply =>
  (method, params, call) => {
    const live = loadedThread(call, String(params['threadId']))
    return E.isLeft(live) ? live : reply(method, params, call)
  }
