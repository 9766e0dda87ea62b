/**
 * The lines of a thread, and the context they make: what `unroll events` and `unroll context` print.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { eraOf } from '../../../../domain/log/profile.ts'
import { asSent } from '../../../../replay/past/context/sent-context.ts'
import type { ThreadContext } from '../../../../replay/engine.ts'
import { nullable } from '../../threads/results.ts'
import { ask } from '../../threads/server.ts'
import { defaulted, flag, list, option, required, struct, text, u32 } from '../../wire/serde.ts'
import { answer, ofThread } from '../method.ts'

export const eventsList = ofThread(
  'EventsListParams',
  {
    from: option(u32),
    limit: option(u32),
    kinds: option(list(text)),
    desc: defaulted(flag, false),
    item: option(struct('EventsListItem', { turnId: required(text), itemId: required(text) })),
    damagedIn: option(text)
  },
  t.type(
    {
      revision: t.number,
      data: t.readonlyArray(t.type({ revision: t.number, bytes: t.number })),
      next: nullable(t.number)
    },
    'EventPage'
  ),
  async ({ streamId }, params, call) =>
    E.map(answer)(await ask(call, (engine) => engine.eventPage(streamId, params)))
)

export const contextRead = ofThread(
  'ContextReadParams',
  { raw: defaulted(flag, false) },
  t.type(
    {
      items: t.readonlyArray(t.UnknownRecord),
      itemTokens: t.readonlyArray(t.number),
      estimatedTokens: t.number,
      settings: nullable(t.UnknownRecord),
      resumesWith: nullable(t.type({ model: t.string, effort: nullable(t.string) })),
      turnContext: nullable(t.UnknownRecord),
      tokenUsage: nullable(t.UnknownRecord)
    },
    'ThreadContext'
  ),
  async ({ streamId }, { raw }, call) => {
    const { profile, strict } = call.server
    return E.map((context: ThreadContext) =>
      answer(raw ? context : asSent(context, eraOf(profile, strict)))
    )(await ask(call, (engine) => engine.context(streamId)))
  }
)
