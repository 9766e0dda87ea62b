/**
 * One client's side of the conversation, without a transport: text of messages in, text of messages out. What is no request is
 * never answered.
 */
import { setMaxListeners } from 'node:events'
import * as E from 'fp-ts/lib/Either.js'
import { noTelemetry } from '../../../replay/telemetry.ts'
import type { MethodOutcome } from '../methods/method.ts'
import { methodsOf } from '../methods/methods.ts'
import { identified } from '../threads/identity.ts'
import type { Peer } from '../threads/live.ts'
import type { ClientConnection, ConnectionOptions } from '../threads/relay.ts'
import { LIST_PERMIT, type QueueTask } from '../threads/scheduler.ts'
import type { ClientSession, ObservedClient, Server } from '../threads/server.ts'
import { internal, overloaded, reasonOf, type RpcError } from '../wire/errors.ts'
import {
  parseMessage,
  printError,
  printNotification,
  printQuestion,
  printResult,
  type ClientReply,
  type Notice
} from '../wire/message.ts'
import { check, type CheckedRequest, type RpcRequest } from './check.ts'
import { createGate } from './gate.ts'
import { CANCEL, stoppable, unlessStopped, type StoppableRequests } from './stops.ts'
import type { Hide } from '../../../domain/redact/value.ts'
import { connectionMetrics, failedWith, type RequestOutcome } from './observed.ts'

/** Requests of one connection that may run or wait at a time; Codex's queues hold as many. */
export const IN_FLIGHT_MAX = 128

type Send = (message: string) => void

/** How messages leave. */
interface Outgoing {
  readonly send: Send
  readonly sendPieces: (pieces: Iterable<string>) => void
  readonly hide: Hide
}

/** Runs handlers for one client: what is sent before the answer, the answer, what is sent after it. */
const responder = (
  server: Server,
  peer: Peer & { readonly session: ClientSession },
  { send, sendPieces, hide }: Outgoing,
  seen: ObservedClient | undefined,
  replied: ConnectionOptions['replied'] = () => true
) => {
  const { session } = peer
  const refuse = (id: string, error: RpcError): void => {
    if (replied(id, E.left(error))) send(printError(id, hide(error)))
  }
  const notify = (notices: ReadonlyArray<Notice> = []): void => {
    for (const one of notices) server.live.notify(one, peer)
  }

  return async (
    id: string,
    { method, params }: CheckedRequest,
    arrivedAt: number,
    { stop, release }: { readonly stop: AbortSignal | undefined; readonly release: () => void }
  ): Promise<RequestOutcome> => {
    const asked = seen?.asked(id, method.name, params)
    try {
      const meant = await identified(server, params)
      const { handler } = method
      const answered: MethodOutcome = E.isLeft(meant)
        ? meant
        : await unlessStopped(
            handler(meant.right.params, {
              ...{ server, session, arrivedAt, release },
              ...(stop === undefined ? {} : { stop }),
              thread: meant.right.thread
            }),
            stop
          )
      if (E.isLeft(answered)) {
        notify(answered.left.before)
        asked?.failed(answered.left)
        refuse(id, answered.left)
        return failedWith(answered.left)
      }
      const { result, before, after, then } = answered.right
      const reply = printResult(id, hide(result))
      notify(before)
      asked?.answered(result)
      const isSent = replied(id, E.right(result))
      if (isSent && typeof reply === 'string') send(reply)
      else if (isSent) sendPieces(reply as Iterable<string>)
      notify(after)
      then?.()
      return 'ok'
    } catch (cause) {
      const reason = reasonOf(cause)
      server.log(`${method.name} failed: ${reason}`)
      const failure = internal(`internal error: ${reason}`)
      asked?.failed(failure)
      refuse(id, failure)
      return failedWith(failure)
    }
  }
}

const inOrder = (first: () => void, second: () => void) => (): void => {
  first()
  second()
}

/** A session, and what ends it. */
const newSession = ({ methods, caughtUp = () => Promise.resolve() }: ConnectionOptions) => {
  const left = new AbortController()
  const ending = new AbortController()
  // Each of its programs listens.
  setMaxListeners(0, ending.signal)
  const session: ClientSession = {
    ...(methods === undefined ? {} : { methods }),
    left: left.signal,
    ending: ending.signal,
    caughtUp,
    initialized: false,
    experimentalApi: false,
    clientName: '',
    behaviours: new Set(),
    requestAttestation: false,
    optedOut: new Set(),
    subscriptions: new Set(),
    jobs: new Set(),
    watched: new Set(),
    followsHome: false
  }
  const end = (): void => ending.abort()
  return { session, end, leave: inOrder(end, () => left.abort()) }
}

/** A client as live state knows it; `isOpen` is asked before each notification. */
const peerOf = (
  { live, profile }: Server,
  session: ClientSession,
  { send, hide }: Outgoing,
  isOpen: (notice: Notice) => boolean
): Peer & { readonly session: ClientSession } => ({
  connectionId: String(live.tick()),
  session,
  send: (one) => {
    if (isOpen(one)) send(printNotification(hide(one), profile === '0.169' ? Date.now() : null))
  },
  ask: (question) => send(printQuestion(hide(question)))
})

