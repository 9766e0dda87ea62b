/**
 * A server of this process over a home, the clients of it, and threads made from recorded ones: what the tests named
 * after Codex's own use.
 */
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Server } from '../../adapters/rpc/threads/server.ts'
import type { HostedTurn, TurnEnd, TurnHost } from '../../adapters/rpc/threads/turn-host.ts'
import type { Thread, Turn } from '../../domain/protocol.ts'
import { FIXTURES, copyHome, removeFolder } from './fixture-home.ts'
import { emptyHome } from './rollouts.ts'
import {
  clientOf,
  serverOf,
  shaken,
  type Client,
  type Message,
  type TestServer
} from './rpc-client.ts'

/** A thread of three turns that was named, in `basic-142`. */
export const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
/** A thread of a repository, in `basic-142`. */
export const GIT = '01a1fcdb-46e0-71c3-911f-3350c9a8ce4c'
/** The id of no thread. */
export const NOBODY = '01a1fcdb-0000-7000-8000-000000000000'
/** What is first said in `PLAIN`. */
export const PLAIN_PREVIEW =
  'Can you stack the second queue near the fence? Also repair the spare queue near the fence.'

/** Answers of this shape are read by tests; the whole is compared where it matters. */
export interface ThreadAnswer {
  readonly thread: Omit<Thread, 'path'> & { readonly path: string | null }
  readonly [member: string]: unknown
}
/** A page of threads or turns. */
export interface PageAnswer<A> {
  readonly data: ReadonlyArray<A>
  readonly nextCursor: string | null
  readonly backwardsCursor: string | null
}
export type ThreadPage = PageAnswer<Thread>
export type TurnPage = PageAnswer<Turn>

/** A home, its server and a client that has shaken hands. */
export interface Room {
  readonly home: string
  readonly server: TestServer
  readonly client: Client
  /** One more client. */
  readonly another: (capabilities?: unknown) => Promise<Client>
  /** The result of a request that must succeed. */
  readonly ok: <A = ThreadAnswer>(method: string, params?: unknown, from?: Client) => Promise<A>
  /** The error of a request that must fail. */
  readonly refused: (method: string, params?: unknown, from?: Client) => Promise<unknown>
  /** What each client was told while something was done: names of notifications, `response` and `error`. */
  readonly heard: (
    clients: ReadonlyArray<Client>,
    act: () => Promise<unknown>
  ) => Promise<ReadonlyArray<ReadonlyArray<string>>>
}

/** Names of messages, with `response` and `error` for answers. */
export const named = (messages: ReadonlyArray<Message>): ReadonlyArray<string> =>
  messages.map(
    (message) => (message['method'] as string) ?? ('error' in message ? 'error' : 'response')
  )

/** An error of the ordinary kind. */
export const invalid = (message: string, code = -32600): unknown => ({ code, message })

/** Runs with a server over a recorded home (by name) or any other (by path), which is deleted afterwards. */
export const inRoom = async (
  homeOrName: string,
  use: (room: Room) => Promise<void>,
  options: Partial<Server> = {}
): Promise<void> => {
  const home = homeOrName.startsWith('/') ? homeOrName : copyHome(homeOrName)
  const server = serverOf(home, options)
  const another = (capabilities?: unknown) => shaken(clientOf(server), capabilities)
  const client = await another()
  const asked = async (method: string, params: unknown, from: Client) => {
    const message = await from.ask(method, params ?? {})
    return [message['result'], message['error']] as const
  }
  try {
    await use({
      home,
      server,
      client,
      another,
      ok: async <A>(method: string, params?: unknown, from = client) => {
        const [result, error] = await asked(method, params, from)
        if (error !== undefined) throw new Error(`${method} was refused: ${JSON.stringify(error)}`)
        return result as A
      },
      refused: async (method, params, from = client) => {
        const [result, error] = await asked(method, params, from)
        if (error === undefined)
          throw new Error(`${method} was answered: ${JSON.stringify(result)}`)
        return error
      },
      heard: async (clients, act) => {
        const before = clients.map(({ received }) => received.length)
        await act()
        return clients.map(({ received }, at) => named(received.slice(before[at])))
      }
    })
  } finally {
    await server.close()
    removeFolder(home)
  }
}

