/**
 * Telling a log of seals from an export of the trail.
 */
import { closeSync, openSync, readSync } from 'node:fs'

const RECORD_AT = 153
const RECORD = '"record":'

/** True for a file whose first line is one of a log of seals. Throws when it cannot be read. */
export const isSealLog = (path: string): boolean => {
  const file = openSync(path, 'r')
  try {
    const head = Buffer.alloc(RECORD_AT + RECORD.length)
    const read = readSync(file, head, 0, head.length, 0)
    return head.toString('latin1', 0, read).includes(RECORD)
  } finally {
    closeSync(file)
  }
}
