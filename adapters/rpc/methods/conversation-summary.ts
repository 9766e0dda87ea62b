/**
 * `getConversationSummary`: the head of one thread, by id or by path of its rollout. Older than the rest of the
 * protocol: times are RFC 3339 with milliseconds and two members are spelled as the files spell them.
 *
 * A path is only a way to name a thread of this home: nothing else is ever opened.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { StoreError } from '../../../domain/errors.ts'
import { nullable } from '../threads/results.ts'
import { ask, idsOf, type RpcCall } from '../threads/server.ts'
import { rolloutOf } from '../threads/source.ts'
import {
  internal,
  invalidRequest,
  ofStoreError,
  unreadableReason,
  type RpcError
} from '../wire/errors.ts'
import { required, struct, text, untagged, uuid, type ParamsOf } from '../wire/serde.ts'
import { answer, type MethodOutcome, type Served } from './method.ts'

const byPath = { rolloutPath: required(text) }
const byId = { conversationId: required(uuid) }

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
    gitInfo: nullable(
      t.type(
        {
          sha: nullable(t.string),
          branch: nullable(t.string),
          origin_url: nullable(t.string)
        },
        'LegacyGitInfo'
      )
    )
  },
  'ConversationSummary'
)

const words =
  (which: string) =>
  (e: StoreError): RpcError => {
    if (e._tag === 'StreamNotFound')
      return invalidRequest(`no rollout found for conversation id ${e.streamId}`)
    if (e._tag !== 'UnreadableRollout') return ofStoreError(e)
    return internal(`failed to load conversation summary ${which}: ${unreadableReason(e)}`)
  }

/** By path Codex looks at the file alone, and not at its database. */
const summarize = async (
  call: RpcCall,
  threadId: string,
  path: string | null,
  which: string
): Promise<MethodOutcome> => {
  const { streamId } = idsOf(call, threadId)
  const face = path === null ? 'head' : 'file'
  const read = await ask(call, (engine) => engine.summarize(streamId, face), words(which))
  if (E.isLeft(read)) return read
  const { thread, source, cwd, createdAtMs, updatedAtMs } = read.right
  const { id, preview, modelProvider, cliVersion, gitInfo: git } = thread
  const summary: t.TypeOf<typeof ConversationSummary> = {
    conversationId: id,
    path: path ?? thread.path,
    preview,
    timestamp: new Date(createdAtMs).toISOString(),
    updatedAt: new Date(updatedAtMs).toISOString(),
    modelProvider,
    cwd,
    cliVersion,
    source,
    gitInfo: git === null ? null : { sha: git.sha, branch: git.branch, origin_url: git.originUrl }
  }
  return E.right(answer({ summary }))
}

const summaryByPath = async (call: RpcCall, path: string): Promise<MethodOutcome> => {
  const which = `from ${path}`
  const failing = `failed to load conversation summary ${which}`
  const found = await ask(
    call,
    (engine) => async () => E.right(await rolloutOf(path, failing, call.server, engine))
  )
  if (E.isLeft(found)) return found
  if (E.isLeft(found.right)) return found.right
  const { threadId, path: shown } = found.right.right
  const { streamId } = idsOf(call, threadId)
  // A path makes Codex read the file itself, so that a file without a head is refused.
  const page = await ask(
    call,
    (engine) => async () =>
      E.right(await engine.listTurns(streamId, { limit: 1, itemsView: 'notLoaded' })())
  )
  if (E.isLeft(page)) return page
  const why = E.isLeft(page.right) ? page.right.left : null
  if (why?._tag === 'UnreadableRollout' && why.reason !== 'not_utf8')
    return E.left(words(which)(why))
  return summarize(call, threadId, shown, which)
}

export const conversationSummary: Served<ParamsOf<typeof byPath> | ParamsOf<typeof byId>> = {
  params: () =>
    untagged(
      'GetConversationSummaryParams',
      struct('RolloutPath', byPath),
      struct('ThreadId', byId)
    ),
  result: t.type({ summary: ConversationSummary }, 'GetConversationSummaryResponse'),
  handler: (params, call) =>
    'rolloutPath' in params
      ? summaryByPath(call, params.rolloutPath)
      : summarize(call, params.conversationId, null, `for ${params.conversationId}`)
}
