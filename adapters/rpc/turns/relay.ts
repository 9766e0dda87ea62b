/**
 * Turns by a real Codex: unroll answers what is history, and a `codex app-server` on the same home what needs a model.
 */
import { isJsonObject, textOrNull, type Json, type JsonObject } from '../../../domain/json.ts'
import type { Relay } from '../threads/relay.ts'
import type { Server } from '../threads/server.ts'
import type { Notice } from '../wire/message.ts'
import { createChildren } from './child.ts'
import { connectBoth } from './client.ts'
import type { RelayCore } from './core.ts'
import { createDesk, type DeskServer } from './desk.ts'
import { diedTurn, DIED } from './failed.ts'
import { watchForeign } from './foreign.ts'
import type { ChildMessage } from './link.ts'
import { threadIn, type RouteFamily } from './routes.ts'
import { isLarge } from './thread-file.ts'
import { createWords, type Words } from './words.ts'

export type Preload = 'auto' | 'always' | 'never'

/** How a server has turns run by a Codex. */
export interface CodexTurns {
  /** The program: a path, or a name that is looked for as the shell does. */
  readonly path: string
  /** Options of `codex app-server`, such as `-c KEY=VALUE`. */
  readonly args: ReadonlyArray<string>
  /** Which threads are loaded in advance: large ones that an interface opens, all, or none. */
  readonly preload: Preload
  /** How long a child may do nothing before it is ended. */
  readonly idleMs: number
  /** What is switched off. */
  readonly without: ReadonlySet<RouteFamily>
}

/** Clients that send messages; others may only read. */
const INTERFACE = 'codex-tui'
const LOOK_MS_MAX = 15_000
/** A connection that ends before its child does ended with it, unless the child is still there then. */
const CHILD_END_MS = 500

/** What a notification of the child says about the thread it has. */
const CLAIMS: ReadonlySet<string> = new Set(['thread/started', 'turn/started'])

const nameIn = (hello: JsonObject | null): string => {
  const info = hello?.['clientInfo']
  return (isJsonObject(info) ? textOrNull(info['name']) : null) ?? ''
}

const statusIn = (params: Json): string | null => {
  const status = isJsonObject(params) ? params['status'] : null
  return isJsonObject(status) ? textOrNull(status['type']) : null
}

/** Takes what the child says of its threads: which it has, and which no more. */
const listener =
  ({ desk, words, unstored }: Pick<RelayCore, 'desk' | 'words' | 'unstored'>) =>
  (method: string, params: Json, isHouse: boolean): void => {
    words.heard(method, params, isHouse)
    const threadId = threadIn(params)
    if (threadId === null) return
    if (method === 'thread/started') unstored.add(threadId)
    const status = method === 'thread/status/changed' && isHouse ? statusIn(params) : null
    if (CLAIMS.has(method) || (status !== null && status !== 'notLoaded'))
      desk.step(threadId, { type: 'claimed' })
    if (!isHouse) return
    const isGone = method === 'thread/archived' || method === 'thread/deleted'
    if (isGone || method === 'thread/closed' || status === 'notLoaded')
      desk.step(threadId, { type: 'closed', gone: isGone })
  }

/** Tells everybody what became of the threads of a child that ended, and gives them back. */
const childEnded =
  ({ desk, words, unstored }: RelayCore, profile: Server['profile']) =>
  (asked: boolean): void => {
    for (const threadId of words.busy()) {
      const { turnId } = words.of(threadId)
      if (asked || turnId === null) continue
      const followers = desk.followersOf(threadId)
      for (const one of diedTurn(profile, threadId, turnId))
        for (const client of one.to === 'all' ? desk.clients.values() : followers) client.tell(one)
    }
    for (const threadId of desk.known()) desk.step(threadId, { type: 'ended', why: DIED })
    unstored.clear()
  }

