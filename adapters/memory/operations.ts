/**
 * An operation log in memory, with a clock and ids that count.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { OperationRecord } from '../../domain/changes/operations.ts'
import type { OperationLog } from '../../replay/ports.ts'

/** An empty log; `records` is what was appended, oldest first. */
export const memoryOperations = (): OperationLog & {
  readonly records: ReadonlyArray<OperationRecord>
} => {
  const records: Array<OperationRecord> = []
  let count = 0
  return {
    records,
    newId: () => `operation-${String(++count).padStart(4, '0')}`,
    nowMs: () => count,
    process: { pid: 1, user: 'nobody' },
    append: (record) => {
      records.push(record)
      return E.right(undefined)
    },
    read: async function* (order) {
      yield* order === 'oldest' ? [...records] : [...records].reverse()
    }
  }
}
