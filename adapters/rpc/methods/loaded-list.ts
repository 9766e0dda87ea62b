/**
 * `thread/loaded/list`: the threads this server has loaded, by id.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { noKey } from '../connection/keys.ts'
import { invalidRequest } from '../wire/errors.ts'
import { EVERY_PROFILE, type Method } from '../method.ts'
import { option, struct, text, u32, type ValueOf } from '../wire/serde.ts'
import { parseUuid } from '../wire/uuid.ts'

const fields = { cursor: option(text), limit: option(u32) }

const ThreadLoadedListResponse = t.type(
  { data: t.array(t.string), nextCursor: t.union([t.string, t.null]) },
  'ThreadLoadedListResponse'
)

/** The row of `thread/loaded/list`. */
export const loadedList: Method<
  ValueOf<typeof fields>,
  t.TypeOf<typeof ThreadLoadedListResponse>
> = {
  name: 'thread/loaded/list',
  profiles: EVERY_PROFILE,
  params: () => struct('ThreadLoadedListParams', fields),
  result: ThreadLoadedListResponse,
  key: noKey,
  handler:
    ({ cursor, limit }, { server }) =>
    async () => {
      const from = cursor === null ? E.right('') : parseUuid(cursor)
      if (E.isLeft(from)) return E.left(invalidRequest(`invalid cursor: ${cursor ?? ''}`))
      const rest = server.live.ids().filter((id) => id > from.right)
      const data = rest.slice(0, limit === null ? rest.length : Math.max(1, limit))
      const last = data[data.length - 1]
      return E.right({
        result: { data, nextCursor: data.length < rest.length ? (last ?? null) : null }
      })
    }
}
