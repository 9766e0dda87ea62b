/**
 * `thread/resume`: loads a stored thread, or joins a loaded one.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isDeepStrictEqual } from 'node:util'
import type { JsonObject } from '../../../domain/json.ts'
import type { Page, Turn } from '../../../domain/protocol.ts'
import { createDraft } from '../threads/drafts.ts'
import type { LiveThread, ShownThread } from '../threads/live.ts'
import { hydrationDeprecated, modelChanged, statusChanged } from '../threads/notices.ts'
import {
  checkOverrides,
  gatedFields,
  overrideFields,
  type Overrides
} from '../threads/overrides.ts'
import { goalReplay, restoredOf, usageReplay, type Restored } from '../threads/restored.ts'
import * as results from '../threads/results.ts'
import { ask, idsOf, write, type RpcCall, type ThreadIds } from '../threads/server.ts'
import { sessionMembers, settingsOf, type SessionSettings } from '../threads/settings.ts'
import { activePathOf, sourceOf } from '../threads/source.ts'
import {
  draftOf,
  load,
  materialized,
  newestCursors,
  noRollout,
  readableThread,
  shown,
  storedThread,
  subscribe,
  withRunning
} from '../threads/threads.ts'
import { invalidRequest, unsupported, type RpcError } from '../wire/errors.ts'
import type { Notice } from '../wire/message.ts'
import { responseItem } from '../wire/response-item.ts'
import {
  defaulted,
  flag,
  ignored,
  list,
  option,
  required,
  struct,
  text,
  type ParamsOf
} from '../wire/serde.ts'
import { parseUuid } from '../../../domain/uuid.ts'
import {
  served,
  type Era,
  type MethodError,
  type MethodOutcome,
  type MethodResult
} from './method.ts'
import { budget, turnPaging } from './pages.ts'

/** The settings a member of the request decides. */
const DECIDES: Readonly<Partial<Record<keyof Overrides, keyof SessionSettings>>> = {
  model: 'model',
  modelProvider: 'modelProvider',
  serviceTier: 'serviceTier',
  cwd: 'cwd',
  runtimeWorkspaceRoots: 'runtimeWorkspaceRoots',
  approvalPolicy: 'approvalPolicy',
  approvalsReviewer: 'approvalsReviewer',
  sandbox: 'sandbox',
  permissions: 'sandbox'
}

/**
 * True when a resume of a loaded thread must load it again: since 0.142, when nobody follows it and other settings are asked for.
 * While somebody follows it, the settings it has stay.
 */
const mustReload = (
  { server }: RpcCall,
  overrides: Overrides,
  live: LiveThread,
  restored: Restored
): boolean => {
  if (server.profile === '0.130' || live.draft !== null || live.status.type === 'active')
    return false
  if (server.live.isFollowed(live.id)) return false
  if (Object.keys(overrides.config ?? {}).length > 0) return true
  const origin = { kind: 'resume', cwd: live.settings.cwd, restored } as const
  const wanted = settingsOf(server, overrides, origin)
  return Object.entries(DECIDES).some(([member, setting]) => {
    const asked = overrides[member as keyof Overrides]
    const isAsked = asked !== null && asked !== undefined
    return isAsked && !isDeepStrictEqual(wanted[setting], live.settings[setting])
  })
}

const textOf = (item: JsonObject): string => {
  const { content } = item
  if (!Array.isArray(content)) return ''
  return (content as ReadonlyArray<JsonObject>)
    .flatMap(({ type, text }) => (type === 'input_text' && typeof text === 'string' ? [text] : []))
    .join('')
}

