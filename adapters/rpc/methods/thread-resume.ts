/**
 * `thread/resume`: loads a stored thread, or joins a loaded one.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { GATED_FIELDS } from './gated-fields.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { ProfileName } from '../../../domain/profile.ts'
import type { Page, Turn } from '../../../domain/protocol.ts'
import { threadOrPathKey } from '../connection/keys.ts'
import { invalidRequest, unsupported, type RpcError } from '../wire/errors.ts'
import type { LiveThread, ShownThread } from '../threads/live.ts'
import type { Notice } from '../wire/message.ts'
import { ask, EVERY_PROFILE, type Answer, type Call, type Method, type Refusal } from '../method.ts'
import { newestCursors } from '../threads/newest.ts'
import { modelChanged, hydrationDeprecated, statusChanged } from '../threads/notices.ts'
import { checkOverrides, gatedFields, overrideFields } from '../threads/overrides.ts'
import { goalReplay, restoredOf, usageReplay } from '../threads/restore.ts'
import type { Restored } from '../threads/restored.ts'
import { budget } from '../wire/budget.ts'
import * as results from '../threads/results.ts'
import { fromHistory } from '../threads/history.ts'
import {
  defaulted,
  flag,
  ignored,
  list,
  oneOf,
  option,
  required,
  struct,
  text,
  u32,
  type ValueOf
} from '../wire/serde.ts'
import { responseItem } from '../wire/response-item.ts'
import { mustReload } from '../threads/reload.ts'
import { sessionMembers, settingsOf } from '../threads/settings.ts'
import { activePathOf, sourceOf } from '../threads/source.ts'
import {
  draftOf,
  load,
  noRollout,
  readableThread,
  shown,
  storedThread,
  subscribe,
  withRunning
} from '../threads/threads.ts'
import { parseUuid } from '../wire/uuid.ts'

const pageFieldsOf = (strict: boolean) => ({
  limit: option(u32),
  sortDirection: option(oneOf('asc', 'desc')),
  itemsView: option(oneOf('notLoaded', 'summary', 'full')),
  ...budget(strict)
})
type PageParams = ValueOf<ReturnType<typeof pageFieldsOf>>

const fieldsOf = (profile: ProfileName, strict: boolean) => ({
  threadId: required(text),
  history: option(list(responseItem)),
  path: option(text),
  ...overrideFields(profile),
  ...gatedFields,
  excludeTurns: defaulted(flag, false),
  initialTurnsPage:
    profile === '0.130'
      ? ignored<PageParams>()
      : option(struct('ThreadResumeInitialTurnsPageParams', pageFieldsOf(strict)))
})
type Params = ValueOf<ReturnType<typeof fieldsOf>>
type Answered = E.Either<Refusal, Answer<JsonObject>>

const turnsPage = async (call: Call, threadId: string, { initialTurnsPage: asked }: Params) => {
  if (call.server.profile === '0.130') return E.right({})
  if (asked === null) return E.right({ initialTurnsPage: null })
  const page = await ask(call, (engine) => engine.listTurns(threadId, asked))
  return E.map(({ data, ...cursors }: Page<Turn>) => ({
    initialTurnsPage: { data: withRunning(call.server, threadId, data), ...cursors }
  }))(page)
}

/** A paginated thread whose whole history is asked for gets a word about it first. */
const deprecation = (thread: ShownThread, { excludeTurns }: Params): ReadonlyArray<Notice> =>
  thread.historyMode === 'paginated' && !excludeTurns ? [hydrationDeprecated('request')] : []

const withTurns = (
  { server }: Call,
  thread: ShownThread,
  { excludeTurns }: Params
): ShownThread => ({
  ...thread,
  turns: excludeTurns ? [] : withRunning(server, thread.id, thread.turns)
})

/** A resumed thread of 0.142 tells what it is for, which its head does not. */
const resumed = ({ server }: Call, thread: ShownThread, { threadSource }: Restored): ShownThread =>
  server.strict && server.profile === '0.142' ? { ...thread, threadSource } : thread

