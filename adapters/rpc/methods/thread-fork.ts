/**
 * `thread/fork`: a new thread with the history of another one, loaded for the client that asked.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import { isBlockedBy, type StoreError } from '../../../domain/errors.ts'
import type { Thread } from '../../../domain/protocol.ts'
import { createDraft } from '../threads/drafts.ts'
import type { ShownThread } from '../threads/live.ts'
import { hydrationDeprecated, threadStarted } from '../threads/notices.ts'
import {
  checkOverrides,
  gatedFields,
  overrideFields,
  threadSourceOf
} from '../threads/overrides.ts'
import { asBuilt, restoredOf, usageReplay, type Restored } from '../threads/restored.ts'
import * as results from '../threads/results.ts'
import { ask, idsOf, write, type RpcCall, type ThreadIds } from '../threads/server.ts'
import {
  recordedSettings,
  sessionMembers,
  settingsOf,
  type SessionSettings
} from '../threads/settings.ts'
import { activePathOf, sourceOf } from '../threads/source.ts'
import { draftOf, load, noRollout, readableThread, storedThread } from '../threads/threads.ts'
import { invalidRequest, ofStoreError, type RpcError } from '../wire/errors.ts'
import type { Notice } from '../wire/message.ts'
import { defaulted, flag, ignored, option, required, text, type ParamsOf } from '../wire/serde.ts'
import { parseUuid } from '../../../domain/uuid.ts'
import { served, type Era, type MethodOutcome } from './method.ts'

const fieldsOf = ({ profile }: Era) => ({
  threadId: required(text),
  path: option(text),
  lastTurnId: profile === '0.169' ? option(text) : ignored<string>(),
  beforeTurnId: profile === '0.169' ? option(text) : ignored<string>(),
  ...overrideFields(profile),
  ...gatedFields,
  ephemeral: defaulted(flag, false),
  excludeTurns: defaulted(flag, false),
  threadSource: option(threadSourceOf(profile))
})
type ForkParams = ParamsOf<ReturnType<typeof fieldsOf>>

interface ForkSource {
  /** As it was named. */
  readonly named: ThreadIds
  readonly thread: ShownThread
  readonly restored: Restored
  readonly settings: SessionSettings
  readonly before: ReadonlyArray<Notice>
}

const answerWith = (
  call: RpcCall,
  { settings, before }: ForkSource,
  thread: ShownThread,
  usage: ReadonlyArray<Notice>
): MethodOutcome =>
  E.right({
    before,
    result: {
      thread,
      ...sessionMembers(settings, call.server.profile, false)
    },
    after: [...usage, threadStarted(thread)]
  })

/** A fork that is never stored: its turns are shown once, in the answer. */
const forkEphemeral = async (
  call: RpcCall,
  params: ForkParams,
  source: ForkSource
): Promise<MethodOutcome> => {
  const { thread: parent, settings, restored } = source
  const read = params.excludeTurns ? E.right(parent) : await storedThread(call, source.named, true)
  if (E.isLeft(read)) return read
  const turns = params.excludeTurns ? [] : asBuilt(call, read.right.turns, restored, true)
  const draft = createDraft(call, {
    settings,
    ephemeral: true,
    threadSource: params.threadSource,
    baseInstructions: params.baseInstructions,
    parent,
    turns,
    name: call.server.profile === '0.130' ? null : parent.name
  })
  const live = load(call, { id: draft.thread.id, settings, draft })
  const usage = params.excludeTurns ? [] : await usageReplay(call, live, restored, turns)
  return answerWith(call, source, draft.thread, usage)
}

/** What 0.169 calls a turn that cannot end a fork. */
const wordsOf =
  ({ lastTurnId }: ForkParams, isPaginated: boolean) =>
  (e: StoreError): RpcError => {
    if (lastTurnId === null) return ofStoreError(e)
    if (isBlockedBy(e, 'turn_in_progress'))
      return invalidRequest(`lastTurnId '${lastTurnId}' identifies an in-progress turn`)
    if (e._tag === 'TurnNotFound' && !isPaginated)
      return invalidRequest(`lastTurnId '${lastTurnId}' was not found in the source thread`)
    return ofStoreError(e)
  }

/** What is otherwise in the session of a fork than in that of its parent. */
const sessionOf = ({ server, session }: RpcCall, params: ForkParams, settings: SessionSettings) => {
  const { profile, version } = server
  const since142 = profile !== '0.130'
  const since169 = profile === '0.169'
  return {
    settings: recordedSettings(settings),
    meta: {
      cwd: settings.cwd,
      cli_version: version,
      source: 'vscode',
      thread_source: params.threadSource,
      agent_nickname: null,
      agent_role: null,
      agent_path: null,
      memory_mode: null,
      ...(since142 ? { multi_agent_version: 'v1' } : {}),
      ...(since169
        ? { runtime_workspace_roots: settings.runtimeWorkspaceRoots }
        : { originator: session.clientName })
    }
  }
}

