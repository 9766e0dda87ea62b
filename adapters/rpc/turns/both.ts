/**
 * The state of one client between unroll and the child.
 */
import type * as E from 'fp-ts/lib/Either.js'
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts'
import type { ClientConnection } from '../threads/relay.ts'
import type { Gate } from '../connection/gate.ts'
import type { Server } from '../threads/server.ts'
import { printNotification, type Incoming, type Notice } from '../wire/message.ts'
import type { RelayCore } from './core.ts'
import type { Filters } from './filters.ts'
import type { CodexLink } from './link.ts'
import type { Memory } from './memory.ts'
import type { TurnRoute } from './routes.ts'

export type Request = Extract<Incoming, { readonly kind: 'request' }>

/** A request that was taken and not yet answered. */
export interface TakenOver extends Request {
  readonly line: string
  readonly route: TurnRoute
  readonly number: number
}

export interface AskedQuestion {
  readonly id: Json
  readonly threadId: string
}

export interface BothServers {
  readonly core: RelayCore
  readonly server: Server
  readonly send: (message: string) => void
  /** The same client, as the threads know it. */
  readonly id: string
  /** Its connection to unroll. */
  readonly inner: () => ClientConnection
  readonly gate: Gate
  readonly memory: Memory
  readonly filters: Filters
  /** A number that was not used before. */
  readonly next: () => number
  readonly taken: Map<number, TakenOver>
  /** Of those the ones that the child has, by their id. */
  readonly passed: Map<string, TakenOver>
  /** Questions of the child that nobody answered yet. */
  readonly questions: Map<string, AskedQuestion>
  /** Requests that unroll serves, by their id. */
  readonly served: Map<string, Request>
  /** Requests of the relay itself that unroll serves. */
  readonly own: Map<string, () => void>
  /** What the client shook hands with; null before. */
  hello: JsonObject | null
  isLeft: boolean
  link: Promise<E.Either<string, CodexLink>> | null
}

/** What the client does not want to hear. */
export const optedOutIn = (hello: JsonObject | null): ReadonlySet<string> => {
  const capabilities = hello?.['capabilities']
  const out = isJsonObject(capabilities) ? capabilities['optOutNotificationMethods'] : null
  return new Set(Array.isArray(out) ? (out as ReadonlyArray<string>) : [])
}

/** Sends a notification of the relay itself. */
export const tellClient = ({ send, server, hello, isLeft }: BothServers, notice: Notice): void => {
  if (isLeft || optedOutIn(hello).has(notice.method)) return
  send(printNotification(notice, server.profile === '0.169' ? Date.now() : null))
}

/** A request was answered. */
export const done = ({ taken, gate }: BothServers, number: number): void => {
  if (taken.delete(number)) gate.leave()
}

/** Lets unroll answer a request of the client. */
export const serveHere = (both: BothServers, request: Request, line: string): void => {
  both.served.set(request.id, request)
  both.inner().receive(line)
}
