/**
 * `thread/loaded/list`: threads with a model session behind them. Here no thread ever has one.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { EVERY_PROFILE, type Method } from '../method.ts'
import { option, struct, text, u32, type ValueOf } from '../serde.ts'

const fields = { cursor: option(text), limit: option(u32) }

const ThreadLoadedListResponse = t.type(
  { data: t.array(t.string), nextCursor: t.null },
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
  handler: () => async () => E.right({ result: { data: [], nextCursor: null } })
}
