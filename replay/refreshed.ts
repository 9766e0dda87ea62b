/**
 * The asynchronous moment of a use case over a store that is elsewhere: what the store holds is learned once, at its
 * beginning, and everything after it asks what was learned.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { EventStore } from './ports.ts'
import type { Result } from './result.ts'

type Refresh = NonNullable<EventStore['refresh']>

const UP_TO_DATE: Result<void> = E.right(undefined)

/** Lets a store learn what it holds now; see `refresh` and `hear` of `EventStore`. Nothing to do where each look is new by itself. */
export const refreshed = async (
  { refresh, hear }: Pick<EventStore, 'refresh' | 'hear'>,
  ...[scope, fold]: Parameters<Refresh>
): Promise<Result<void>> => {
  if (refresh !== undefined) return refresh(scope, fold)
  if (scope === 'all') await hear?.()
  return UP_TO_DATE
}
