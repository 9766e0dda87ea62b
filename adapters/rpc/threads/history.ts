/**
 * `thread/resume` with a history: a new thread that begins with items of a model's conversation. They are for the model;
 * no turn shows them.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { JsonObject } from '../../../domain/json.ts'
import { createDraft } from './drafts.ts'
import { invalidRequest } from '../wire/errors.ts'
import type { Answer, Call, Refusal } from '../method.ts'
import { statusChanged } from './notices.ts'
import type { Overrides } from './overrides.ts'
import { sessionMembers, settingsOf } from './settings.ts'
import { load, materialized } from './threads.ts'
import { write } from './writes.ts'

const textOf = (item: JsonObject): string => {
  const { content } = item
  if (!Array.isArray(content)) return ''
  return (content as ReadonlyArray<JsonObject>)
    .flatMap(({ type, text }) => (type === 'input_text' && typeof text === 'string' ? [text] : []))
    .join('')
}

/** Makes the thread and answers as a resume does. */
export const fromHistory = async (
  call: Call,
  params: Overrides & { readonly baseInstructions: string | null },
  history: ReadonlyArray<JsonObject>
): Promise<E.Either<Refusal, Answer<JsonObject>>> => {
  if (history.length === 0) return E.left(invalidRequest('history must not be empty'))
  const { profile } = call.server
  const settings = settingsOf(call.server, params, { kind: 'start' })
  const asked = history.find(({ type, role }) => type === 'message' && role === 'user')
  const { thread, ...draft } = createDraft(call, {
    settings,
    ephemeral: false,
    threadSource: null,
    baseInstructions: params.baseInstructions,
    parent: null,
    turns: [],
    name: null
  })
  const { id } = thread
  const withPreview = { ...thread, preview: asked === undefined ? '' : textOf(asked) }
  load(call, { id, settings, draft: { ...draft, thread: withPreview } })
  const made = await materialized(call, id)
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
      thread: withPreview as unknown as JsonObject,
      ...sessionMembers(settings, profile, true),
      ...(profile === '0.130' ? {} : { initialTurnsPage: null })
    }
  })
}
