/**
 * WebSockets on an HTTP server, over TCP or a socket file: any number of clients, each a connection of its own.
 *
 * Compression is never agreed on, a message may have 16 MiB, and a client that breaks the rules of the protocol is
 * dropped without a word, all as Codex does it.
 */
import {
  STATUS_CODES,
  createServer,
  type IncomingMessage,
  type Server as Http,
  type ServerResponse
} from 'node:http'
import type { Socket } from 'node:net'
import { Readable, type Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { WebSocket } from 'ws'
import { noTelemetry, type Telemetry } from '../../../replay/telemetry.ts'
import type { ClientRules } from '../threads/relay.ts'
import type { Server } from '../threads/server.ts'
import { LIMITS, serveClient, type ClientLimits, type SocketClient } from './client.ts'
import { isOfPage, judge, type HttpAnswer, type HttpRequest, type HttpRules } from './http.ts'

/** Largest message that is accepted, in bytes. */
export const MESSAGE_BYTES_MAX = 16 * 1024 * 1024

/** The body of a request, up to a size. */
const bodyOf =
  (request: IncomingMessage) =>
  async (bytesMax: number): Promise<Buffer | null> => {
    const pieces: Buffer[] = []
    let bytes = 0
    for await (const piece of request as AsyncIterable<Buffer>) {
      bytes += piece.length
      if (bytes > bytesMax) return null
      pieces.push(piece)
    }
    return Buffer.concat(pieces)
  }

const requestOf = (request: IncomingMessage): HttpRequest => ({
  method: request.method ?? '',
  path: (request.url ?? '').replace(/[?#].*$/s, ''),
  query: /\?([^#]*)/.exec(request.url ?? '')?.[1] ?? '',
  headers: request.headers,
  from: request.socket.remoteAddress,
  body: bodyOf(request)
})

type WholeBody = string | Uint8Array

const isWhole = (body: HttpAnswer['body']): body is WholeBody =>
  typeof body === 'string' || body instanceof Uint8Array

/** A refused upgrade; its reason is short. */
const print = ({ status, body: given, headers }: HttpAnswer): string => {
  const body = isWhole(given) ? given : ''
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body
  ].join('\r\n')
}

/** The protocol that pages ask for; Codex's clients ask for none. */
export const PAGE_PROTOCOL = 'unroll.v1'

/** A WebSocket that hangs up where the standard one would first send why, as Codex's clients expect. */
const upgrader = async () => {
  const { WebSocket: Standard, WebSocketServer } = await import('ws')
  const BROKEN: ReadonlySet<number | undefined> = new Set([1002, 1007, 1008, 1009])
  class Abrupt extends Standard {
    override close(code?: number, data?: string | Buffer): void {
      if (BROKEN.has(code)) this.terminate()
      else super.close(code, data)
    }
  }
  return ({ site }: HttpRules) =>
    new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: MESSAGE_BYTES_MAX,
      handleProtocols: (asked) =>
        site !== undefined && asked.has(PAGE_PROTOCOL) ? PAGE_PROTOCOL : false,
      WebSocket: Abrupt
    })
}

const countRefusal = (telemetry: Telemetry, { status }: HttpAnswer): void => {
  if (status !== 200 && status !== 500) telemetry.count('http.refusals', { status: `${status}` })
}

/** Sends an answer; a reader that goes away ends the work behind it. */
const send = async (
  { status, body, headers }: HttpAnswer,
  response: ServerResponse,
  isHead: boolean
): Promise<void> => {
  if (isWhole(body)) {
    const length = { 'content-length': Buffer.byteLength(body) }
    response.writeHead(status, { ...headers, ...length }).end(body)
    return
  }
  response.writeHead(status, headers)
  const texts = Readable.from(body)
  if (isHead) {
    response.end()
    texts.destroy()
    return
  }
  // A failure destroys the response, so that the reader sees a file that ends too early.
  await pipeline(texts, response).catch(() => undefined)
}

/** Answers requests that are no upgrades, as the rules say. */
export const answerRequests = (
  http: Http,
  rules: HttpRules,
  telemetry: Telemetry = noTelemetry
): void => {
  http.on('request', (request, response) => {
    void judge(requestOf(request), rules).then(async (answer) => {
      if (answer === null) {
        response.destroy()
        return
      }
      countRefusal(telemetry, answer)
      await send(answer, response, request.method === 'HEAD')
    })
  })
}

/** Clients of a server, by the HTTP server they come to. */
interface WebSocketServing {
  /** Serves until `stop` is signalled, then answers what runs, hangs up and closes the HTTP server. */
  readonly serve: (server: Server, stop: AbortSignal, rules: HttpRules) => Promise<void>
  /** To be bound by whoever made this. */
  readonly http: Http
}

/** Makes an HTTP server that accepts WebSockets; nothing is answered before `serve`. */
export const webSockets = async (limits: ClientLimits = LIMITS): Promise<WebSocketServing> => {
  const newSockets = await upgrader()
  const http = createServer()
  const clients = new Set<SocketClient>()

  const welcome = (
    server: Server,
    client: WebSocket,
    socket: Duplex,
    rules?: ClientRules
  ): void => {
    const served = serveClient(server, client, socket as Socket, limits, rules)
    clients.add(served)
    client.once('close', () => clients.delete(served))
  }

  const answerUpgrade =
    (server: Server, stop: AbortSignal, rules: HttpRules, sockets = newSockets(rules)) =>
    async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
      socket.on('error', () => socket.destroy())
      const refused = await judge(requestOf(request), rules)
      const { site } = rules
      const ofPage = isOfPage(request.headers) ? site?.client : undefined
      if (refused !== null) {
        countRefusal(server.telemetry ?? noTelemetry, refused)
        socket.end(print(refused))
      } else if (stop.aborted) socket.destroy()
      else
        sockets.handleUpgrade(request, socket, head, (client) =>
          welcome(server, client, socket, ofPage)
        )
    }

  const serve: WebSocketServing['serve'] = async (server, stop, rules) => {
    const upgrade = answerUpgrade(server, stop, rules)
    http.on('upgrade', (...asked) => void upgrade(...asked))
    answerRequests(http, rules, server.telemetry)
    if (!stop.aborted)
      await new Promise<void>((resolve) => {
        stop.addEventListener('abort', () => resolve(), { once: true })
      })
    const closed = new Promise<void>((resolve) => http.close(() => resolve()))
    await Promise.all([...clients].map(({ finish }) => finish()))
    http.closeAllConnections()
    await closed
  }
  return { serve, http }
}
