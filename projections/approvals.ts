/**
 * Read model `approvals`: decisions a file tells of, one row per call.
 *
 *   [approvals, file, call id]   -> Approval   odd or long ids share a key by a small hash and are told apart by number
 */
import {
  evolveApprovals,
  NO_APPROVALS,
  surer,
  type Approval,
  type ApprovalState
} from '../domain/audit/approvals.ts'
import type { Projection, RowKey } from './projection.ts'
import { turnIdKey } from './turns.ts'

/** Keys of the decisions of a file begin with this. */
export const approvalsPrefix = (table: string, file: string): RowKey => [table, file]

/** The approvals of a file. */
export const approvals: Projection<ApprovalState> = {
  name: 'approvals',
  version: 1,
  initial: () => NO_APPROVALS,
  evolve: (state, event, { rows, table }) => {
    const [next, found] = evolveApprovals(state, event)
    if (found === null) return [next, []]
    const prefix = [...approvalsPrefix(table, event.streamId), turnIdKey(found.callId)]
    const others = rows.scan(prefix, Infinity) as ReadonlyArray<readonly [RowKey, Approval]>
    const known = others.find(([, { callId }]) => callId === found.callId)
    if (known === undefined) return [next, [{ key: [...prefix, others.length], value: found }]]
    return [next, [{ key: known[0], value: surer(known[1], found) }]]
  },
  forget: (streamId, { rows, table }) =>
    rows.scan(approvalsPrefix(table, streamId), Infinity).map(([key]) => ({ key, value: null }))
}
