/**
 * A store of streams, by its connection string: the `Wire` of EventStoreDB and KurrentDB. Nothing is sent before the first
 * call.
 */
import * as E from 'fp-ts/lib/Either.js'
import { setMaxListeners } from 'node:events'
import type { StoreError } from '../../../../domain/errors.ts'
import type { ProposedEvent } from '../stream/stored.ts'
import { clientsOf, loadPackage, readCertificates, type ClientPackage } from './client.ts'
import { parseConnectionString, secretsOf, type Connection } from './connection-string.ts'
import { numberOf, proposed } from './convert.ts'
import { realPace, type RetryPace } from './pace.ts'
import { call, type OnSilence, type Session } from './session.ts'
import { follow, readRange } from './streams.ts'
import { otherTransport } from './transport.ts'
import type { Append, ExpectedStreamRevision, Wire } from '../wire.ts'

/** What may be chosen; tests choose more than users do. */
export interface ConnectOptions {
  /** How long a call is repeated while nobody answers; three times as long as one attempt may take unless said. */
  readonly deadlineMs?: number
  readonly pace?: RetryPace
  /** Called once in each silence of the store of more than two seconds; calls are repeated until the deadline. */
  readonly onSilence?: OnSilence | undefined
  readonly load?: () => Promise<ClientPackage | null>
}

const append = async (
  session: Session,
  stream: string,
  expected: ExpectedStreamRevision,
  events: ReadonlyArray<ProposedEvent>
): Promise<E.Either<StoreError, Append>> => {
  if (events.length === 0) throw new RangeError('an append has at least one event')
  const result = await call(session, (client, deadline) =>
    client.appendToStream(stream, events.map(proposed), {
      expectedRevision: typeof expected === 'number' ? BigInt(expected) : expected,
      requiresLeader: session.requiresLeader,
      deadline
    })
  )
  if (E.isLeft(result)) return result
  switch (result.right.kind) {
    case 'done':
      return E.right({
        kind: 'appended',
        revision: numberOf(result.right.value.nextExpectedRevision)
      })
    case 'wrong_revision':
    case 'too_large':
      return E.right(result.right)
    case 'not_found':
      return E.right({ kind: 'wrong_revision', actual: -1 })
    case 'tombstoned':
      return E.left({
        _tag: 'StoreRefused',
        where: session.name,
        reason: `the stream ${stream} was deleted for good`,
        next: 'its name cannot be used again: use another id',
        tombstoned: true
      })
  }
}

const tombstone = async (session: Session, stream: string): Promise<E.Either<StoreError, void>> => {
  const result = await call(session, (client, deadline) =>
    client.tombstoneStream(stream, {
      expectedRevision: 'any',
      requiresLeader: session.requiresLeader,
      deadline
    })
  )
  // Of a repeated call, the first one may have done it.
  return E.isLeft(result) ? result : E.right(undefined)
}

const redactorOf = (connection: Connection): Session['redact'] => {
  const secrets = secretsOf(connection)
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
}

const wireOf = (session: Session, close: () => void): Wire => {
  let isOpen = true
  return {
    name: session.name,
    append: (stream, expected, events) => append(session, stream, expected, events),
    read: (stream, fromRevision, limit = Infinity) =>
      readRange(session, { stream, direction: 'forwards', from: fromRevision, limit }),
    readBackwards: (stream, limit, fromRevision) =>
      readRange(session, { stream, direction: 'backwards', from: fromRevision ?? 'end', limit }),
    subscribe: (prefixes, from, signal) => follow(session, { prefixes, from, signal }),
    tombstone: (stream) => tombstone(session, stream),
    dispose: async () => {
      if (!isOpen) return
      isOpen = false
      close()
      for (const end of session.opened) end()
      await session.clients.dispose()
    }
  }
}

/**
 * Makes a connection. `InvalidRequest` when the string cannot be read, `StoreRefused` when the client package is not
 * installed, `IoFailure` when a certificate cannot be read. Whether the server is there shows with the first call.
 */
export const connectWire = async (
  connectionString: string,
  options: ConnectOptions = {}
): Promise<E.Either<StoreError, Wire>> => {
  const parsed = parseConnectionString(connectionString)
  if (E.isLeft(parsed)) return parsed
  const connection = parsed.right
  const certificates = await readCertificates(connection)
  if (E.isLeft(certificates)) return certificates
  const loaded = await (options.load ?? loadPackage)()
  if (loaded === null)
    return E.left({
      _tag: 'StoreRefused',
      where: connection.name,
      reason: 'the package @eventstore/db-client, which talks to it, is not installed',
      next: 'install it beside unroll with "npm install @eventstore/db-client@6.2.1", with -g when unroll is installed so'
    })
  const closing = new AbortController()
  setMaxListeners(0, closing.signal) // one for each call on its way
  const attemptMs = connection.defaultDeadlineMs
  const session: Session = {
    name: connection.name,
    clients: clientsOf(loaded, connection, certificates.right),
    pace: options.pace ?? realPace,
    attemptMs,
    deadlineMs: options.deadlineMs ?? 3 * attemptMs,
    requiresLeader: connection.nodePreference === 'leader',
    closing: closing.signal,
    opened: new Set(),
    admission: { known: null },
    otherTransport: () => otherTransport(connection),
    redact: redactorOf(connection),
    onSilence: options.onSilence ?? (() => undefined)
  }
  return E.right(wireOf(session, () => closing.abort()))
}
