/**
 * The operation log, as the records of a home log.
 */
import { toOperationRecord, type OperationRecord } from '../../domain/changes/operations.ts'
import type { HomeLog, OperationLog } from '../ports.ts'

const recordOf = (text: string): OperationRecord | null => {
  try {
    return toOperationRecord(JSON.parse(text))
  } catch {
    return null
  }
}

async function* recordsIn(log: HomeLog, order: 'oldest' | 'newest') {
  for await (const { text } of order === 'oldest' ? log.read(0) : log.readBackwards()) {
    const record = recordOf(text)
    if (record !== null) yield record
  }
}

/** Operations over the home log that holds them; a line that is no record is passed over. */
export const operationLog = (log: HomeLog): OperationLog => ({
  newId: log.newId,
  nowMs: log.nowMs,
  process: log.process,
  append: log.append,
  read: (order) => recordsIn(log, order)
})
