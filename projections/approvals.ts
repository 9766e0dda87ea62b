/**
 * Read model `approvals`: decisions a file tells of, one row per call.
 *
 *   [approvals, file, call id]   -> Approval   odd or long ids share a key by a small hash and are told apart by number
 */
import { approvalIn, surer, type Approval } from '../domain/ledgers/audit/approvals.ts'
import { EVERY_LINE } from '../domain/log/needs.ts'
import { deletesUnder, NO_WRITES, type LedgerProjection, type RowKey } from './projection.ts'
import { turnIdKey } from './turns.ts'

/** Keys of the decisions of a file begin with this. */
export const approvalsPrefix = (table: string, file: string): RowKey => [table, file]

/** The approvals of a file. */
export const approvals: LedgerProjection<null> = {
  name: 'approvals',
  version: 2,
  needs: EVERY_LINE,
  initial: () => null,
  evolve: (_, event, { rows, table }) => {
    const found = approvalIn(event)
    if (found === null) return [null, NO_WRITES]
    const prefix = [...approvalsPrefix(table, event.streamId), turnIdKey(found.callId)]
    const others = rows.scan(prefix, Infinity) as ReadonlyArray<readonly [RowKey, Approval]>
    const known = others.find(([, { callId }]) => callId === found.callId)
    if (known === undefined) return [null, [{ key: [...prefix, others.length], value: found }]]
    return [null, [{ key: known[0], value: surer(known[1], found) }]]
  },
  forget: (streamId, { rows, table }) => deletesUnder(rows, approvalsPrefix(table, streamId))
}
