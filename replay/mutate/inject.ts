/**
 * Adding to what the model is sent, without a turn: nothing becomes visible.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { StoreError } from '../../domain/errors.ts'
import type { JsonObject } from '../../domain/json.ts'
import { classifyResponseItem } from '../../domain/response-item.ts'
import type { MutationOptions, Written } from './types.ts'
import { SAID, written, type MutationEnv } from './write.ts'

const refusal = (items: ReadonlyArray<JsonObject>, known: ReadonlySet<string>): string | null => {
  if (items.length === 0) return 'items must not be empty'
  const bad = items.findIndex((item) => classifyResponseItem(item, known) !== 'persisted')
  return bad === -1 ? null : `items[${bad}] is not a valid response item`
}

/** Appends raw items of the Responses API. */
export const injectItems = (
  env: MutationEnv,
  threadId: string,
  items: ReadonlyArray<JsonObject>,
  options: MutationOptions
): TE.TaskEither<StoreError, Written> => {
  const message = refusal(items, env.profile.responseItems)
  if (message !== null) return async () => E.left({ _tag: 'InvalidRequest', message })
  return written(env, threadId, options, {
    operation: 'inject',
    arguments: { items: items.length },
    plan: async ({ at }) =>
      E.right({
        events: items.map((payload) => ({ timestamp: at, type: 'response_item', payload })),
        inverse: { none: SAID }
      })
  })
}