/** Makes a new thread that begins with items of a model's conversation. They are for the model; no turn shows them. */
const fromHistory = async (
  call: RpcCall,
  params: Overrides & { readonly baseInstructions: string | null },
  history: ReadonlyArray<JsonObject>
): Promise<MethodOutcome> => {
  if (history.length === 0) return E.left(invalidRequest('history must not be empty'))
  const { profile } = call.server
  const settings = settingsOf(call.server, params, { kind: 'start' })
  const asked = history.find(({ type, role }) => type === 'message' && role === 'user')
  const { thread, ...draft } = createDraft(call, {
    settings,
    ephemeral: false,
    threadSource: null,
    baseInstructions: params.baseInstructions
  })
  const { id } = thread
  const withPreview = { ...thread, preview: asked === undefined ? '' : textOf(asked) }
  const live = load(call, { id, settings, draft: { ...draft, thread: withPreview } })
  const made = await materialized(call, live)
  const filled = E.isLeft(made)
    ? made
    : await write(call, ({ injectItems }, options) => injectItems(id, history, options))
  if (E.isLeft(filled)) {
    call.server.live.unload(id)
    return filled
  }
  return E.right({
    before: [statusChanged(id, { type: 'idle' })],
    result: {
      thread: withPreview,
      ...sessionMembers(settings, profile, true),
      ...(profile === '0.130' ? {} : { initialTurnsPage: null })
    }
  })
}

const pageFields = (strict: boolean) => ({ ...turnPaging, ...budget(strict) })

const fieldsOf = ({ profile, strict }: Era) => ({
  threadId: required(text),
  history: option(list(responseItem)),
  path: option(text),
  ...overrideFields(profile),
  ...gatedFields,
  excludeTurns: defaulted(flag, false),
  initialTurnsPage:
    profile === '0.130'
      ? ignored<ParamsOf<ReturnType<typeof pageFields>>>()
      : option(struct('ThreadResumeInitialTurnsPageParams', pageFields(strict)))
})
type ResumeParams = ParamsOf<ReturnType<typeof fieldsOf>>

const turnsPage = async (
  call: RpcCall,
  { id, streamId }: ThreadIds,
  { initialTurnsPage: asked }: ResumeParams
): Promise<E.Either<RpcError, object>> => {
  if (call.server.profile === '0.130') return E.right({})
  if (asked === null) return E.right({ initialTurnsPage: null })
  const page = await ask(call, (engine) => engine.listTurns(streamId, asked))
  return E.map(({ data, ...cursors }: Page<Turn>) => ({
    initialTurnsPage: { data: withRunning(call.server, id, data), ...cursors }
  }))(page)
}

/** A client that asks for the whole history of a paginated thread is warned first. */
const deprecation = (thread: ShownThread, { excludeTurns }: ResumeParams): ReadonlyArray<Notice> =>
  thread.historyMode === 'paginated' && !excludeTurns ? [hydrationDeprecated('request')] : []

const withTurns = (
  { server }: RpcCall,
  thread: ShownThread,
  { excludeTurns }: ResumeParams
): ShownThread => ({
  ...thread,
  turns: excludeTurns ? [] : withRunning(server, thread.id, thread.turns)
})

/** A resumed thread of 0.142 has its source, which its head lacks. */
const resumed = (
  { server }: RpcCall,
  thread: ShownThread,
  { threadSource }: Restored
): ShownThread =>
  server.strict && server.profile === '0.142' ? { ...thread, threadSource } : thread

/** What a client gets that has just loaded or joined a thread. */
const joined = async (
  call: RpcCall,
  params: ResumeParams,
  live: LiveThread,
  before: ReadonlyArray<Notice>
): Promise<MethodOutcome> => {
  const { profile, follow } = call.server
  const isLoading = before.length > 0
  await follow.join(live.id)
  const read = await storedThread(call, live, !params.excludeTurns, !isLoading)
  if (E.isLeft(read)) return read
  const thread = read.right
  const page = await turnsPage(call, live, params)
  if (E.isLeft(page)) return page
  const restored = await restoredOf(call, live)
  const known: ReadonlyArray<Turn> | null = params.excludeTurns ? null : thread.turns
  const tellsUsage = !params.excludeTurns || profile === '0.169'
  return E.right({
    before: [...deprecation(thread, params), ...before],
    result: {
      thread: resumed(call, withTurns(call, thread, params), restored),
      ...sessionMembers(live.settings, profile, true),
      ...page.right,
      ...(profile === '0.169' ? await newestCursors(call, live, thread) : {})
    },
    after: [
      ...(tellsUsage ? await usageReplay(call, live, restored, known) : []),
      ...(await goalReplay(call, live, live.settings))
    ],
    then: () => call.server.live.askAgain(live.id, call.session)
  })
}

