/**
 * Adding to what the model is sent, without a turn: nothing becomes visible.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Profile } from '../../../domain/log/profile.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { classifyResponseItem } from '../../../domain/log/response-item.ts'
import type { MutationOptions } from '../life/life.ts'
import { type Written, SAID, written, type MutationEnv } from './write.ts'
import { invalidRequest, type Answer } from '../../result.ts'

const refusal = (items: ReadonlyArray<JsonObject>, profile: Profile): string | null => {
  if (items.length === 0) return 'items must not be empty'
  const bad = items.findIndex((item) => classifyResponseItem(item, profile) === 'damaged')
  return bad === -1 ? null : `items[${bad}] is not a valid response item`
}

/** From 0.142 on an item says which turn it belongs to; these belong to none that is ever shown. */
const withTurn = (item: JsonObject): JsonObject => ({
  ...item,
  internal_chat_message_metadata_passthrough: item[
    'internal_chat_message_metadata_passthrough'
  ] ?? { turn_id: 'auto-compact-1' }
})

/** Appends raw items of the Responses API; one of an unknown type is taken and not kept, as by Codex. */
export const injectItems = (
  env: MutationEnv,
  threadId: string,
  items: ReadonlyArray<JsonObject>,
  options: MutationOptions
): Answer<Written> => {
  const message = refusal(items, env.profile)
  if (message !== null) return async () => invalidRequest(message)
  const kept = items.filter((item) => classifyResponseItem(item, env.profile) === 'persisted')
  return written(env, threadId, options, {
    operation: 'inject',
    arguments: { items: items.length },
    plan: async ({ at }) =>
      E.right({
        events: kept.map((item) => ({
          timestamp: at,
          type: 'response_item',
          payload: env.profile.members142 ? withTurn(item) : item
        })),
        inverse: { none: SAID }
      })
  })
}
