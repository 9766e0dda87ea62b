/**
 * A store of streams, by its connection string: the `Wire` of EventStoreDB and KurrentDB. Nothing is sent before the first
 * call.
 */
import * as E from 'fp-ts/lib/Either.js'
import { setMaxListeners } from 'node:events'
import type { StoreError } from '../../../domain/errors.ts'
import type { ProposedEvent } from '../stream/stored.ts'
import { clientsOf, loadPackage, readCertificates, type ClientPackage } from './client.ts'
import { parseConnectionString, secretsOf, type Connection } from './connection-string.ts'
import { numberOf, proposed } from './convert.ts'
import { realPace, type Pace } from './pace.ts'
import { readRange } from './ranges.ts'
import { call } from './retry.ts'
import { refusal, type Session } from './session.ts'
import { follow } from './subscribing.ts'
import type { Append, ExpectedStreamRevision, Wire } from '../wire.ts'

/** What may be chosen; tests choose more than users do. */
export interface ConnectOptions {
  /** How long a call is repeated while nobody answers; three times as long as one attempt may take unless said. */
  readonly deadlineMs?: number
  readonly pace?: Pace
  /** Told once in each silence of the store of more than two seconds, why; it is tried again until the deadline. */
  readonly onSilence?: ((why: StoreError) => void) | undefined
  /** Loads the client package; null when it is not installed. */
  readonly load?: () => Promise<ClientPackage | null>
}

const notInstalled = (where: string): StoreError => ({
  _tag: 'StoreRefused',
  where,
  reason: 'the package @eventstore/db-client, which talks to it, is not installed',
  next: 'install it beside unroll with "npm install @eventstore/db-client@6.2.1", with -g when unroll is installed so'
})

const redactor =
  (secrets: ReadonlyArray<string>) =>
  (text: string): string =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text)

const tombstoned = (session: Session, stream: string): E.Either<StoreError, never> =>
  E.left(
    refusal(
      session,
      `the stream ${stream} was deleted for good`,
      'its name cannot be used again: use another id'
    )
  )

const append = async (
  session: Session,
  stream: string,
  expected: ExpectedStreamRevision,
  events: ReadonlyArray<ProposedEvent>
): Promise<E.Either<StoreError, Append>> => {
  if (events.length === 0) throw new RangeError('an append has at least one event')
  const came = await call(session, (client, deadline) =>
    client.appendToStream(stream, events.map(proposed), {
      expectedRevision: typeof expected === 'number' ? BigInt(expected) : expected,
      requiresLeader: session.requiresLeader,
      deadline
    })
  )
  if (E.isLeft(came)) return came
  switch (came.right.kind) {
    case 'done':
      return E.right({
        kind: 'appended',
        revision: numberOf(came.right.value.nextExpectedRevision)
      })
    case 'wrong_revision':
    case 'too_large':
      return E.right(came.right)
    case 'not_found':
      return E.right({ kind: 'wrong_revision', actual: -1 })
    case 'tombstoned':
      return tombstoned(session, stream)
  }
}

const tombstone = async (session: Session, stream: string): Promise<E.Either<StoreError, void>> => {
  const came = await call(session, (client, deadline) =>
    client.tombstoneStream(stream, {
      expectedRevision: 'any',
      requiresLeader: session.requiresLeader,
      deadline
    })
  )
  // Of a repeated call, the first one may have done it.
  return E.isLeft(came) ? came : E.right(undefined)
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

const sessionOf = (
  connection: Connection,
  clients: Session['clients'],
  options: ConnectOptions,
  closing: AbortSignal
): Session => {
  const attemptMs = connection.defaultDeadlineMs
  return {
    name: connection.name,
    clients,
    pace: options.pace ?? realPace,
    attemptMs,
    deadlineMs: options.deadlineMs ?? 3 * attemptMs,
    requiresLeader: connection.nodePreference === 'leader',
    closing,
    opened: new Set(),
    redact: redactor(secretsOf(connection)),
    onSilence: options.onSilence ?? (() => undefined)
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
  const connection = parseConnectionString(connectionString)
  if (E.isLeft(connection)) return connection
  const certificates = await readCertificates(connection.right)
  if (E.isLeft(certificates)) return certificates
  const loaded = await (options.load ?? loadPackage)()
  if (loaded === null) return E.left(notInstalled(connection.right.name))
  const clients = clientsOf(loaded, connection.right, certificates.right)
  const closing = new AbortController()
  setMaxListeners(0, closing.signal) // one for each call on its way
  return E.right(
    wireOf(sessionOf(connection.right, clients, options, closing.signal), () => closing.abort())
  )
}
