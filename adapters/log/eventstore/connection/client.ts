/**
 * The client package: loaded when a store is first asked for, and held so that a connection on which nobody answers can be
 * left for a new one. Only this file knows how the package wants to be set up.
 */
import type * as Package from '@eventstore/db-client'
import * as E from 'fp-ts/lib/Either.js'
import { readFile } from 'node:fs/promises'
import type { StoreError } from '../../../../domain/errors.ts'
import { ioFailure } from '../../../../replay/guarded.ts'
import type { Connection } from './connection-string.ts'

export type ClientPackage = Pick<typeof Package, 'EventStoreDBClient'>

export type Client = Package.EventStoreDBClient

/** Loads the package; null when it is not installed. */
export const loadPackage = async (): Promise<ClientPackage | null> => {
  try {
    return await import('@eventstore/db-client')
  } catch (cause) {
    if (/MODULE_NOT_FOUND$/.test((cause as NodeJS.ErrnoException).code ?? '')) return null
    throw cause
  }
}

type Certificates = Package.ChannelCredentialOptions

export const readCertificates = async ({
  tls,
  tlsVerifyCert,
  tlsCaFile,
  userCertFile,
  userKeyFile
}: Connection): Promise<E.Either<StoreError, Certificates>> => {
  if (!tls) return E.right({ insecure: true })
  const files: Record<string, Buffer> = {}
  const named = { rootCertificate: tlsCaFile, userCertFile, userKeyFile }
  for (const [name, path] of Object.entries(named)) {
    if (path === undefined) continue
    try {
      files[name] = await readFile(path)
    } catch (cause) {
      return E.left(ioFailure(cause, path))
    }
  }
  // The package reads `tlsVerifyCert` and does not obey it.
  const verifyOptions = { rejectUnauthorized: false, checkServerIdentity: () => undefined }
  return E.right({ ...files, ...(tlsVerifyCert ? {} : { verifyOptions }) })
}

/** Attempts are repeated here, so a cluster is looked for once in each, unless the connection string says otherwise. */
const DISCOVER_ATTEMPTS = 1

/** Leaves time to ask every node in one attempt, and for the call itself. */
const gossipSeconds = ({ hosts, defaultDeadlineMs }: Connection): number =>
  Math.max(1, Math.floor(defaultDeadlineMs / 1000 / (hosts.length + 1)))

/** Between pings, unless the connection string says otherwise. */
const PING_MS = 10_000

let clientsMade = 0

/**
 * Pings of a client, at intervals that no other one has. gRPC lets clients of equal settings share one connection, and with it
 * the calls that it carries. A thousandth of a millisecond is enough of a difference; where nobody pings, that nobody waits for
 * the answer of a ping can differ.
 */
const ownPings = ({ keepAliveIntervalMs: interval = PING_MS, keepAliveTimeoutMs }: Connection) => {
  const own = (clientsMade++ % 1000) / 1000
  return interval < 0
    ? { keepAliveInterval: interval, keepAliveTimeout: PING_MS + own }
    : { keepAliveInterval: interval + own, keepAliveTimeout: keepAliveTimeoutMs }
}

const newClient = (
  { EventStoreDBClient }: ClientPackage,
  connection: Connection,
  certificates: Certificates
): Client => {
  const { hosts, isDiscovered, credentials } = connection
  const [host] = hosts
  const settings = {
    throwOnAppendFailure: true,
    ...ownPings(connection),
    connectionName: connection.connectionName,
    nodePreference: connection.nodePreference,
    maxDiscoverAttempts: connection.maxDiscoverAttempts ?? DISCOVER_ATTEMPTS,
    discoveryInterval: connection.discoveryIntervalMs,
    gossipTimeout: connection.gossipTimeoutSeconds ?? gossipSeconds(connection),
    ...(hosts.length > 1
      ? { endpoints: [...hosts] }
      : isDiscovered
        ? { discover: host }
        : { endpoint: host })
  }
  // The package takes defaults for what is undefined; its types do not say so.
  return new EventStoreDBClient(settings as Package.DNSClusterOptions, certificates, credentials)
}

interface Channel {
  readonly close: () => void
}

