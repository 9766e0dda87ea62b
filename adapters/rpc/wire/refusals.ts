/**
 * What this server refuses because it only keeps threads: it runs no model and no commands, and has nothing else of an agent.
 */
import { CODE, invalidRequest, type RpcError } from './errors.ts'

const because =
  (what: string) =>
  (method: string): RpcError =>
    invalidRequest(`${method} ${what}`)

/** A method that needs a model. */
export const noModel = because('needs a model, and this server runs none')

/** Why a turn fails at once that a client began, and how a person goes on with a thread that is there. */
const unrun =
  (what: string) =>
  ({ id, draft }: { readonly id: string; readonly draft: object | null }): string =>
    `${what}; nothing was written. Go on in Codex itself: ${draft === null ? `codex resume ${id}` : 'codex'}`

/** Why nobody answers a message. */
export const noAnswer = unrun('This server runs no model, so nobody answers here')

/** Why a thread is not compacted. */
export const noCompaction = unrun('This server runs no model, so it cannot compact a thread')

/** Why nothing is reviewed. */
export const noReview = unrun('This server runs no model, so it cannot review')

/** Why a command of the user does not run. */
export const noShell = unrun('This server runs no commands')

/** A method that would start a process. */
export const noCommands = because('runs a command, and this server runs none')

/** A method that reads or writes files of the machine. */
export const noFiles = because('works on files, and this server only serves threads')

/** A method that sends something away. */
export const noUploads = because('collects logs for others, and this server gives none away')

/** A method about plugins, marketplaces or apps. */
export const noPlugins = because('needs plugins, and this server has none')

/** A method that an MCP server would answer. */
export const noMcpServers = because('needs an MCP server, and this server starts none')

/** A method about the configuration of an agent. */
export const noConfiguration = because(
  'concerns the configuration of an agent, and this server is none'
)

/** A method that imports what other agents left. */
export const noImports = because('imports from other agents, and this server does not')

/** A method that needs an account. */
export const noAccount = because('needs an account, and this server has none')

/** A method about what Codex keeps in its own database only. */
export const noDatabase = because("needs Codex's database, and this server does without")

/** A method about what Codex remembers across threads. */
export const noMemories = because('needs memories, and this server keeps none')

/** A method that would change rollouts that are there. */
export const noRewrites = because('rewrites rollouts, and this server never does')

/** The account that is missing, in Codex's words. */
export const notSignedIn = (purpose: string) => (): RpcError =>
  invalidRequest(`codex account authentication required ${purpose}`)

/** Nobody controls this server from afar, in Codex's words. */
export const noRemoteControl = (): RpcError =>
  invalidRequest('remote control requires ChatGPT authentication')

/** There is nothing to verify a user with, in Codex's words. */
export const noVerification = (): RpcError => ({
  code: CODE.internal,
  message: UNVERIFIABLE,
  data: { type: 'unavailable', reason: 'providerUnavailable' }
})

/** What Codex says where users cannot be verified. */
export const UNVERIFIABLE = 'User verification is not available in this build or account.'
