/**
 * The stdio transport: one message per line, `\n` behind each, UTF-8.
 *
 * Nothing is lost and nothing piles up: while too many requests run, or the reader of our answers is slow, no
 * further line is read. At the end of the input every request is still answered.
 */
import { isUtf8 } from 'node:buffer'
import type { Readable, Writable } from 'node:stream'
import { connectClient } from '../connection/connection.ts'
import type { Server } from '../threads/server.ts'
import { reasonOf } from '../wire/errors.ts'
import { outboxOf, type Outbox } from './outbox.ts'

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

/** Resolves when everything is written; after a signal, a reader that stopped reading is not waited for long. */
const flushed = async (output: Writable, outbox: Outbox, stop: AbortSignal): Promise<void> => {
  await outbox.caughtUp(stop)
  await new Promise<void>((resolve) => {
    if (output.destroyed || output.writableEnded) return resolve()
    const giveUp = (): void => void setTimeout(resolve, FLUSH_MS_MAX).unref()
    if (stop.aborted) giveUp()
    else stop.addEventListener('abort', giveUp, { once: true })
    output.write('', () => resolve())
  })
}

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
  const outbox = outboxOf(output)
  const connection = connectClient(server, outbox.send, {
    sendPieces: outbox.sendPieces,
    caughtUp: () => outbox.caughtUp(stop)
  })
  try {
    for await (const line of linesOf(input)) {
      if (line === 'too_long' || !isUtf8(line))
        server.log('a line that is too long or not UTF-8 is not answered')
      else connection.receive(line.toString('utf8'))
      if (!connection.hasRoom()) await connection.room()
      if (outbox.isBehind()) await outbox.caughtUp(stop)
      if (stop.aborted) break
    }
  } catch (cause) {
    if (!input.destroyed) server.log(`input failed: ${reasonOf(cause)}`)
  }
  connection.end()
  await connection.idle()
  await flushed(output, outbox, stop)
  connection.close()
  stop.removeEventListener('abort', end)
}