interface Stub {
  readonly getChannel: () => { readonly getConnectivityState: (connect: boolean) => number }
}

/** Members of a client that its types keep to themselves. */
interface ClientInternals {
  supports: () => Promise<boolean>
  readonly capabilities: Promise<{ readonly serverVersion: string }>
  createChannel: () => Promise<Channel>
  execute: <A>(service: unknown, name: string, action: (stub: Stub) => Promise<A>) => Promise<A>
}

const SHUT_DOWN = 4

/** As gRPC says that it lost a connection, so that the client makes another one. */
const connectionLost = (): Error =>
  Object.assign(new Error(), { code: 14, details: 'the connection was closed by this side' })

/**
 * Makes the appends of a client safe, and answers what closes its connection; calls on their way may end first. Appends are
 * made one call each: the call for many appends has pending ones of all clients of the process in one table, where an error of
 * one ends those of all, and an answer that comes late ends the process (decision 0038). Nor may an append begin on a
 * connection that was closed meanwhile: gRPC throws where the client does not catch.
 */
const guardClient = (client: Client): (() => void) => {
  let isClosed = false
  let channel: Channel | null = null
  const internals = client as unknown as ClientInternals
  const { createChannel, execute } = internals
  internals.supports = () => Promise.resolve(false)
  internals.execute = (service, name, action) =>
    execute(service, name, (stub) =>
      stub.getChannel().getConnectivityState(false) === SHUT_DOWN
        ? Promise.reject(connectionLost())
        : action(stub)
    )
  internals.createChannel = async () => {
    const made = await createChannel()
    if (isClosed) made.close()
    return (channel = made)
  }
  return () => {
    isClosed = true
    channel?.close()
  }
}

/** A client that is lent to one call. */
export interface LentClient {
  readonly client: Client
  /** How many answers came over its connection so far. */
  readonly answers: () => number
  readonly answered: () => void
  /** Nobody answers on it: its connection is closed, and it is not lent again. */
  readonly leave: () => void
  /** The call is over. */
  readonly release: () => void
}

export interface Clients {
  /** A client whose connection has room for one more call. */
  readonly lend: () => LentClient
  readonly dispose: () => Promise<void>
}

/**
 * Calls that one connection carries. Servers take 100 streams of HTTP/2 on each; what is above waits in this process while its
 * time runs. Some are left for those that were ended here, which the server does not know yet.
 */
const CALLS_MAX = 90

interface PooledClient {
  readonly client: Client
  readonly close: () => void
  calls: number
  answers: number
}

export const clientsOf = (
  clientPackage: ClientPackage,
  connection: Connection,
  certificates: Certificates
): Clients => {
  const pool: Array<PooledClient> = []
  const add = (): PooledClient => {
    const client = newClient(clientPackage, connection, certificates)
    const added = { client, close: guardClient(client), calls: 0, answers: 0 }
    pool.push(added)
    return added
  }
  const remove = (one: PooledClient): void => {
    const at = pool.indexOf(one)
    if (at < 0) return
    pool.splice(at, 1)
    one.close()
  }
  return {
    lend: () => {
      const lent = pool.find(({ calls }) => calls < CALLS_MAX) ?? add()
      lent.calls += 1
      return {
        client: lent.client,
        answers: () => lent.answers,
        answered: () => void (lent.answers += 1),
        leave: () => remove(lent),
        release: () => {
          lent.calls -= 1
          if (lent.calls === 0 && lent !== pool[0]) remove(lent)
        }
      }
    },
    dispose: async () => {
      const all = [...pool]
      await Promise.all(all.map(({ client }) => client.dispose()))
      for (const one of all) remove(one)
    }
  }
}

const CONNECTION_LOST = 14

/** The version that a server tells of itself; null where it does not know the question, which are all before 21.10. */
export const versionOf = async ({ client, leave }: LentClient): Promise<string | null> => {
  try {
    const { serverVersion } = await (client as unknown as ClientInternals).capabilities
    return serverVersion === 'unknown' ? null : serverVersion
  } catch (cause) {
    // The client asks once, and keeps a failure as it keeps an answer, unless it lost its connection.
    if ((cause as { readonly code?: unknown }).code !== CONNECTION_LOST) leave()
    throw cause
  }
}
