/**
 * Servers whose turns a stand-in of Codex runs (`fake-codex.mjs`), and clients of them.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { connectClient } from '../../adapters/rpc/connection/connection.ts'
import type { Server } from '../../adapters/rpc/threads/server.ts'
import { createRelay, type CodexTurns } from '../../adapters/rpc/turns/relay.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { clientSchema } from './client-schema.ts'
import { removeFolder } from './fixture-home.ts'
import { serverOf, type Message } from './rpc-client.ts'

/** What the stand-in is told; see its head. */
export interface FakeCodex {
  readonly version?: string
  readonly endsAtOnce?: string
  readonly loads?: string
  readonly knows?: string
  readonly refuses?: string
  readonly listenMs?: number
  readonly loadMs?: number
  readonly endMs?: number
}

/** A client of such a server. */
export interface TurnsClient {
  readonly received: ReadonlyArray<Message>
  /** The response to a request, without its id. */
  readonly ask: (method: string, params?: unknown) => Promise<Message>
  readonly send: (message: unknown) => void
  /** Waits for a message that came after `from`, or will come. */
  readonly seen: (isIt: (message: Message) => boolean, from?: number) => Promise<Message>
  readonly close: () => void
}

/** A server with a stand-in of Codex. */
export interface TurnsServer {
  readonly server: Server
  readonly logged: ReadonlyArray<string>
  readonly client: (name?: string, capabilities?: object) => Promise<TurnsClient>
  /** What the stand-in was asked, a line for each request; `start PID` for each start. */
  readonly asked: () => ReadonlyArray<string>
  readonly close: () => Promise<void>
}

const FAKE = resolve(import.meta.dirname, 'fake-codex.mjs')

/** The name of a notification and what its status says; a response is its number. */
export const told = (message: Message): string => {
  const { id, method, params } = message as {
    readonly id?: number
    readonly method?: string
    readonly params?: {
      readonly status?: { readonly type: string }
      readonly turn?: { readonly status: string }
    }
  }
  if (method === undefined) return `answer ${String(id)}`
  const detail = params?.turn?.status ?? params?.status?.type
  return detail === undefined ? method : `${method} ${detail}`
}

const clientOf = (server: Server): TurnsClient => {
  const received: Array<Message> = []
  const waiting = new Set<() => void>()
  const schema = clientSchema(server.profile)
  const connection = connectClient(server, (text) => {
    const message = JSON.parse(text) as Message
    received.push(message)
    const { method, params } = message
    const wrong =
      typeof method === 'string' && !('id' in message) && method === 'error'
        ? schema.notification(method, params)
        : null
    if (wrong !== null) throw new Error(wrong)
    for (const look of waiting) look()
  })
  const send = (message: unknown): void => connection.receive(JSON.stringify(message))
  const seen: TurnsClient['seen'] = (isIt, from = 0) =>
    new Promise((found) => {
      const look = (): void => {
        const message = received.slice(from).find(isIt)
        if (message === undefined) return
        waiting.delete(look)
        found(message)
      }
      waiting.add(look)
      look()
    })
  let id = 0
  return {
    received,
    send,
    seen,
    ask: async (method, params) => {
      id += 1
      const own = id
      send({ id, method, params })
      const answer = await seen((message) => message['id'] === own && !('method' in message))
      return Object.fromEntries(Object.entries(answer).filter(([key]) => key !== 'id'))
    },
    close: connection.close
  }
}

/** A server over a home whose turns the stand-in runs. */
export const turnsServer = (
  home: string,
  fake: FakeCodex = {},
  options: Partial<CodexTurns> & { readonly profile?: ProfileName } = {}
): TurnsServer => {
  const { profile = '0.142', ...turns } = options
  const test = serverOf(home, { profile, strict: false })
  const folder = mkdtempSync(join(tmpdir(), 'unroll-fake-'))
  const log = join(folder, 'log')
  const words = JSON.stringify({ version: `${profile}.5`, ...fake, log })
  const relay = createRelay(test.server, {
    path: FAKE,
    args: ['-c', `fake=${words}`],
    preload: 'never',
    idleMs: 60_000,
    without: new Set(),
    ...turns
  })
  const server = { ...test.server, relay }
  return {
    server,
    logged: test.logged,
    client: async (name = 'test', capabilities = { experimentalApi: true }) => {
      const client = clientOf(server)
      await client.ask('initialize', { clientInfo: { name, version: '1' }, capabilities })
      return client
    },
    asked: () => {
      try {
        return readFileSync(log, 'utf8').trim().split('\n')
      } catch {
        return []
      }
    },
    close: async () => {
      await relay.close()
      await test.close()
      rmSync(folder, { recursive: true, force: true })
      removeFolder(home)
    }
  }
}
