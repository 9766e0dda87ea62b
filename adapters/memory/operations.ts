/**
 * An operation log in memory.
 */
import type { OperationRecord } from '../../domain/changes/operations.ts'
import { operationLog } from '../../replay/life/operation-log.ts'
import type { OperationLog } from '../../replay/home-ports.ts'
import { memoryHomeLog } from './home-log.ts'

/** An empty log; `records` is what was appended, oldest first. */
export const memoryOperations = (): OperationLog & {
  readonly records: ReadonlyArray<OperationRecord>
} => {
  const log = memoryHomeLog('operation')
  return { ...operationLog(log), records: log.records as ReadonlyArray<OperationRecord> }
}
