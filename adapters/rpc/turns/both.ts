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
import type { Link } from './link.ts'
import type { Memory } from './memory.ts'
import type { Route } from './routes.ts'

export type Request = Extract<Incoming, { readonly kind: 'request' }>

/** A request that was taken and not yet answered. */
export interface Taken extends Request {
  readonly line: string
  readonly route: Route
  readonly number: number
}

export interface OpenQuestion {
  readonly id: Json
  readonly threadId: string
}

export interface Both {
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
  readonly taken: Map<number, Taken>
  /** Of those the ones that the child has, by their id. */
  readonly passed: Map<string, Taken>
  /** Questions of the child that nobody answered yet. */
  readonly questions: Map<string, OpenQuestion>
  /** Requests that unroll serves, by their id. */
  readonly served: Map<string, Request>
  /** Requests of the relay itself that unroll serves. */
  readonly own: Map<string, () => void>
  /** What the client shook hands with; null before. */
  hello: JsonObject | null
  isLeft: boolean
  link: Promise<E.Either<string, Link>> | null
}

/** What the client does not want to hear. */
export const optedOutIn = (hello: JsonObject | null): ReadonlySet<string> => {
  const capabilities = hello?.['capabilities']
  const out = isJsonObject(capabilities) ? capabilities['optOutNotificationMethods'] : null
  return new Set(Array.isArray(out) ? (out as ReadonlyArray<string>) : [])
}

/** Sends a notification of the relay itself. */
export const tellClient = ({ send, server, hello, isLeft }: Both, notice: Notice): void => {
  if (isLeft || optedOutIn(hello).has(notice.method)) return
  send(printNotification(notice, server.profile === '0.169' ? Date.now() : null))
}

/** A request was answered. */
export const done = ({ taken, gate }: Both, number: number): void => {
  if (taken.delete(number)) gate.leave()
}

/** Lets unroll answer a request of the client. */
export const serveHere = (both: Both, request: Request, line: string): void => {
  both.served.set(request.id, request)
  both.inner().receive(line)
}
