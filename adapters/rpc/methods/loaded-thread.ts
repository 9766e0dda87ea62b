/**
 * Loaded threads: which there are, what their next turns run with, and what their model is sent. What would need a model or
 * run a command is checked in Codex's words and then fails at once.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { v4, v7 } from 'uuid'
import type { Json, JsonObject } from '../../../domain/json.ts'
import { isBlank } from '../../../domain/white-space.ts'
import { itemChanged, settingsUpdated } from '../threads/notices.ts'
import { nullable } from '../threads/results.ts'
import { parseThreadId, write } from '../threads/server.ts'
import { materialized } from '../threads/threads.ts'
import { noCompaction, noShell, unrunTurn } from '../threads/turns.ts'
import { changedSettings, settingsFields } from '../threads/user-input.ts'
import { invalidRequest } from '../wire/errors.ts'
import { itemComplaint } from '../wire/response-item.ts'
import { anything, list, option, required, text, u32 } from '../wire/serde.ts'
import { parseUuid } from '../../../domain/uuid.ts'
import { Empty, answer, ofLoaded, served, type Era } from './method.ts'

/** The loaded threads, by id. */
export const loadedList = served(
  'ThreadLoadedListParams',
  { cursor: option(text), limit: option(u32) },
  t.type({ data: t.array(t.string), nextCursor: nullable(t.string) }, 'ThreadLoadedListResponse'),
  async ({ cursor, limit }, { server }) => {
    const from = cursor === null ? E.right('') : parseUuid(cursor)
    if (E.isLeft(from)) return E.left(invalidRequest(`invalid cursor: ${cursor ?? ''}`))
    const loaded = new Set([...server.live.ids(), ...(server.relay?.owned() ?? [])])
    const rest = [...loaded].sort().filter((id) => id > from.right)
    const data = rest.slice(0, limit === null ? rest.length : Math.max(1, limit))
    const nextCursor = data.length < rest.length ? (data.at(-1) ?? null) : null
    return E.right(answer({ data, nextCursor }))
  }
)

/** Ends what a client follows; the thread stays loaded. */
export const threadUnsubscribe = served(
  'ThreadUnsubscribeParams',
  { threadId: required(text) },
  t.type(
    { status: t.keyof({ unsubscribed: null, notSubscribed: null, notLoaded: null }) },
    'ThreadUnsubscribeResponse'
  ),
  async ({ threadId }, { server, session }) =>
    E.map((id: string) => answer({ status: server.live.unsubscribe(id, session) }))(
      parseThreadId(threadId)
    )
)

/**
 * What the next turns run with (since 0.142). Codex keeps it in memory up to 0.142 and writes it down later. Who follows the
 * thread is notified of a change.
 */
export const threadSettingsUpdate = ofLoaded(
  'ThreadSettingsUpdateParams',
  ({ profile }: Era) => ({ ...settingsFields(profile) }),
  Empty,
  async (live, params, call) => {
    const { live: all, profile } = call.server
    const { id, streamId, settings: before, draft } = live
    const changed = changedSettings(before, params, profile, {
      known: all.environments.ids(),
      environments: null,
      runtimeWorkspaceRoots: null
    })
    if (E.isLeft(changed)) return changed
    const { settings, recorded } = changed.right
    if (JSON.stringify(settings) === JSON.stringify(before)) return E.right(answer({}))
    const isKept = profile === '0.169' && draft?.thread.ephemeral !== true
    if (isKept && Object.keys(recorded).length > 0) {
      const made = await materialized(call, live)
      if (E.isLeft(made)) return made
      const written = await write(call, ({ updateSettings }, options) =>
        updateSettings(streamId, recorded, options)
      )
      if (E.isLeft(written)) return written
    }
    const now = all.find(id)
    if (now !== null) all.put({ ...now, settings })
    return E.right({ result: {}, after: [settingsUpdated(id, settings, profile)] })
  }
)

const complaintOf = (items: ReadonlyArray<Json>): string | null => {
  if (items.length === 0) return 'items must not be empty'
  const complaints = items.map(itemComplaint)
  const at = complaints.findIndex((one) => one !== null)
  return at === -1 ? null : `items[${at}] is not a valid response item: ${complaints[at] ?? ''}`
}

/** Adds to what the model is sent; no turn shows it. */
export const threadInjectItems = ofLoaded(
  'ThreadInjectItemsParams',
  { items: required(list(anything)) },
  Empty,
  async (live, { items }, call) => {
    const complaint = complaintOf(items)
    if (complaint !== null) return E.left(invalidRequest(complaint))
    const { streamId, draft } = live
    // A thread that is never stored keeps nothing.
    if (draft?.thread.ephemeral === true) return E.right(answer({}))
    const made = await materialized(call, live)
    if (E.isLeft(made)) return made
    const written = await write(call, ({ injectItems }, options) =>
      injectItems(streamId, items as ReadonlyArray<JsonObject>, options)
    )
    return E.map(() => answer({}))(written)
  }
)

/** A compaction needs a model. */
export const threadCompactStart = ofLoaded(
  'ThreadCompactStartParams',
  {},
  Empty,
  async (live, _, call) => {
    const { id } = live
    const { profile } = call.server
    const turnId = v7()
    const nowMs = Date.now()
    const item =
      profile === '0.169'
        ? { type: 'contextCompaction', id: v7(), startedAtMs: nowMs, completedAtMs: null }
        : { type: 'contextCompaction', id: v4() }
    const items = [itemChanged('started', item, { threadId: id, turnId }, nowMs, profile)]
    const reason = noCompaction(live)
    return E.right({ result: {}, after: unrunTurn(call, live, { turnId, reason, items }) })
  }
)

/** A command of the user is not run. */
export const threadShellCommand = ofLoaded(
  'ThreadShellCommandParams',
  { command: required(text) },
  Empty,
  async (live, { command }, call) => {
    if (isBlank(command)) return E.left(invalidRequest('command must not be empty'))
    const reason = noShell(live)
    return E.right({ result: {}, after: unrunTurn(call, live, { turnId: v7(), reason }) })
  }
)
