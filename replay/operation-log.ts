/**
 * The operation log, as the records of a home log.
 */
import { toOperationRecord } from '../domain/changes/operations.ts'
import { parsedJson } from '../domain/json.ts'
import type { HomeLog, HomeLogLine, OperationLog } from './home-ports.ts'

async function* recordsIn(lines: AsyncIterable<HomeLogLine>, isOwn = false) {
  for await (const { text, isCopied } of lines) {
    const record = isOwn && isCopied === true ? null : toOperationRecord(parsedJson(text))
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