/** A loaded thread without a rollout has no history to resume. */
const joinDraft = (call: RpcCall, params: ResumeParams, live: LiveThread): MethodOutcome => {
  const { draft, settings } = live
  if (draft === null || call.server.profile !== '0.169') return E.left(noRollout(live.id))
  const before = deprecation(draft.thread, params)
  if (!params.excludeTurns) return E.left({ ...unsupported('list_turns'), before })
  subscribe(call, live.id)
  const result = {
    thread: shown(draft.thread, call.server),
    ...sessionMembers(settings, '0.169', true),
    initialTurnsPage: null,
    turnsBackwardsCursor: null,
    itemsBackwardsCursor: null
  }
  return E.right({ before, result })
}

const joinLoaded = async (
  call: RpcCall,
  params: ResumeParams,
  live: LiveThread
): Promise<MethodOutcome> => {
  const { profile } = call.server
  const draft = await draftOf(call, live)
  if (params.path !== null && params.path !== '' && profile !== '0.130') {
    const active = draft === null ? await activePathOf(call, live) : draft.thread.path
    if (active !== null && params.path !== active)
      return E.left(
        invalidRequest(
          `cannot resume running thread ${live.id} with stale path: requested \`${params.path}\`, active \`${active}\``
        )
      )
  }
  if (draft !== null) return joinDraft(call, params, live)
  const answered = await joined(call, params, live, [])
  if (E.isRight(answered)) subscribe(call, live.id)
  return answered
}

const loadStored = async (
  call: RpcCall,
  params: ResumeParams,
  named: ThreadIds
): Promise<MethodOutcome> => {
  const head = await readableThread(call, named)
  if (E.isLeft(head)) return head
  const { id: threadId, cwd } = head.right
  const other = call.server.live.find(threadId)
  if (other !== null) return joinLoaded(call, { ...params, path: null }, other)
  const restored = await restoredOf(call, named)
  const origin = { kind: 'resume', cwd, restored } as const
  const settings = settingsOf(call.server, params, origin)
  const wasFollowing = call.session.subscriptions.has(threadId)
  const live = load(call, { id: threadId, streamId: named.streamId, settings, draft: null })
  const { model } = restored.settings
  const answered = await joined(call, params, live, [
    ...(model === null || model === settings.model
      ? []
      : [modelChanged(threadId, model, settings.model)]),
    statusChanged(threadId, { type: 'idle' })
  ])
  if (E.isLeft(answered) && !wasFollowing) call.server.live.unload(threadId)
  return answered
}

/** Joins a loaded thread, or loads it again with the settings that are asked for. */
const rejoin = async (
  call: RpcCall,
  params: ResumeParams,
  live: LiveThread
): Promise<MethodOutcome> => {
  const isByPath = params.path !== null && params.path !== ''
  const restored = await restoredOf(call, live)
  if (isByPath || !mustReload(call, params, live, restored)) return joinLoaded(call, params, live)
  call.server.live.unload(live.id)
  const answered = await loadStored(call, params, idsOf(call, live.streamId))
  const before = [statusChanged(live.id, { type: 'notLoaded' })]
  return E.bimap(
    (refusal: MethodError) => ({ ...refusal, before: [...before, ...(refusal.before ?? [])] }),
    (loaded: MethodResult) => ({
      ...loaded,
      before: [...before, ...(loaded.before ?? [])]
    })
  )(answered)
}

const resume = async (params: ResumeParams, call: RpcCall): Promise<MethodOutcome> => {
  const { live } = call.server
  const checked = checkOverrides(call.server, params)
  if (E.isLeft(checked)) return checked
  const named = parseUuid(params.threadId)
  const running = E.isRight(named) ? live.find(named.right) : null
  if (params.history !== null) {
    if (running !== null)
      return E.left(
        invalidRequest(
          `cannot resume thread ${running.id} with history while it is already running`
        )
      )
    return fromHistory(call, params, params.history)
  }
  if (running !== null) return rejoin(call, params, running)
  const source = await sourceOf(call, params)
  if (E.isLeft(source)) return source
  const loaded = live.ofStream(source.right.streamId)
  return loaded === null
    ? loadStored(call, params, source.right)
    : joinLoaded(call, { ...params, path: null }, loaded)
}

/** Loads or joins a thread. */
export const threadResume = served(
  'ThreadResumeParams',
  fieldsOf,
  results.ofThread('ThreadResumeResponse'),
  resume
)