/** What a client gets that has just loaded or joined a thread. */
const joined = async (
  call: Call,
  params: Params,
  live: LiveThread,
  before: ReadonlyArray<Notice>
): Promise<Answered> => {
  const { profile, follow } = call.server
  const isLoading = before.length > 0
  await follow.join(live.id)
  const read = await storedThread(call, live.id, !params.excludeTurns, !isLoading)
  if (E.isLeft(read)) return read
  const thread = read.right
  const page = await turnsPage(call, live.id, params)
  if (E.isLeft(page)) return page
  const restored = await restoredOf(call, live.id)
  const known: ReadonlyArray<Turn> | null = params.excludeTurns ? null : thread.turns
  const tellsUsage = !params.excludeTurns || profile === '0.169'
  return E.right({
    before: [...deprecation(thread, params), ...before],
    result: {
      thread: resumed(call, withTurns(call, thread, params), restored) as unknown as JsonObject,
      ...sessionMembers(live.settings, profile, true),
      ...(page.right as JsonObject),
      ...(profile === '0.169' ? await newestCursors(call, thread) : {})
    },
    after: [
      ...(tellsUsage ? await usageReplay(call, live.id, restored, known) : []),
      ...(await goalReplay(call, live.id, live.settings))
    ],
    then: () => call.server.live.askAgain(live.id, call.session)
  })
}

/** A loaded thread without a rollout has no history to resume. */
const joinDraft = (call: Call, params: Params, live: LiveThread): Answered => {
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
  } as unknown as JsonObject
  return E.right({ before, result })
}

const joinLoaded = async (call: Call, params: Params, live: LiveThread): Promise<Answered> => {
  const { profile } = call.server
  const draft = await draftOf(call, live.id)
  if (params.path !== null && params.path !== '' && profile !== '0.130') {
    const active = draft === null ? await activePathOf(call, live.id) : draft.thread.path
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

const loadStored = async (call: Call, params: Params, named: string): Promise<Answered> => {
  const streamId = call.streamOf(named)
  const head = await readableThread(call, named)
  if (E.isLeft(head)) return head
  const { id: threadId, cwd } = head.right
  const other = call.server.live.find(threadId)
  if (other !== null) return joinLoaded(call, { ...params, path: null }, other)
  const restored = await restoredOf(call, named)
  const origin = { kind: 'resume', cwd, restored } as const
  const settings = settingsOf(call.server, params, origin)
  const wasFollowing = call.session.subscriptions.has(threadId)
  load(call, { id: threadId, streamId, settings, draft: null })
  const live = call.server.live.find(threadId)
  const answered =
    live === null
      ? E.left(noRollout(threadId))
      : await joined(call, params, live, [
          ...(restored.settings.model === null || restored.settings.model === settings.model
            ? []
            : [modelChanged(threadId, restored.settings.model, settings.model)]),
          statusChanged(threadId, { type: 'idle' })
        ])
  if (E.isLeft(answered) && !wasFollowing) call.server.live.unload(threadId)
  return answered
}

/** Joins a loaded thread, or loads it again with the settings that are asked for. */
const rejoin = async (call: Call, params: Params, live: LiveThread): Promise<Answered> => {
  const isByPath = params.path !== null && params.path !== ''
  const restored = await restoredOf(call, live.id)
  if (isByPath || !mustReload(call, params, live, restored)) return joinLoaded(call, params, live)
  call.server.live.unload(live.id)
  const answered = await loadStored(call, params, live.streamId)
  const before = [statusChanged(live.id, { type: 'notLoaded' })]
  return E.bimap(
    (refusal: Refusal) => ({ ...refusal, before: [...before, ...(refusal.before ?? [])] }),
    (loaded: Answer<JsonObject>) => ({ ...loaded, before: [...before, ...(loaded.before ?? [])] })
  )(answered)
}

const resume = async (params: Params, call: Call): Promise<Answered> => {
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
  const source: E.Either<RpcError, string> = await sourceOf(call, params)
  if (E.isLeft(source)) return source
  const loaded = live.ofStream(call.streamOf(source.right))
  return loaded === null
    ? loadStored(call, params, source.right)
    : joinLoaded(call, { ...params, path: null }, loaded)
}

/** The row of `thread/resume`. */
export const threadResume: Method<Params, JsonObject> = {
  name: 'thread/resume',
  profiles: EVERY_PROFILE,
  experimentalFields: GATED_FIELDS['thread/resume'],
  params: (profile, strict) => struct('ThreadResumeParams', fieldsOf(profile, strict)),
  result: t.type({ thread: results.ShownThread }, 'ThreadResumeResponse') as unknown as t.Type<
    JsonObject,
    unknown,
    unknown
  >,
  key: threadOrPathKey,
  changesLists: true,
  handler: (params, call) => () => resume(params, call)
}
