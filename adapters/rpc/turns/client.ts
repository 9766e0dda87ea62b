/**
 * One client between unroll and the child: every request goes to one of them, and what both say comes out as if one said it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isJsonObject } from '../../../domain/json.ts'
import { connect, IN_FLIGHT_MAX } from '../connection/connection.ts'
import { createGate } from '../connection/gate.ts'
import type { ClientConnection, ConnectionOptions } from '../threads/relay.ts'
import type { Server } from '../threads/server.ts'
import { overloaded, type RpcError } from '../wire/errors.ts'
import { parseMessage, printError } from '../wire/message.ts'
import { done, optedOutIn, serveHere, tellClient, type BothServers, type Request } from './both.ts'
import { linkEnded, linkOf } from './client-link.ts'
import type { RelayCore } from './core.ts'
import type { DeskClient } from './desk.ts'
import { dispatch, passChange, passOn, serveTaken } from './dispatch.ts'
import { failHere } from './failing.ts'
import { createFilters } from './filters.ts'
import { createMemory } from './memory.ts'
import { askHere, remember } from './remember.ts'
import { routeOf, threadIn } from './routes.ts'

/** Looks at an answer of unroll before the client gets it; false when it is not for the client. */
const replied = (
  both: BothServers,
  requestId: string,
  answer: E.Either<RpcError, unknown>
): boolean => {
  const own = both.own.get(requestId)
  if (own !== undefined) {
    both.own.delete(requestId)
    own()
    return false
  }
  const request = both.served.get(requestId)
  both.served.delete(requestId)
  if (request === undefined || E.isLeft(answer)) return true
  if (request.method !== 'initialize') remember(both, request, answer.right, 'unroll')
  else {
    both.hello = isJsonObject(request.params) ? request.params : {}
    // Interfaces ask for accounts and models before they show anything.
    void linkOf(both)
  }
  return true
}

const stateOf = (
  core: RelayCore,
  server: Server,
  send: (message: string) => void,
  options: ConnectionOptions
): BothServers => {
  const id = String(server.live.tick())
  let count = 0
  const both: BothServers = {
    ...{ core, server, send, id, hello: null, isLeft: false, link: null },
    inner: () => inner,
    gate: createGate(),
    memory: createMemory(),
    filters: createFilters({
      client: id,
      ownerOf: core.desk.of,
      hasChild: () => core.children.ready() !== null,
      optedOut: () => optedOutIn(both.hello),
      nowMs: Date.now
    }),
    next: () => (count += 1),
    ...{ taken: new Map(), passed: new Map(), questions: new Map() },
    ...{ served: new Map(), own: new Map() }
  }
  const inner = connect(server, send, {
    ...options,
    hears: ({ method, params }) => both.filters.ofUnroll(method, params),
    replied: (requestId, answer) => replied(both, requestId, answer)
  })
  return both
}

/** The client as the threads know it. */
const deskClientOf = (both: BothServers): DeskClient => ({
  id: both.id,
  link: () => linkOf(both),
  overridesOf: both.memory.overridesOf,
  settingsOf: both.memory.settingsOf,
  handedOver: both.memory.handedOver,
  tell: (notice) => tellClient(both, notice),
  pass: (number) => {
    const request = both.taken.get(number)
    if (request === undefined) return
    const threadId = threadIn(request.params)
    const isChange = request.route.startsWith('thread') && threadId !== null
    both.core.used()
    void (isChange ? passChange(both, request, threadId) : passOn(both, request))
  },
  serve: (number) => {
    const request = both.taken.get(number)
    if (request !== undefined) serveTaken(both, request)
  },
  fail: (number, why) => {
    const request = both.taken.get(number)
    if (request !== undefined) failHere(both, request, why)
  },
  followHere: (threadId) => askHere(both, 'thread/resume', threadId, { excludeTurns: true }),
  lostChild: () => linkEnded(both),
  isWaiting: () => both.taken.size > 0 || both.questions.size > 0
})

const take = (
  both: BothServers,
  request: Request,
  line: string,
  without: RelayCore['without']
): void => {
  const { method, params } = request
  const route = both.hello === null ? 'unroll' : routeOf(method, params, without)
  const isMerged = route === 'both' && method !== 'thread/unsubscribe'
  if (route === 'unroll' || isMerged) return serveHere(both, request, line)
  if (!both.gate.isOpen()) return
  if (both.gate.count() >= IN_FLIGHT_MAX) return both.send(printError(request.id, overloaded))
  both.gate.enter()
  const one = { ...request, line, route, number: both.next() }
  both.taken.set(one.number, one)
  const ending = both.core.children.ending()
  if (ending === null) return dispatch(both, one)
  void ending.then(() => {
    if (both.taken.has(one.number)) dispatch(both, one)
  })
}

const receive = (both: BothServers, line: string): void => {
  const message = line.trim() === '' ? null : parseMessage(line)
  if (message?.kind === 'request') return take(both, message, line, both.core.without)
  if (message?.kind !== 'response') return both.inner().receive(line)
  both.questions.delete(message.id)
  void both.link?.then((to) => {
    if (E.isRight(to)) to.right.pass(line)
  })
}

const close = (both: BothServers): void => {
  const { desk } = both.core
  both.isLeft = true
  both.inner().close()
  for (const threadId of desk.known()) desk.step(threadId, { type: 'left', client: both.id })
  desk.clients.delete(both.id)
  for (const number of [...both.taken.keys()]) done(both, number)
  void both.link?.then((to) => {
    if (E.isRight(to)) to.right.end()
  })
}

/** Connects a client to both. A client that may not call everything, such as a page, is unroll's alone. */
export const connectBoth = (
  core: RelayCore,
  server: Server,
  send: (message: string) => void,
  options: ConnectionOptions
): ClientConnection => {
  if (options.methods !== undefined) return connect(server, send, options)
  const both = stateOf(core, server, send, options)
  const { gate, inner, id } = both
  core.desk.clients.set(id, deskClientOf(both))
  return {
    receive: (line) => receive(both, line),
    hasRoom: () => inner().hasRoom() && gate.count() < IN_FLIGHT_MAX,
    room: async () => {
      await Promise.all([inner().room(), gate.below(IN_FLIGHT_MAX)])
    },
    idle: async () => {
      await gate.below(1)
      await inner().idle()
    },
    end: () => inner().end(),
    stop: () => {
      gate.close()
      inner().stop()
    },
    close: () => close(both)
  }
}
