/**
 * A capture file being written: one line per payload, for its owner alone.
 *
 * The file is opened for every line and closed after it, so that it may be moved away in between. Every line is one write at
 * the end; where another writer was killed in the middle of a line, ours begins on a line of its own.
 */
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { captureLine, type RequestPayload } from '../../../domain/ledgers/analytics/envelope.ts'

const MODE = 0o600
const NEWLINE = 10
/** A pipe without a reader is an error and not a wait. */
const { O_APPEND, O_CREAT, O_NONBLOCK, O_RDWR } = constants
const FLAGS = O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK

const endsInNewline = async (file: FileHandle): Promise<boolean> => {
  const { size } = await file.stat()
  if (size === 0) return true
  const last = Buffer.alloc(1)
  const { bytesRead } = await file.read(last, 0, 1, size - 1)
  return bytesRead === 0 || last[0] === NEWLINE
}

const withFile = async (path: string, use: (file: FileHandle) => Promise<void>): Promise<void> => {
  const file = await open(path, FLAGS, MODE)
  try {
    if (!(await file.stat()).isFile()) throw new Error(`${path} is not a file`)
    await use(file)
  } finally {
    await file.close()
  }
}

/** Makes the file where there is none. Rejects with the system error that is in the way. */
export const touchCapture = (path: string): Promise<void> => withFile(path, () => Promise.resolve())

/** Appends a whole payload, or rejects. */
export const appendPayload = (path: string, payload: RequestPayload): Promise<void> =>
  withFile(path, async (file) => {
    const line = captureLine(payload)
    const bytes = Buffer.from((await endsInNewline(file)) ? line : `\n${line}`)
    const { bytesWritten } = await file.write(bytes)
    if (bytesWritten < bytes.length) throw new Error(`only ${bytesWritten} bytes could be written`)
  })