/** Since 0.142 a fork is named like its parent; 0.169 goes by its database, which a home seen for the first time lacks. */
const inheritsName = ({ server: { profile, strict } }: RpcCall): boolean =>
  profile === '0.142' || (profile === '0.169' && !strict)

const forkStored = async (
  call: RpcCall,
  params: ForkParams,
  source: ForkSource
): Promise<MethodOutcome> => {
  const { thread: parent, settings, before } = source
  const { lastTurnId, beforeTurnId } = params
  const point = {
    session: sessionOf(call, params, settings),
    ...(lastTurnId === null ? {} : { lastTurnId }),
    ...(beforeTurnId === null ? {} : { beforeTurnId })
  }
  const words = wordsOf(params, parent.historyMode === 'paginated')
  const made = await ask(
    call,
    (engine) => engine.fork(source.named.streamId, point, call.change),
    words
  )
  if (E.isLeft(made)) return E.left({ ...made.left, before })
  const { id } = made.right
  if (inheritsName(call) && parent.name !== null) {
    const { name } = parent
    const { server, session } = call
    await write({ server, session }, ({ rename }, options) => rename(id, name, options))
  }
  const live = load(call, { id, settings, draft: null })
  const read = await storedThread(call, live, !params.excludeTurns)
  if (E.isLeft(read)) return read
  const turns = params.excludeTurns ? [] : asBuilt(call, read.right.turns, source.restored, true)
  const thread = { ...read.right, turns }
  const usage = params.excludeTurns
    ? []
    : await usageReplay(call, live, await restoredOf(call, live), thread.turns)
  return answerWith(call, source, thread, usage)
}

const checkFork = async (
  call: RpcCall,
  params: ForkParams,
  named: ThreadIds,
  thread: Thread
): Promise<E.Either<RpcError, void>> => {
  const isPaginated = thread.historyMode === 'paginated'
  if (!isPaginated) return E.right(undefined)
  const active = await activePathOf(call, named)
  const asked = params.path === null || params.path === '' ? null : params.path
  const requested = asked === null ? null : resolve(call.server.home, asked)
  if (requested !== null && requested !== active)
    return E.left(
      invalidRequest(
        `cannot resume paginated thread ${thread.id} with stale path: requested ${requested}, current ${active ?? ''}; omit path and resume by thread id`
      )
    )
  return params.ephemeral && !params.excludeTurns
    ? E.left(invalidRequest('ephemeral paginated thread/fork requires `excludeTurns: true`'))
    : E.right(undefined)
}

/** A thread that was started and holds nothing: forked since 0.169, into another such thread. */
const forkDraft = (call: RpcCall, params: ForkParams, parent: ShownThread): MethodOutcome => {
  if (parent.ephemeral || call.server.profile !== '0.169') return E.left(noRollout(parent.id))
  const settings = settingsOf(call.server, params, { kind: 'start' })
  const draft = createDraft(call, {
    settings,
    ephemeral: params.ephemeral,
    threadSource: params.threadSource,
    baseInstructions: params.baseInstructions,
    parent
  })
  load(call, { id: draft.thread.id, settings, draft })
  return E.right({
    before: params.excludeTurns ? [] : [hydrationDeprecated('request')],
    result: { thread: draft.thread, ...sessionMembers(settings, '0.169', false) },
    after: [threadStarted(draft.thread)]
  })
}

const fork = async (params: ForkParams, call: RpcCall): Promise<MethodOutcome> => {
  const { server } = call
  const checked = checkOverrides(server, params)
  if (E.isLeft(checked)) return checked
  if (params.lastTurnId !== null && params.beforeTurnId !== null)
    return E.left(invalidRequest('`beforeTurnId` cannot be combined with `lastTurnId`'))
  const named = parseUuid(params.threadId)
  const draft = E.isRight(named) ? await draftOf(call, idsOf(call, named.right)) : null
  const byPath = params.path !== null && params.path !== ''
  if (draft !== null && !byPath) return forkDraft(call, params, draft.thread)
  const found = await sourceOf(call, params)
  if (E.isLeft(found)) return found
  const head = await readableThread(call, found.right)
  if (E.isLeft(head)) return head
  const possible = await checkFork(call, params, found.right, head.right)
  if (E.isLeft(possible)) return possible
  const restored = await restoredOf(call, found.right)
  const settings = settingsOf(server, params, { kind: 'fork', cwd: head.right.cwd, restored })
  const isPaginated = head.right.historyMode === 'paginated'
  const before = isPaginated && !params.excludeTurns ? [hydrationDeprecated('request')] : []
  const source = { named: found.right, thread: head.right, restored, settings, before }
  return params.ephemeral ? forkEphemeral(call, params, source) : forkStored(call, params, source)
}

export const threadFork = served(
  'ThreadForkParams',
  fieldsOf,
  results.ofThread('ThreadForkResponse'),
  fork
)
