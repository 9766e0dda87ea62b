/**
 * Messages on their way to a stream, one behind the other. A long reply comes in pieces, and they are made as fast as the reader
 * takes them: neither its text nor its bytes are ever there as a whole.
 */
import type { Writable } from 'node:stream'

/** Bytes that may wait in the stream before no more pieces are made. */
const AHEAD_BYTES = 256 * 1024
/** Bytes after which other work has its turn. */
const TURN_BYTES = 1024 * 1024

export interface Outbox {
  readonly send: (message: string) => void
  /** Sends a message in pieces, which may be made late: what they are made of must not change any more. */
  readonly sendPieces: (pieces: Iterable<string>) => void
  /** True while the reader has not taken what was sent. */
  readonly isBehind: () => boolean
  /** Resolves when the reader took what was sent, when the stream is closed, and when `stop` is signalled. */
  readonly caughtUp: (stop: AbortSignal) => Promise<void>
}

/** Hands what is written in one turn of the event loop to the system at once: one call per answer costs more. */
const together = (output: Writable): Writable => {
  if (output.writableCorked > 0) return output
  output.cork()
  setImmediate(() => output.uncork())
  return output
}

/** The outbox of a stream, with `\n` behind each message. */
export const outboxOf = (output: Writable): Outbox => {
  const queue: Array<string | Iterator<string>> = []
  const waiting = new Set<() => void>()
  let isResting = false

  const isBehind = (): boolean =>
    !output.destroyed && (queue.length > 0 || output.writableNeedDrain)

  const wake = (): void => {
    for (const resolve of waiting) resolve()
    waiting.clear()
  }

  const rest = (): void => {
    isResting = true
    setImmediate(() => {
      isResting = false
      pump()
    })
  }

  /** Writes what waits until the reader is behind. */
  const pump = (): void => {
    let bytes = 0
    while (!isResting && !output.destroyed && queue.length > 0) {
      if (output.writableLength > AHEAD_BYTES) return
      if (bytes > TURN_BYTES) return rest()
      const first = queue[0] as string | Iterator<string>
      const piece = typeof first === 'string' ? null : first.next()
      if (piece === null || piece.done === true) queue.shift()
      const text =
        piece === null ? `${first as string}\n` : piece.done === true ? '\n' : piece.value
      const chunk = Buffer.from(text)
      bytes += chunk.length
      output.write(chunk)
    }
    if (output.destroyed) queue.length = 0
    if (!isBehind()) wake()
  }

  output.on('drain', pump).on('close', pump).on('error', pump)
  return {
    send: (message) => {
      if (queue.length > 0) queue.push(message)
      else if (!output.destroyed) together(output).write(`${message}\n`)
    },
    sendPieces: (pieces) => {
      queue.push(pieces[Symbol.iterator]())
      if (queue.length === 1) pump()
    },
    isBehind,
    caughtUp: (stop) =>
      new Promise((resolve) => {
        if (stop.aborted || !isBehind()) return resolve()
        const done = (): void => {
          stop.removeEventListener('abort', done)
          waiting.delete(done)
          resolve()
        }
        waiting.add(done)
        stop.addEventListener('abort', done)
      })
  }
}
