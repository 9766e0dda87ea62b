/**
 * Clients over WebSockets, and servers for them in the same process.
 */
import { once } from 'node:events'
import { createConnection, type AddressInfo, type Socket } from 'node:net'
import { WebSocket, type ClientOptions } from 'ws'
import type { Server } from '../../adapters/rpc/threads/server.ts'
import { openToAll } from '../../adapters/rpc/transports/auth.ts'
import type { ClientLimits } from '../../adapters/rpc/transports/client.ts'
import { HEALTH, type HttpRules, type ServedSite } from '../../adapters/rpc/transports/http.ts'
import { webSockets } from '../../adapters/rpc/transports/websocket.ts'
import { serverOf, type Message } from './rpc-client.ts'

export interface WsClient {
  readonly socket: WebSocket
  /** Everything received so far, in order. */
  readonly received: ReadonlyArray<Message>
  /** Sends a request and resolves with its answer, without the id. */
  readonly ask: (method: string, params?: unknown) => Promise<Message>
  /** Resolves with the first message, past or to come, that fits. */
  readonly next: (fits: (message: Message) => boolean) => Promise<Message>
  /** Resolves with the code the connection ended with. */
  readonly closed: Promise<number>
}

/** Wraps a socket that may still be connecting. */
export const clientOn = (socket: WebSocket): WsClient => {
  const received: Array<Message> = []
  const waiting = new Set<() => void>()
  const wake = (): void => waiting.forEach((look) => look())
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  socket.on('error', () => undefined)
  socket.on('message', (data: Buffer) => {
    received.push(JSON.parse(data.toString('utf8')) as Message)
    wake()
  })
  const next: WsClient['next'] = (fits) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = received.find(fits)
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      void closed.then((code) => reject(new Error(`closed with ${code}`)))
      look()
    })
  let id = 0
  return {
    socket,
    received,
    next,
    closed,
    ask: async (method, params = {}) => {
      id += 1
      const mine = id
      socket.send(JSON.stringify({ id, method, params }))
      const { id: _, ...answer } = await next((message) => message['id'] === mine)
      return answer
    }
  }
}

/** Connects; rejects when the upgrade is refused. */
export const openClient = async (url: string, options: ClientOptions = {}): Promise<WsClient> => {
  const socket = new WebSocket(url, { perMessageDeflate: false, ...options })
  const client = clientOn(socket)
  await once(socket, 'open')
  return client
}

/** Connects and shakes hands. */
export const openInitialized = async (url: string, name = 'test'): Promise<WsClient> => {
  const client = await openClient(url)
  const clientInfo = { name, version: '1' }
  await client.ask('initialize', { clientInfo, capabilities: { experimentalApi: true } })
  return client
}

export interface WsServer {
  readonly url: string
  readonly port: number
  readonly server: Server
  readonly logged: ReadonlyArray<string>
  /** Stops it as a signal does; resolves when it has ended. */
  readonly stop: () => Promise<void>
}

/** Serves a home on a free port of this machine. */
export const wsServerOf = async (
  home: string,
  {
    limits,
    rules = {},
    siteAt,
    ...options
  }: Partial<Server> & {
    readonly limits?: ClientLimits
    readonly rules?: Partial<HttpRules>
    readonly siteAt?: (port: number, server: Server) => ServedSite
  } = {}
): Promise<WsServer> => {
  const { server, logged, close } = serverOf(home, options)
  const auth = (header: string | undefined) => openToAll(header, 0)
  const { http, serve } = await webSockets(limits)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  const site = siteAt === undefined ? {} : { site: siteAt(port, server) }
  const all: HttpRules = { routes: HEALTH, browsersReach: true, auth, ...site, ...rules }
  const stop = new AbortController()
  const served = serve(server, stop.signal, all)
  return {
    url: `ws://127.0.0.1:${port}`,
    port,
    server,
    logged,
    stop: async () => {
      stop.abort()
      await served
      await close()
    }
  }
}

/** An HTTP answer as it came, by its parts. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const readAnswer = (raw: string): RawAnswer => {
  const [head = '', ...rest] = raw.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(':')
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]
    })
  )
  return { status: Number(first.split(' ')[1]), headers, body: rest.join('\r\n\r\n') }
}

/** True when head and announced body have come, or an upgrade was granted. */
const isWhole = (raw: string, isHead: boolean): boolean => {
  if (!raw.includes('\r\n\r\n')) return false
  const { headers, body, status } = readAnswer(raw)
  return status === 101 || isHead || body.length >= Number(headers['content-length'])
}

/** Sends a request byte by byte as given, which HTTP libraries do not let one do, and reads the answer. */
export const rawHttp = (
  to: number | string,
  method: string,
  path: string,
  headers: ReadonlyArray<readonly [string, string]> = []
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const socket: Socket =
      typeof to === 'number' ? createConnection(to, '127.0.0.1') : createConnection(to)
    let raw = ''
    const done = (): void => {
      resolve(readAnswer(raw))
      socket.destroy()
    }
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      raw += text
      if (isWhole(raw, method === 'HEAD')) done()
    })
    socket.once('end', done).once('error', reject)
    const lines = [
      ...(headers.some(([name]) => name === 'Host') ? [] : [['Host', 'localhost'] as const]),
      ...headers
    ].map(([name, value]) => `${name}: ${value}`)
    socket.write([`${method} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'), 'latin1')
  })

/** Headers of a WebSocket upgrade. */
export const UPGRADE: ReadonlyArray<readonly [string, string]> = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==']
]
