/**
 * A client of the app-server in the same process: lines in, messages out.
 */
import { absoluteDirectory } from '../../adapters/home/places.ts'
import { openAll } from '../../adapters/open.ts'
import { connectClient } from '../../adapters/rpc/connection/connection.ts'
import type { ClientConnection } from '../../adapters/rpc/threads/relay.ts'
import { remoteOf } from '../../adapters/rpc/follow/elsewhere.ts'
import { createFollow } from '../../adapters/rpc/follow/follow.ts'
import { systemWatch, type FileWatch } from '../../adapters/home/file-watch.ts'
import { remoteWatch } from '../../adapters/rpc/follow/remote-watch.ts'
import { createLive } from '../../adapters/rpc/threads/live.ts'
import { createPastEngines } from '../../adapters/rpc/threads/past-engines.ts'
import type { Server } from '../../adapters/rpc/threads/server.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import type { Engine } from '../../replay/engine.ts'
import { decoderOf } from './client-schema.ts'
import { right } from './engines.ts'

/** A message as it came. */
export type Message = Readonly<Record<string, unknown>>

export interface Client {
  readonly connection: ClientConnection
  /** Everything received so far, in order. */
  readonly received: ReadonlyArray<Message>
  /** What the server wrote for people. */
  readonly logged: ReadonlyArray<string>
  /** Sends lines as they are, waits until all is answered, returns what came. */
  readonly send: (...lines: ReadonlyArray<string>) => Promise<ReadonlyArray<Message>>
  /** Sends one request and returns the response without its id. */
  readonly ask: (method: string, params?: unknown) => Promise<Message>
  readonly close: () => Promise<void>
}

const DEFAULTS = { profile: '0.142' as ProfileName, strict: true }

const INSTALLED = { version: '9.9.9', installationId: '5b2f7c1e-93a4-4d0b-8e6f-0123456789ef' }

/** A server of a home in this process, and how to end it. */
export interface TestServer {
  readonly server: Server
  readonly logged: ReadonlyArray<string>
  readonly close: () => Promise<void>
}

/** Real files, and a clock that never fires by itself: what is due runs when a test calls `sweep`. */
export const unattended = (home: string): FileWatch => ({
  ...systemWatch(home),
  every: () => () => undefined
})

/** What a server is made of, and how its engine answers: `rich` unless strict, in the place of this process. */
export interface ServerOptions extends Partial<Server> {
  readonly rich?: boolean
  readonly absolute?: (path: string) => string
}

/** What a server can be asked to answer with, as options of one. */
export const MODES = {
  strict: { strict: true, rich: false },
  plain: { strict: false, rich: false },
  rich: { strict: false, rich: true }
} as const

/** A server to which any number of clients can be connected. */
export const serverOf = (
  home: string,
  { rich, absolute = absoluteDirectory, ...options }: ServerOptions = {},
  watch: FileWatch = unattended(home)
): TestServer => {
  const { profile, strict } = { ...DEFAULTS, ...options }
  const logged: Array<string> = []
  const how = { profile, strict, absolute, ...(rich === undefined ? {} : { rich }) }
  const opened = right(() => openAll({ home, index: 'memory', ...how }))
  const engine = opened.then((all) => all.engine)
  const past = createPastEngines(async (point) => (await opened).at(point))
  const log = (line: string) => void logged.push(line)
  const live = createLive()
  const parts = { home, profile, strict, engine, past, live, log }
  const follow = createFollow({ ...options, ...parts, watch })
  const server = { ...parts, ...INSTALLED, follow, ...options }
  const close = async (): Promise<void> => {
    await server.follow.close()
    await past.close()
    await (await engine).close()
  }
  return { server, logged, close }
}

/** A server of the threads of a store; it is not kept warm, so that it looks only when it is told to. */
export const storeServerOf = (
  home: string,
  store: string,
  options: Partial<Server> = {}
): TestServer => {
  const { profile, strict } = { ...DEFAULTS, ...options }
  const opened = right(() =>
    openAll({
      ...{ home, store, index: 'memory', profile, strict },
      absolute: absoluteDirectory
    })
  )
  const remote = opened.then(({ store: open }) => {
    if (open === null) throw new Error('the store cannot be opened')
    return remoteOf(open, home)
  })
  const engine = opened.then((all) => all.engine)
  const past = createPastEngines(async (point) => (await opened).at(point))
  const watch = { ...remoteWatch(home, remote), every: () => () => undefined }
  const logged: Array<string> = []
  const log = (line: string) => void logged.push(line)
  const live = createLive()
  const parts = { home, profile, strict, engine, past, live, log, remote }
  const follow = createFollow({ ...options, ...parts, watch })
  const server = { ...parts, ...INSTALLED, follow, ...options }
  const close = async (): Promise<void> => {
    await server.follow.close()
    await past.close()
    await (await engine).close()
  }
  return { server, logged, close }
}

/** The same server with another engine in it. */
export const withEngineOf = (
  { server, ...rest }: TestServer,
  change: (engine: Engine) => Engine
): TestServer => ({
  ...rest,
  server: { ...server, engine: server.engine.then(change) }
})

/** A client of a server; nothing is sent yet. */
export const clientOf = ({ server, logged, close }: TestServer): Client => {
  const received: Array<Message> = []
  const decoder = decoderOf(server.profile)
  const connection = connectClient(server, (text) => {
    const message = JSON.parse(text) as Message
    received.push(message)
    decoder.received(message)
  })
  const send: Client['send'] = async (...lines) => {
    const from = received.length
    for (const line of lines) {
      decoder.sent(line)
      connection.receive(line)
    }
    await connection.idle()
    decoder.check()
    return received.slice(from)
  }
  let id = 0
  return {
    connection,
    received,
    logged,
    send,
    ask: async (method, params) => {
      id += 1
      const messages = await send(JSON.stringify({ id, method, params }))
      const response = messages.find((message) => message['id'] === id) ?? {}
      return Object.fromEntries(Object.entries(response).filter(([key]) => key !== 'id'))
    },
    close: async () => {
      await close()
      decoder.check()
    }
  }
}

/** Connects to a server of a home; nothing is sent yet. */
export const connected = (home: string, options: ServerOptions = {}): Client =>
  clientOf(serverOf(home, options))

export const shaken = async (
  client: Client,
  capabilities: unknown = { experimentalApi: true },
  name = 'test',
  version = '1'
): Promise<Client> => {
  await client.ask('initialize', { clientInfo: { name, version }, capabilities })
  return client
}

/** Connects and shakes hands. */
export const initialized = (
  home: string,
  options: ServerOptions = {},
  capabilities: unknown = { experimentalApi: true }
): Promise<Client> => shaken(connected(home, options), capabilities)
