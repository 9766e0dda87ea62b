/**
 * Logs of a home in memory, with a clock and ids that count.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { OperationRecord } from '../../domain/changes/operations.ts'
import type { HomeLog, HomeLogLine, OperationLog } from '../../replay/home-ports.ts'
import { operationLog } from '../../replay/operation-log.ts'

/** An empty log; `records` is what was appended, oldest first. */
export const memoryHomeLog = (
  idPrefix = 'record'
): HomeLog & { readonly records: ReadonlyArray<unknown> } => {
  const records: Array<unknown> = []
  const lines: Array<HomeLogLine> = []
  let sizeBytes = 0
  let count = 0
  return {
    records,
    newId: () => `${idPrefix}-${String(++count).padStart(4, '0')}`,
    nowMs: () => count,
    process: { pid: 1, user: 'nobody' },
    append: async (record) => {
      const text = JSON.stringify(record)
      const bytes = Buffer.byteLength(text)
      records.push(record)
      lines.push({ offset: sizeBytes, bytes, checksum: lines.length, terminated: true, text })
      sizeBytes += bytes + 1
      return E.right(undefined)
    },
    look: async () =>
      E.right(sizeBytes === 0 ? null : { sizeBytes, modifiedAtMs: count, inode: 1 }),
    read: async function* (fromBytes) {
      yield* lines.filter(({ offset }) => offset >= fromBytes)
    },
    readBackwards: async function* () {
      yield* [...lines].reverse()
    },
    verify: async (guard) => E.right(lines[guard.checksum]?.offset === guard.offset)
  }
}

/** An empty operation log; `records` is what was appended, oldest first. */
export const memoryOperations = (): OperationLog & {
  readonly records: ReadonlyArray<OperationRecord>
} => {
  const log = memoryHomeLog('operation')
  return { ...operationLog(log), records: log.records as ReadonlyArray<OperationRecord> }
}