/** Ends a child that does nothing; returns what ends looking. */
const endIdle = (
  { desk, words, children }: RelayCore,
  { idleMs }: CodexTurns,
  usedAtMs: () => number
): (() => void) => {
  const timer = setInterval(
    () => {
      const isAtWork =
        words.busy().length > 0 ||
        desk.owned().some((threadId) => desk.of(threadId).at !== 'child') ||
        [...desk.clients.values()].some((client) => client.isWaiting())
      if (children.ready() === null || isAtWork || Date.now() - usedAtMs() < idleMs) return
      void children.stop()
    },
    Math.max(100, Math.min(LOOK_MS_MAX, idleMs / 4))
  )
  timer.unref()
  return () => clearInterval(timer)
}

const createCore = (server: DeskServer, options: CodexTurns, words: Words) => {
  const desk = createDesk(server, words)
  const unstored = new Set<string>()
  let usedAtMs = Date.now()
  const heard = listener({ desk, words, unstored })
  const told = (message: ChildMessage): void => {
    if (message.kind === 'notification') heard(message.method, message.params, true)
  }
  const children = createChildren({
    program: {
      ...{ path: options.path, args: options.args, home: server.home },
      ...{ cwd: process.cwd(), env: process.env }
    },
    profile: server.profile,
    log: server.log,
    told,
    ended: (asked) => {
      for (const client of desk.clients.values()) client.lostChild()
      childEnded(core, server.profile)(asked)
    }
  })
  const core: RelayCore = {
    ...{ desk, words, children, heard, unstored, without: options.without },
    used: () => void (usedAtMs = Date.now()),
    answered: (method, threadId, result) => {
      usedAtMs = Date.now()
      const turn = isJsonObject(result) ? result['turn'] : null
      const turnId = isJsonObject(turn) ? textOrNull(turn['id']) : null
      if (turnId !== null) words.noteTurn(threadId, turnId)
      const reviewed = isJsonObject(result) ? textOrNull(result['reviewThreadId']) : null
      if (turnId !== null && reviewed !== null) words.noteReview(reviewed, turnId)
      if (method === 'thread/start' || method === 'thread/fork') unstored.add(threadId)
      if (['thread/start', 'thread/fork', 'thread/resume'].includes(method))
        desk.step(threadId, { type: 'claimed' })
    },
    opened: (threadId, client, hello) => {
      const { preload } = options
      if (preload === 'never' || (preload === 'auto' && nameIn(hello) !== INTERFACE)) return
      void desk.pathOf(threadId).then((path) => {
        if (path === null || (preload === 'auto' && !isLarge(path))) return
        desk.step(threadId, { type: 'opened', client })
      })
    },
    linkLost: (client) => {
      const before = children.ready()
      const again = (): void => {
        if (before === null || children.ready() !== before) return
        for (const threadId of desk.known()) {
          if (!desk.of(threadId).joined.includes(client)) continue
          desk.step(threadId, { type: 'unfollows', client })
          desk.step(threadId, { type: 'follows', client, where: 'unroll' })
        }
      }
      setTimeout(again, CHILD_END_MS).unref()
    }
  }
  return { core, usedAtMs: () => usedAtMs }
}

/** A relay; its child is started with the first client. */
export const createRelay = (server: DeskServer, options: CodexTurns): Relay<Server> => {
  const words = createWords()
  const { core, usedAtMs } = createCore(server, options, words)
  const { desk, children } = core
  const tell = (threadId: string, notice: Notice): void => {
    for (const client of desk.followersOf(threadId)) client.tell(notice)
  }
  watchForeign(server, core, tell)
  const endLooking = endIdle(core, options, usedAtMs)
  return {
    connect: (all, send, connection) => connectBoth(core, all, send, connection),
    owned: desk.owned,
    wordOf: (threadId) => (desk.of(threadId).at === 'unroll' ? null : words.of(threadId)),
    close: async () => {
      endLooking()
      await children.close()
      desk.close()
    }
  }
}
