/**
 * What requests and their answers come to as facts for usage analytics.
 */
import type {
  Fact,
  OpenedThread,
  Runtime,
  TurnSettings
} from '../../../domain/ledgers/analytics/fact.ts'
import type {
  InitializationMode,
  SteerRefusal
} from '../../../domain/ledgers/analytics/vocabulary.ts'
import { isJsonObject, textIn, type Json, type JsonObject } from '../../../domain/json.ts'
import { PROFILES, type ProfileName } from '../../../domain/log/profile.ts'
import type { Live } from '../threads/live.ts'
import type { SessionSettings } from '../threads/settings.ts'
import { isWorktree, systemVersion } from './machine.ts'
import { remember, type ObserverMemory } from './seen.ts'

const SANDBOXES: Readonly<Record<string, NonNullable<TurnSettings['sandboxPolicy']>>> = {
  dangerFullAccess: 'full_access',
  externalSandbox: 'external_sandbox',
  readOnly: 'read_only',
  workspaceWrite: 'workspace_write'
}

const hasNetwork = ({ type, networkAccess }: JsonObject): boolean =>
  type === 'dangerFullAccess' || networkAccess === true || networkAccess === 'enabled'

const unlessNone = (value: string | null): string | null => (value === 'none' ? null : value)

/** The settings a turn begins with, in the words of the analytics; what the server does not know is null. */
export const turnSettings = (
  { sandbox, approvalPolicy, ...settings }: SessionSettings,
  turn: { readonly turnId: string; readonly isFirst: boolean; readonly ephemeral: boolean }
): TurnSettings => ({
  model: settings.model,
  modelProvider: settings.modelProvider,
  sandboxPolicy: SANDBOXES[textIn(sandbox['type'])] ?? null,
  sandboxNetworkAccess: hasNetwork(sandbox),
  reasoningEffort: settings.reasoningEffort,
  reasoningSummary: unlessNone(settings.reasoningSummary),
  serviceTier: settings.serviceTier,
  approvalPolicy: typeof approvalPolicy === 'string' ? approvalPolicy : 'granular',
  approvalsReviewer: settings.approvalsReviewer,
  collaborationMode: 'default',
  personality: unlessNone(settings.personality),
  workspaceKind: null,
  isFirstTurn: turn.isFirst,
  ephemeral: turn.ephemeral,
  rootTurnId: turn.turnId,
  turnTrigger: null,
  turnSource: null,
  multiAgentVersion: 'v1',
  guardianV2Enabled: false,
  activePluginIds: []
})

export type RpcTransport = 'stdio' | 'websocket'

/** A request as it began to be served. */
interface ObservedCall {
  readonly connectionId: string
  /** JSON text of its id. */
  readonly requestId: string
  readonly method: string
  readonly params: JsonObject
  readonly atMs: number
}

/** Makes facts of requests and of what became of them. */
interface RequestFacts {
  readonly asked: (request: ObservedCall) => ReadonlyArray<Fact>
  readonly answered: (
    request: ObservedCall,
    result: JsonObject,
    atMs: number
  ) => ReadonlyArray<Fact>
  readonly failed: (
    request: ObservedCall,
    refusal: SteerRefusal | null,
    atMs: number
  ) => ReadonlyArray<Fact>
}

const MODES: Readonly<Record<string, InitializationMode>> = {
  'thread/start': 'new',
  'thread/resume': 'resumed',
  'thread/fork': 'forked'
}
const TURNS: ReadonlySet<string> = new Set(['turn/start', 'turn/steer'])

/** The methods whose requests are looked at. */
export const OBSERVED: ReadonlySet<string> = new Set([
  'initialize',
  'turn/interrupt',
  ...Object.keys(MODES),
  ...TURNS
])

const SYSTEM: Readonly<Record<string, string>> = { darwin: 'macos', win32: 'windows' }
const ARCH: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' }

/** What runs here; its version is the one the server answers as. */
const runtimeOf = (profile: ProfileName): Runtime => ({
  version: PROFILES[profile].writesAs,
  os: SYSTEM[process.platform] ?? process.platform,
  osVersion: systemVersion(),
  arch: ARCH[process.arch] ?? process.arch
})

const connected = (
  connectionId: string,
  params: JsonObject,
  { transport, profile }: { readonly transport: RpcTransport; readonly profile: ProfileName },
  atMs: number
): Fact => {
  const info = isJsonObject(params['clientInfo']) ? params['clientInfo'] : {}
  const capabilities = params['capabilities']
  return {
    kind: 'connected',
    atMs,
    connectionId,
    client: {
      productClientId: textIn(info['name']),
      name: textIn(info['name']),
      version: textIn(info['version']),
      transport,
      experimentalApi: isJsonObject(capabilities) ? capabilities['experimentalApi'] === true : null
    },
    runtime: runtimeOf(profile)
  }
}

