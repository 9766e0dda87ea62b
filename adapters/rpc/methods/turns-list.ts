/**
 * `thread/turns/list`: a page of a thread's turns.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Page, Turn } from '../../../domain/protocol.ts'
import { noKey } from '../connection/keys.ts'
import { answer, ask, EVERY_PROFILE, threadIdOf, type Method } from '../method.ts'
import { budget } from '../wire/budget.ts'
import * as results from '../threads/results.ts'
import { oneOf, option, required, struct, text, u32, type ValueOf } from '../wire/serde.ts'
import { draftOf, unmaterialized, withRunning } from '../threads/threads.ts'

const fieldsOf = (strict: boolean) => ({
  threadId: required(text),
  cursor: option(text),
  limit: option(u32),
  sortDirection: option(oneOf('asc', 'desc')),
  itemsView: option(oneOf('notLoaded', 'summary', 'full')),
  ...budget(strict)
})

/** The row of `thread/turns/list`. */
export const turnsList: Method<ValueOf<ReturnType<typeof fieldsOf>>, Page<Turn>> = {
  name: 'thread/turns/list',
  profiles: EVERY_PROFILE,
  experimental: ['0.130', '0.142'],
  params: (_, strict) => struct('ThreadTurnsListParams', fieldsOf(strict)),
  result: results.page(results.Turn),
  key: noKey,
  handler: (params, call) => async () => {
    const id = threadIdOf(params.threadId)
    if (E.isLeft(id)) return id
    const draft = await draftOf(call, id.right)
    if (draft !== null) return E.left(unmaterialized(draft, 'thread/turns/list', false))
    const page = await ask(call, (engine) => engine.listTurns(id.right, params))
    return E.map((stored: Page<Turn>) => {
      const data = withRunning(call.server, id.right, stored.data)
      // The same page is printed once, see `printed`.
      return answer(data === stored.data ? stored : { ...stored, data })
    })(page)
  }
}
