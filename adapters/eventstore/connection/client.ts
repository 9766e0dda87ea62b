/**
 * The client package: loaded when a store is first asked for, and held so that a connection on which nobody answers can be
 * left for a new one. Only this file knows how the package wants to be set up.
 */
import type * as Package from '@eventstore/db-client'
import * as E from 'fp-ts/lib/Either.js'
import { readFile } from 'node:fs/promises'
import type { StoreError } from '../../../domain/errors.ts'
import { ioFailure } from '../../../replay/guarded.ts'
import type { Connection } from './connection-string.ts'

/** What is used of the package. */
export type ClientPackage = Pick<typeof Package, 'EventStoreDBClient'>

/** One connection to a server or a cluster. */
export type Client = Package.EventStoreDBClient

const NOT_FOUND = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])

/** Loads the package; null when it is not installed. */
export const loadPackage = async (): Promise<ClientPackage | null> => {
  try {
    return await import('@eventstore/db-client')
  } catch (cause) {
    if (NOT_FOUND.has((cause as NodeJS.ErrnoException).code ?? '')) return null
    throw cause
  }
}

type Certificates = Package.ChannelCredentialOptions

/** Reads the files that a connection string names. */
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

/** How often a cluster is asked for its nodes in one attempt, unless the connection string says so; attempts are repeated here. */
const DISCOVER_ATTEMPTS = 1

/** So long a node is waited for that all of them are asked in one attempt, and there is time for the call. */
const gossipSeconds = ({ hosts, defaultDeadlineMs }: Connection): number =>
  Math.max(1, Math.floor(defaultDeadlineMs / 1000 / (hosts.length + 1)))

const clientOf = (
  { EventStoreDBClient }: ClientPackage,
  connection: Connection,
  certificates: Certificates
): Client => {
  const [host = { address: '', port: 0 }] = connection.hosts
  const common = {
    throwOnAppendFailure: true,
    ...(connection.keepAliveIntervalMs !== undefined && {
      keepAliveInterval: connection.keepAliveIntervalMs
    }),
    ...(connection.keepAliveTimeoutMs !== undefined && {
      keepAliveTimeout: connection.keepAliveTimeoutMs
    }),
    ...(connection.connectionName !== undefined && { connectionName: connection.connectionName })
  }
  const cluster = {
    ...common,
    nodePreference: connection.nodePreference,
    maxDiscoverAttempts: connection.maxDiscoverAttempts ?? DISCOVER_ATTEMPTS,
    ...(connection.discoveryIntervalMs !== undefined && {
      discoveryInterval: connection.discoveryIntervalMs
    }),
    gossipTimeout: connection.gossipTimeoutSeconds ?? gossipSeconds(connection)
  }
  const { credentials } = connection
  if (connection.hosts.length > 1) {
    return new EventStoreDBClient(
      { ...cluster, endpoints: [...connection.hosts] },
      certificates,
      credentials
    )
  }
  if (connection.isDiscovered) {
    return new EventStoreDBClient({ ...cluster, discover: host }, certificates, credentials)
  }
  return new EventStoreDBClient({ ...common, endpoint: host }, certificates, credentials)
}

interface Channel {
  readonly close: () => void
}

interface Stub {
  readonly getChannel: () => { readonly getConnectivityState: (connect: boolean) => number }
}

type Action<A> = (stub: Stub) => Promise<A>

/** Members of a client that its types keep to themselves. */
interface Insides {
  supports: () => Promise<boolean>
  createChannel: () => Promise<Channel>
  execute: <A>(service: unknown, name: string, action: Action<A>) => Promise<A>
}

/** A client, and how its connection is closed; calls on their way may end first. */
interface Held {
  readonly client: Client
  readonly close: () => void
}

const SHUT_DOWN = 4

/** As gRPC says that it lost a connection, so that the client makes another one. */
const lost = (): Error =>
  Object.assign(new Error(), { code: 14, details: 'the connection was closed by this side' })

/**
 * A client whose appends are safe. They are made one call each: the call for many appends has pending ones of all clients of
 * the process in one table, where an error of one ends those of all, and an answer that comes late ends the process (decision
 * 0038). Nor may an append begin on a connection that was closed meanwhile: gRPC throws where the client does not catch.
 */
const held = (client: Client): Held => {
  let isClosed = false
  let channel: Channel | null = null
  const insides = client as unknown as Insides
  const { createChannel, execute } = insides
  insides.supports = () => Promise.resolve(false)
  insides.execute = (service, name, action) =>
    execute(service, name, (stub) =>
      stub.getChannel().getConnectivityState(false) === SHUT_DOWN
        ? Promise.reject(lost())
        : action(stub)
    )
  insides.createChannel = async () => {
    const made = await createChannel()
    if (isClosed) made.close()
    return (channel = made)
  }
  return {
    client,
    close: () => {
      isClosed = true
      channel?.close()
    }
  }
}

/** The client in use. */
export interface Clients {
  readonly current: () => Client
  /** Leaves a client on which nobody answers; who already has another one is not disturbed. */
  readonly leave: (mute: Client) => void
  /** Closes the connection. */
  readonly dispose: () => Promise<void>
}

/** Holds one client at a time. */
export const clientsOf = (
  clientPackage: ClientPackage,
  connection: Connection,
  certificates: Certificates
): Clients => {
  const make = (): Held => held(clientOf(clientPackage, connection, certificates))
  let now = make()
  return {
    current: () => now.client,
    leave: (mute) => {
      if (now.client !== mute) return
      now.close()
      now = make()
    },
    dispose: async () => {
      await now.client.dispose()
      now.close()
    }
  }
}
