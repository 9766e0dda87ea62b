/**
 * `getConversationSummary`: the head of one thread, by id or by path of its rollout. Older than the rest of the
 * protocol: times are RFC 3339 with milliseconds and two members are spelled as the files spell them.
 *
 * A path is only a way to name a thread of this home: nothing else is ever opened.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { StoreError } from '../../../domain/errors.ts'
import type { GitInfo, Thread } from '../../../domain/protocol.ts'
import type { Engine, ThreadSummary } from '../../../replay/engine.ts'
import { noKey } from '../connection/keys.ts'
import {
  internal,
  invalidRequest,
  ofStoreError,
  unreadableReason,
  type RpcError
} from '../wire/errors.ts'
import { ask, EVERY_PROFILE, type Answer, type Call, type Method } from '../method.ts'
import { rolloutOf } from '../threads/rollout-path.ts'
import { required, struct, text, untagged, uuid, type ValueOf } from '../wire/serde.ts'

const byPath = { rolloutPath: required(text) }
const byId = { conversationId: required(uuid) }
type Params = ValueOf<typeof byPath> | ValueOf<typeof byId>

const nullable = <C extends t.Mixed>(codec: C) => t.union([codec, t.null])

const LegacyGitInfo = t.type(
  { sha: nullable(t.string), branch: nullable(t.string), origin_url: nullable(t.string) },
  'LegacyGitInfo'
)

const ConversationSummary = t.type(
  {
    conversationId: t.string,
    path: t.string,
    preview: t.string,
    timestamp: nullable(t.string),
    updatedAt: nullable(t.string),
    modelProvider: t.string,
    cwd: t.string,
    cliVersion: t.string,
    source: t.unknown,
    gitInfo: nullable(LegacyGitInfo)
  },
  'ConversationSummary'
)
const Response = t.type({ summary: ConversationSummary }, 'GetConversationSummaryResponse')
type Response = t.TypeOf<typeof Response>

const legacyGit = (git: GitInfo | null): t.TypeOf<typeof LegacyGitInfo> | null =>
  git === null ? null : { sha: git.sha, branch: git.branch, origin_url: git.originUrl }

const summaryOf = (
  thread: Thread,
  { source, cwd, createdAtMs, updatedAtMs }: ThreadSummary
): Response => ({
  summary: {
    conversationId: thread.id,
    path: thread.path,
    preview: thread.preview,
    timestamp: new Date(createdAtMs).toISOString(),
    updatedAt: new Date(updatedAtMs).toISOString(),
    modelProvider: thread.modelProvider,
    cwd,
    cliVersion: thread.cliVersion,
    source,
    gitInfo: legacyGit(thread.gitInfo)
  }
})

const summarize =
  (threadId: string, path: string | null) =>
  (engine: Engine): TE.TaskEither<StoreError, Answer<Response>> =>
  async () => {
    // By path Codex looks at the file alone, and not at its database.
    const read = await engine.summarize(threadId, path === null ? 'head' : 'file')()
    if (E.isLeft(read)) return read
    const summary = read.right
    const thread = path === null ? summary.thread : { ...summary.thread, path }
    return E.right({ result: summaryOf(thread, summary) })
  }

const words =
  (which: string) =>
  (e: StoreError): RpcError => {
    if (e._tag === 'StreamNotFound')
      return invalidRequest(`no rollout found for conversation id ${e.streamId}`)
    if (e._tag !== 'UnreadableRollout') return ofStoreError(e)
    return internal(`failed to load conversation summary ${which}: ${unreadableReason(e)}`)
  }

const summaryById = (threadId: string, call: Call): Promise<E.Either<RpcError, Answer<Response>>> =>
  ask(call, summarize(threadId, null), words(`for ${threadId}`))

/** A path makes Codex read the file itself, so that a file without a head is refused. */
const refusesFile =
  (threadId: string) =>
  (engine: Engine): TE.TaskEither<StoreError, null> =>
  async () => {
    const page = await engine.listTurns(threadId, { limit: 1, itemsView: 'notLoaded' })()
    const headless =
      E.isLeft(page) && page.left._tag === 'UnreadableRollout' && page.left.reason !== 'not_utf8'
    return headless ? page : E.right(null)
  }

const summaryByPath = async (
  path: string,
  call: Call
): Promise<E.Either<RpcError, Answer<Response>>> => {
  const found = await ask(
    call,
    (engine) => async () => E.right(await rolloutOf(path, call.server, engine))
  )
  if (E.isLeft(found)) return found
  if (E.isLeft(found.right)) return found.right
  const { threadId, path: shown } = found.right.right
  const refused = await ask(call, refusesFile(threadId), words(`from ${path}`))
  if (E.isLeft(refused)) return refused
  return ask(call, summarize(threadId, shown), words(`from ${path}`))
}

/** The row of `getConversationSummary`. */
export const conversationSummary: Method<Params, Response> = {
  name: 'getConversationSummary',
  profiles: EVERY_PROFILE,
  params: () =>
    untagged(
      'GetConversationSummaryParams',
      struct('RolloutPath', byPath),
      struct('ThreadId', byId)
    ),
  result: Response,
  key: noKey,
  handler: (params, call) => () =>
    'rolloutPath' in params
      ? summaryByPath(params.rolloutPath, call)
      : summaryById(params.conversationId, call)
}
