/**
 * One client on a WebSocket: a text frame is a message.
 *
 * Unsent bytes are bounded. While too many wait, nothing more is read from that client, so a client that sends faster than it
 * reads is slowed down by its own connection. One that reads nothing at all, or lets too much pile up, is cut off; the others do
 * not notice.
 */
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { LabelsOf } from '../../../replay/metrics.ts'
import { connectClient } from '../connection/connection.ts'
import type { ClientRules } from '../threads/relay.ts'
import type { Server } from '../threads/server.ts'

export interface ClientLimits {
  /** With more than this unsent, no further request is read. */
  readonly pauseBytes: number
  /** With more than this unsent, in more than one message, the client is cut off. */
  readonly unsentBytesMax: number
  /** A client that reads nothing for this long, though something waits for it, is cut off. */
  readonly stallMsMax: number
  /** How long running requests may take, and be read, when the server ends. */
  readonly finishMsMax: number
}

export const LIMITS: ClientLimits = {
  pauseBytes: 1024 * 1024,
  unsentBytesMax: 256 * 1024 * 1024,
  stallMsMax: 30_000,
  finishMsMax: 10_000
}

export interface SocketClient {
  /** Answers what runs and hangs up. */
  readonly finish: () => Promise<void>
}

const within = (msMax: number, done: Promise<unknown>): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, msMax)
    void done.finally(() => {
      clearTimeout(timer)
      resolve()
    })
  })

/** Serves a client until it goes away; never throws. Without rules it may call and see everything. */
export const serveClient = (
  server: Server,
  client: WebSocket,
  socket: Socket,
  { pauseBytes, unsentBytesMax, stallMsMax, finishMsMax }: ClientLimits,
  rules: ClientRules = {}
): SocketClient => {
  let unsent = 0
  let emptied: () => void = () => undefined
  const behind = new Set<() => void>()
  /** Lets those go on who wait for the client to take something. */
  const goOn = (): void => {
    for (const wake of behind) wake()
    behind.clear()
  }
  /** Resolves while so little waits that the client is not held back either. */
  const caughtUp = (): Promise<void> =>
    client.readyState !== client.OPEN || client.bufferedAmount <= pauseBytes / 4
      ? Promise.resolve()
      : new Promise((wake) => behind.add(wake))
  const cutOff = (kind: LabelsOf<'rpc.clients.cut_off'>['why'], why: string): void => {
    server.telemetry?.count('rpc.clients.cut_off', { why: kind })
    server.log(`${why}, the connection is dropped`)
    client.terminate()
  }

  const sent = (): void => {
    unsent -= 1
    if (client.isPaused && client.bufferedAmount <= pauseBytes) client.resume()
    if (client.bufferedAmount <= pauseBytes / 4) goOn()
    if (unsent === 0) emptied()
  }
  const send = (message: string): void => {
    if (client.readyState !== client.OPEN) return
    unsent += 1
    client.send(message, sent)
    if (client.bufferedAmount > unsentBytesMax && unsent > 1)
      cutOff('behind', `${client.bufferedAmount} bytes wait for a client`)
    else if (client.bufferedAmount > pauseBytes) client.pause()
  }

  const connection = connectClient(server, send, { ...rules, caughtUp })
  const receive = (data: unknown, isBinary: boolean): void => {
    if (isBinary) server.log('a binary frame is not answered')
    else connection.receive((data as Buffer).toString('utf8'))
  }
  client.on('message', receive)
  client.on('error', ({ message }) => cutOff('broken', message))
  const closed = new Promise<void>((resolve) => {
    client.on('close', () => {
      connection.close()
      goOn()
      emptied()
      resolve()
    })
  })
  socket.setTimeout(stallMsMax).on('timeout', () => {
    if (client.bufferedAmount > 0) cutOff('stalled', 'a client takes nothing')
  })

  return {
    finish: async () => {
      client.off('message', receive)
      connection.end()
      connection.stop()
      const flushed = async (): Promise<void> => {
        await connection.idle()
        if (unsent > 0) await new Promise<void>((resolve) => (emptied = resolve))
      }
      await within(finishMsMax, flushed())
      client.terminate()
      await closed
    }
  }
}
