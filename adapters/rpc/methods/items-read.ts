/**
 * `thread/items/read`: some items of a turn, whole. A client asks for it when a page left outputs out or was cut short.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { TurnItem } from '../../../replay/pages/item-page.ts'
import { noKey } from '../connection/keys.ts'
import { answer, ask, EVERY_PROFILE, threadIdOf, type Method } from '../method.ts'
import { invalidRequest, ofStoreError, unsupported } from '../wire/errors.ts'
import { Entry, entryOf } from '../wire/item-entry.ts'
import { list, required, struct, text, type ValueOf } from '../wire/serde.ts'
import { isServed } from './items-list.ts'

const fields = { threadId: required(text), turnId: required(text), itemIds: required(list(text)) }
const IDS_MAX = 100

interface Response {
  readonly data: ReadonlyArray<Entry>
}

const NOTHING = answer<Response>({ data: [] })

/** The row of `thread/items/read`. A turn that is not there has none of the items; Codex says no more either. */
export const itemsRead: Method<ValueOf<typeof fields>, Response> = {
  name: 'thread/items/read',
  profiles: EVERY_PROFILE,
  ours: ['0.130', '0.142'],
  experimental: ['0.169'],
  params: () => struct('ThreadItemsReadParams', fields),
  result: t.type({ data: t.array(Entry) }, 'ThreadItemsReadResponse') as unknown as t.Type<
    Response,
    unknown,
    unknown
  >,
  key: noKey,
  handler:
    ({ threadId, turnId, itemIds }, call) =>
    async () => {
      if (itemIds.length === 0 || itemIds.length > IDS_MAX)
        return E.left(invalidRequest(`itemIds must contain 1 to ${IDS_MAX} IDs`))
      const id = threadIdOf(threadId)
      if (E.isLeft(id)) return id
      if (!(await isServed(call, id.right))) return E.left(unsupported('thread/items/read'))
      let unknownTurn = false
      const read = await ask(
        call,
        (engine) => engine.readItems(id.right, turnId, itemIds),
        (e) => {
          unknownTurn = e._tag === 'TurnNotFound'
          return ofStoreError(e)
        }
      )
      if (unknownTurn) return E.right(NOTHING)
      return E.map((items: ReadonlyArray<TurnItem>) =>
        answer<Response>({ data: items.map((item) => entryOf(item)) })
      )(read)
    }
}
