/**
 * Read model `analytics`: the facts of a thread's analytics, in the order of its lines.
 *
 *   [analytics, streamId, revision, index] -> Fact   told by the line of that number; a later line may have completed it
 *
 * Facts know nothing of contracts: events are made of them when somebody asks, for the contract that was asked for.
 */
import { evolveRollout } from '../domain/ledgers/analytics/from-rollout.ts'
import { NO_ROLLOUT, type RolloutState } from '../domain/ledgers/analytics/rollout-state.ts'
import { EVERY_LINE } from '../domain/log/needs.ts'
import { deletesUnder, NO_WRITES, type LedgerProjection } from './projection.ts'

/** The facts of a thread. */
export const analytics: LedgerProjection<RolloutState> = {
  name: 'analytics',
  version: 5,
  needs: EVERY_LINE,
  initial: () => NO_ROLLOUT,
  evolve: (state, event, { profile, table }) => {
    const step = evolveRollout(state, event, profile)
    if (step.writes.length === 0) return [step.state, NO_WRITES]
    const rows = step.writes.map(({ place: { revision, index }, fact }) => ({
      key: [table, event.streamId, revision, index],
      value: fact
    }))
    return [step.state, rows]
  },
  forget: (streamId, { rows, table }) => deletesUnder(rows, [table, streamId])
}
