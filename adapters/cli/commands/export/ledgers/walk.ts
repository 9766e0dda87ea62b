/**
 * Reading ledgers to their end, a page at a time; a failure of the engine is thrown as `LedgerFailed`.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../../domain/errors.ts'
import { SOURCE_KINDS } from '../../../../../projections/thread-row.ts'
import type { DatedThread } from '../../../../../replay/engine.ts'
import type { Result } from '../../../../../replay/result.ts'
import type { LedgerScope } from './column.ts'

/** Ends an export in the middle. */
export class LedgerFailed extends Error {
  readonly failure: StoreError
  constructor(failure: StoreError) {
    super(failure._tag)
    this.failure = failure
  }
}

export const got = <A>(answer: Result<A>): A => {
  if (E.isLeft(answer)) throw new LedgerFailed(answer.left)
  return answer.right
}

interface LedgerPage<A> {
  readonly data: ReadonlyArray<A>
  readonly nextCursor: string | null
}

/** Every row of pages. */
export async function* paged<A>(
  ask: (cursor: string | null) => Promise<Result<LedgerPage<A>>>
): AsyncGenerator<A> {
  for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
    const page: LedgerPage<A> = got(await ask(cursor))
    yield* page.data
    cursor = page.nextCursor
  }
}

const PAGE = 100

export interface WalkedThread extends DatedThread {
  readonly archived: boolean
}

/** Every thread, oldest first; those that are archived behind the others. */
export async function* threadsOf({ engine, threadIds }: LedgerScope): AsyncGenerator<WalkedThread> {
  for (const archived of [false, true]) {
    const order = { sortKey: 'created_at', sortDirection: 'asc' } as const
    const request = {
      ...order,
      archived,
      modelProviders: [],
      sourceKinds: SOURCE_KINDS,
      limit: PAGE
    }
    const all = paged<DatedThread>((cursor) => engine.datedThreads({ ...request, cursor })())
    for await (const dated of all)
      if (threadIds === null || threadIds.includes(dated.thread.id)) yield { ...dated, archived }
  }
}

/** Something for each thread, or once for all where all are asked for. */
export async function* each<A>(
  { threadIds }: LedgerScope,
  rows: (only: { readonly threadId?: string }) => AsyncIterable<A>
): AsyncGenerator<A> {
  if (threadIds === null) yield* rows({})
  else for (const threadId of threadIds) yield* rows({ threadId })
}