const asItIs: Hide = (value) => value

/** Sends the pieces of a message as one. */
const whole =
  (send: Send) =>
  (pieces: Iterable<string>): void =>
    send([...pieces].join(''))

/** Runs a request in the queue of its method. */
const scheduled = (
  { live }: Server,
  checked: E.Either<RpcError, CheckedRequest>,
  task: QueueTask
): Promise<void> => {
  if (E.isLeft(checked)) return live.schedule(null, task)
  const { method, params } = checked.right
  const whole = method.changesLists
    ? { ...task, run: () => live.schedule(LIST_PERMIT, task) }
    : task
  return live.schedule(method.key(params), whole)
}

/** A task that others need not wait for to its end: it leaves the queue when it is released, and `whole` waits for the rest. */
const releasable = (run: () => Promise<void>, isWanted: () => boolean) => {
  let running = Promise.resolve()
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  const begin = (): Promise<void> => {
    running = run()
    return Promise.race([running, released])
  }
  return { task: { run: begin, isWanted }, release, whole: () => running }
}

/** Takes the text of one message. */
const receiving =
  (
    { strict, log }: Server,
    serve: (request: RpcRequest) => void,
    answered: (id: string, reply: ClientReply) => void,
    stops: StoppableRequests
  ) =>
  (line: string): void => {
    if (line.trim() === '') return
    const message = parseMessage(line)
    if (message === null) log(`no message, not answered: ${line.length} characters`)
    else if (message.kind === 'request') serve(message)
    else if (message.kind === 'response') answered(message.id, message.reply)
    else if (message.method === CANCEL && !strict) stops.cancel(message.params)
    else if (message.method !== 'initialized')
      log(`unknown notification ignored: ${message.method}`)
  }

/** Makes a connection; `send` gets one message at a time, without a line end. */
export const connect = (
  server: Server,
  send: Send,
  options: ConnectionOptions = {}
): ClientConnection => {
  const { sendPieces = whole(send), hide = asItIs } = options
  const { hears = () => true, replied } = options
  const methods = methodsOf(server)
  const { session, end, leave: goAway } = newSession(options)
  const gate = createGate()
  const observe = connectionMetrics(server.telemetry ?? noTelemetry, methods)
  let closed = false
  const outgoing = { send, sendPieces, hide }
  const peer = peerOf(server, session, outgoing, (one) => observe.notified(!closed && hears(one)))
  const leave = inOrder(goAway, server.live.join(peer))
  const seen = server.analytics?.client(peer.connectionId)
  const respond = responder(server, peer, outgoing, seen, replied)
  let handshake: Promise<void> = Promise.resolve()
  const stops = stoppable(session.left)

  const serve = (request: RpcRequest): void => {
    if (gate.count() >= IN_FLIGHT_MAX) {
      observe.refused()
      return send(printError(request.id, overloaded))
    }
    gate.enter()
    const answered = observe.taken(request.method)
    let outcome: RequestOutcome = 'dropped'
    const checked = check(request, methods, server, session)
    const earlier = handshake
    const arrivedAt = server.live.tick()
    const stop = E.isRight(checked) ? stops.begin(request.id, checked.right) : undefined
    const { task, release, whole } = releasable(() => run(), gate.isOpen)
    const run = async (): Promise<void> => {
      if (request.method !== 'initialize') await earlier
      if (!gate.isOpen()) return
      if (E.isLeft(checked)) {
        if (replied?.(request.id, checked) !== false)
          send(printError(request.id, hide(checked.left)))
        outcome = failedWith(checked.left)
      } else outcome = await respond(request.id, checked.right, arrivedAt, { stop, release })
    }
    const done = scheduled(server, checked, task).then(whole)
    void done.finally(() => {
      answered(outcome)
      stops.end(request.id)
      gate.leave()
    })
    if (request.method === 'initialize') handshake = done
  }

  const answered = (id: string, reply: ClientReply): void => {
    if (!server.live.questions.answer(id, reply, peer))
      server.log('response to nothing that was asked, ignored')
  }

  const receive = receiving(server, serve, answered, stops)

  return {
    receive,
    hasRoom: () => gate.count() < IN_FLIGHT_MAX,
    room: () => gate.below(IN_FLIGHT_MAX),
    idle: () => gate.below(1),
    end,
    stop: gate.close,
    close: () => {
      closed = true
      gate.close()
      leave()
      seen?.left()
      observe.left()
    }
  }
}

/** Connects a client to a server, and where one runs to its Codex too. */
export const connectClient = (
  server: Server,
  send: Send,
  options: ConnectionOptions = {}
): ClientConnection =>
  server.relay === undefined
    ? connect(server, send, options)
    : server.relay.connect(server, send, options)
