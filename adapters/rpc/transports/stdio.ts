/**
 * The stdio transport: one message per line, `\n` behind each, UTF-8.
 *
 * Nothing is lost and nothing piles up: while too many requests run, or the reader of our answers is slow, no
 * further line is read. At the end of the input every request is still answered.
 */
import { isUtf8 } from 'node:buffer'
import type { Readable, Writable } from 'node:stream'
import { connect } from '../connection/connection.ts'
import type { Server } from '../threads/server.ts'
import { reasonOf } from '../wire/errors.ts'

/** Longest line that is read, in bytes; a longer one is skipped. */
export const LINE_BYTES_MAX = 256 * 1024 * 1024

const NEWLINE = 10
const FLUSH_MS_MAX = 2000

/** Cuts chunks into lines; what follows the last newline is a line too. */
async function* linesOf(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer | 'too_long'> {
  let parts: Array<Buffer> = []
  let bytes = 0
  const take = (part: Buffer): void => {
    bytes += part.length
    if (bytes <= LINE_BYTES_MAX) parts.push(part)
    else parts = []
  }
  const line = (): Buffer | 'too_long' => {
    const whole = bytes > LINE_BYTES_MAX ? 'too_long' : Buffer.concat(parts)
    parts = []
    bytes = 0
    return whole
  }
  for await (const chunk of input) {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, end))
      yield line()
      from = end + 1
    }
    if (from < chunk.length) take(chunk.subarray(from))
  }
  if (bytes > 0) yield line()
}

/** Hands what is written in one turn of the event loop to the system at once: one call per answer costs more. */
const together = (output: Writable): Writable => {
  if (output.writableCorked > 0) return output
  output.cork()
  setImmediate(() => output.uncork())
  return output
}

/** Resolves when the output takes more, is closed, or `stop` is signalled. */
const drained = (output: Writable, stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      output.off('drain', done).off('close', done).off('error', done)
      stop.removeEventListener('abort', done)
      resolve()
    }
    output.on('drain', done).on('close', done).on('error', done)
    stop.addEventListener('abort', done)
    if (stop.aborted) done()
  })

/** Resolves when everything is written; after a signal, a reader that stopped reading is not waited for long. */
const flushed = (output: Writable, stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (output.destroyed || output.writableEnded) return resolve()
    const giveUp = (): void => void setTimeout(resolve, FLUSH_MS_MAX).unref()
    if (stop.aborted) giveUp()
    else stop.addEventListener('abort', giveUp, { once: true })
    output.write('', () => resolve())
  })

/**
 * Serves one client until the input ends or `stop` is signalled, then answers what is still running.
 * Never rejects: a broken pipe ends the conversation.
 */
export const serveStdio = async (
  server: Server,
  input: Readable,
  output: Writable,
  stop: AbortSignal
): Promise<void> => {
  const end = (): void => void input.destroy()
  stop.addEventListener('abort', end, { once: true })
  output.on('error', end)
  const connection = connect(server, (message) => {
    if (!output.destroyed) together(output).write(`${message}\n`)
  })
  try {
    for await (const line of linesOf(input)) {
      if (line === 'too_long' || !isUtf8(line))
        server.log('a line that is too long or not UTF-8 is not answered')
      else connection.receive(line.toString('utf8'))
      if (!connection.hasRoom()) await connection.room()
      if (output.writableNeedDrain) await drained(output, stop)
      if (stop.aborted) break
    }
  } catch (cause) {
    if (!input.destroyed) server.log(`input failed: ${reasonOf(cause)}`)
  }
  await connection.idle()
  await flushed(output, stop)
  connection.close()
  stop.removeEventListener('abort', end)
}