/** What a made thread is like. */
export interface Made {
  readonly id: string
  /** When it was created; the file is named after it. */
  readonly at?: string
  /** When its file was changed last; as created when absent. */
  readonly changedAt?: string
  /** Members of its first line other than recorded; null takes one out. */
  readonly meta?: Readonly<Record<string, unknown>>
  /** What a person said first. */
  readonly message?: string
  readonly archived?: boolean
}

const RECORDED = join(
  FIXTURES,
  'homes/basic-142/home/sessions/2026/11/21',
  `rollout-2026-11-21T06-46-30-${PLAIN}.jsonl`
)
/** The lines of the first turn. */
const FIRST_TURN = 11

/** The lines of a made thread: the first turn of a recorded one with another id, time and metadata. */
export const madeLines = ({
  id,
  at = '2026-05-01T10:00:00.000Z',
  meta = {},
  message
}: Made): ReadonlyArray<string> => {
  const recorded = readFileSync(RECORDED, 'utf8').split('\n').slice(0, FIRST_TURN)
  return recorded.map((line) => {
    const { type, payload } = JSON.parse(line.replaceAll(PLAIN, id)) as {
      readonly type: string
      readonly payload: Record<string, unknown>
    }
    const isFirst = type === 'session_meta'
    const said = message === undefined ? {} : { message }
    const members = isFirst
      ? { ...payload, timestamp: at, ...meta }
      : payload['type'] === 'user_message'
        ? { ...payload, ...said }
        : payload
    const kept = Object.fromEntries(
      Object.entries(members).filter(([key, value]) => !(isFirst && key in meta && value === null))
    )
    return JSON.stringify({ timestamp: at, type, payload: kept })
  })
}

/** Where a made thread stands. */
export const madePath = (
  home: string,
  { id, at = '2026-05-01T10:00:00.000Z', archived }: Made
): string => {
  const [date = '', time = ''] = at.slice(0, 19).split('T')
  const name = `rollout-${date}T${time.replaceAll(':', '-')}-${id}.jsonl`
  return archived === true
    ? join(home, 'archived_sessions', name)
    : join(home, 'sessions', ...date.split('-'), name)
}

/** Writes lines where a thread belongs, with a file time; returns the path. */
export const putThread = (home: string, made: Made, lines = madeLines(made)): string => {
  const path = madePath(home, made)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
  touch(path, made.changedAt ?? made.at ?? '2026-05-01T10:00:00.000Z')
  return path
}

/** Gives a file another time of change. */
export const touch = (path: string, at: string): void =>
  utimesSync(path, new Date(at), new Date(at))

/** A fresh home with made threads. */
export const madeHome = (...threads: ReadonlyArray<Made>): string => {
  const home = emptyHome()
  for (const made of threads) putThread(home, made)
  return home
}

/** A host that runs turns under the control of a test. */
export interface ScriptedHost {
  readonly host: TurnHost
  /** The turn that began last. */
  readonly last: () => HostedTurn
  /** Ends it, and waits until everyone was told. */
  readonly end: (room: Room, how?: TurnEnd) => Promise<void>
}

/** Makes a host; a turn runs until the test ends it. */
export const scriptedHost = (): ScriptedHost => {
  const turns: Array<{ readonly turn: HostedTurn; readonly finish: (end: TurnEnd) => void }> = []
  const newest = () => {
    const turn = turns[turns.length - 1]
    if (turn === undefined) throw new Error('no turn began')
    return turn
  }
  return {
    host: { run: (turn) => new Promise((finish) => turns.push({ turn, finish })) },
    last: () => newest().turn,
    end: async ({ server }, how = { status: 'completed' }) => {
      const { turn, finish } = newest()
      const ended = server.server.live.find(turn.threadId)?.turn?.ended
      finish(how)
      await ended
    }
  }
}

/** What a client sends to begin a turn. */
export const saying = (text: string): unknown => [{ type: 'text', text }]
