/**
 * A pipe between stdin, stdout and the socket file of a server, byte by byte: whoever uses it speaks WebSocket through it.
 */
import { once } from 'node:events'
import { createConnection } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/**
 * Carries bytes until either side ends; answers why it could not connect, or null. A side that breaks ends the
 * conversation, as a side that leaves does.
 */
export const proxy = async (
  path: string,
  input: Readable,
  output: Writable
): Promise<string | null> => {
  const socket = createConnection(path)
  try {
    await once(socket, 'connect')
  } catch (cause) {
    return `failed to connect to socket at ${path}: ${(cause as Error).message}`
  }
  const sent = pipeline(input, socket).catch(() => undefined)
  const received = pipeline(socket, output).catch(() => undefined)
  await received
  input.destroy()
  await sent
  return null
}