const imagesIn = (input: Json | undefined): number =>
  (Array.isArray(input) ? (input as ReadonlyArray<Json>) : []).filter(
    (part) => isJsonObject(part) && (part['type'] === 'image' || part['type'] === 'localImage')
  ).length

const orNull = (value: Json | undefined): string | null =>
  typeof value === 'string' ? value : null

/** `review`, `compact`, `thread_spawn` …: a word, or the only member of an object. */
const subagentSource = (source: Json | undefined): string | null => {
  const kind = isJsonObject(source) ? source['subAgent'] : undefined
  return isJsonObject(kind) ? (Object.keys(kind)[0] ?? null) : orNull(kind)
}

/** The thread that a start, resume or fork answered with; null when the answer shows none. */
const openedThread = (result: JsonObject, mode: InitializationMode): OpenedThread | null => {
  const thread = result['thread']
  if (!isJsonObject(thread)) return null
  const createdAt = thread['createdAt']
  return {
    threadId: textIn(thread['id']),
    sessionId: orNull(thread['sessionId']),
    model: orNull(result['model']),
    ephemeral: thread['ephemeral'] === true,
    isWorktree: isWorktree(textIn(result['cwd'])),
    threadSource: orNull(thread['threadSource']),
    subagentSource: subagentSource(thread['source']),
    parentThreadId: orNull(thread['parentThreadId']),
    forkedFromThreadId: orNull(thread['forkedFromId']),
    mode,
    createdAt: typeof createdAt === 'number' ? createdAt : 0
  }
}

const repositoryOf = (result: JsonObject): string | null => {
  const thread = result['thread']
  const git = isJsonObject(thread) ? thread['gitInfo'] : null
  return orNull(isJsonObject(git) ? git['originUrl'] : null)
}

/** What requests come to; it remembers the threads and turns they open. */
export const createRequestFacts = (
  parts: { readonly live: Live; readonly profile: ProfileName; readonly transport: RpcTransport },
  { threads, turns }: ObserverMemory
): RequestFacts => {
  const opened = ({ connectionId, method }: ObservedCall, result: JsonObject, atMs: number) => {
    const thread = openedThread(result, MODES[method] ?? 'new')
    if (thread === null) return []
    const { threadId, ephemeral, mode } = thread
    const isFresh = mode === 'new'
    remember(threads, threadId, { ephemeral, repositoryUrl: repositoryOf(result), isFresh })
    return [{ kind: 'thread_opened' as const, atMs, connectionId, thread }]
  }

  const begun = ({ params }: ObservedCall, turnId: string, atMs: number): ReadonlyArray<Fact> => {
    const threadId = textIn(params['threadId'])
    const known = threads.get(threadId)
    const isFirst = known?.isFresh === true
    remember(turns, turnId, { hasProfile: false })
    if (known !== undefined) threads.set(threadId, { ...known, isFresh: false })
    const loaded = parts.live.find(threadId)
    if (loaded === null) return []
    const turn = { turnId, isFirst, ephemeral: known?.ephemeral === true }
    const settings = turnSettings(loaded.settings, turn)
    const imageCount = imagesIn(params['input'])
    return [{ kind: 'turn_configured', atMs, threadId, turnId, settings, imageCount }]
  }

  return {
    asked: ({ connectionId, requestId, method, params, atMs }) => {
      const threadId = textIn(params['threadId'])
      const imageCount = imagesIn(params['input'])
      const asked = { connectionId, requestId, atMs, threadId, imageCount }
      if (method === 'turn/start') return [{ kind: 'turn_requested', ...asked }]
      // Codex refuses a steer that names no turn before it takes note of it.
      if (method !== 'turn/steer' || params['expectedTurnId'] === '') return []
      return [
        { kind: 'steer_requested', ...asked, expectedTurnId: orNull(params['expectedTurnId']) }
      ]
    },
    answered: (request, result, atMs) => {
      const { connectionId, requestId, method, params } = request
      const answered = { connectionId, requestId, atMs }
      switch (method) {
        case 'initialize':
          return [connected(connectionId, params, parts, atMs)]
        case 'turn/start': {
          const turnId = textIn(isJsonObject(result['turn']) ? result['turn']['id'] : null)
          return [{ kind: 'turn_accepted', ...answered, turnId }, ...begun(request, turnId, atMs)]
        }
        case 'turn/steer':
          return [{ kind: 'steer_accepted', ...answered, turnId: textIn(result['turnId']) }]
        case 'turn/interrupt': {
          const [threadId, turnId] = [textIn(params['threadId']), textIn(params['turnId'])]
          return turnId === ''
            ? []
            : [{ kind: 'interrupt_requested', atMs: request.atMs, threadId, turnId }]
        }
        default:
          return opened(request, result, atMs)
      }
    },
    failed: ({ connectionId, requestId, method }, refusal, atMs) =>
      TURNS.has(method) ? [{ kind: 'request_failed', connectionId, requestId, atMs, refusal }] : []
  }
}
