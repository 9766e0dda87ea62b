/**
 * The operation log, as the records of a home log.
 */
import { toOperationRecord, type OperationRecord } from '../domain/changes/operations.ts'
import type { HomeLog, HomeLogLine, OperationLog } from './home-ports.ts'

const recordOf = (text: string): OperationRecord | null => {
  try {
    return toOperationRecord(JSON.parse(text))
  } catch {
    return null
  }
}

async function* recordsIn(lines: AsyncIterable<HomeLogLine>, isOwn = false) {
  for await (const { text, isCopied } of lines) {
    const record = isOwn && isCopied === true ? null : recordOf(text)
    if (record !== null) yield record
  }
}

/** Operations over the home log that holds them; a line that is no record is passed over. */
export const operationLog = (log: HomeLog): OperationLog => ({
  newId: log.newId,
  nowMs: log.nowMs,
  process: log.process,
  append: log.append,
  read: (order) => recordsIn(order === 'oldest' ? log.read(0) : log.readBackwards()),
  readOwn: () => recordsIn(log.readBackwards(), true)
})
