/**
 * `thread/inject_items`: adds to what the model of a loaded thread is sent; no turn shows it.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { Json, JsonObject } from '../../../domain/json.ts'
import { threadKey } from '../connection/keys.ts'
import { invalidRequest } from '../wire/errors.ts'
import { EVERY_PROFILE, type Method } from '../method.ts'
import { itemComplaint } from '../wire/response-item.ts'
import { anything, list, required, struct, text, type ValueOf } from '../wire/serde.ts'
import { loadedThread, materialized } from '../threads/threads.ts'
import { write } from '../threads/writes.ts'

const fields = { threadId: required(text), items: required(list(anything)) }

const complaintOf = (items: ReadonlyArray<Json>): string | null => {
  if (items.length === 0) return 'items must not be empty'
  const complaints = items.map(itemComplaint)
  const at = complaints.findIndex((one) => one !== null)
  return at === -1 ? null : `items[${at}] is not a valid response item: ${complaints[at] ?? ''}`
}

/** The row of `thread/inject_items`. */
export const threadInjectItems: Method<ValueOf<typeof fields>, object> = {
  name: 'thread/inject_items',
  profiles: EVERY_PROFILE,
  params: () => struct('ThreadInjectItemsParams', fields),
  result: t.type({}, 'ThreadInjectItemsResponse'),
  key: threadKey,
  handler:
    ({ threadId, items }, call) =>
    async () => {
      const live = loadedThread(call, threadId)
      if (E.isLeft(live)) return live
      const complaint = complaintOf(items)
      if (complaint !== null) return E.left(invalidRequest(complaint))
      const { id, draft } = live.right
      // What a thread that is never stored is sent is nobody's to keep.
      if (draft?.thread.ephemeral === true) return E.right({ result: {} })
      const made = await materialized(call, id)
      if (E.isLeft(made)) return made
      const written = await write(call, ({ injectItems }, options) =>
        injectItems(id, items as ReadonlyArray<JsonObject>, options)
      )
      return E.map(() => ({ result: {} }))(written)
    }
}
