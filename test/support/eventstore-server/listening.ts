/** A node's gRPC server: bound, stopped hard, and bound again on the same port. */
import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { appendHandler } from './appending.ts'
import { batchAppendHandler } from './batching.ts'
import { deleteHandler, tombstoneHandler } from './deleting.ts'
import { featuresHandler, gossipHandler, type Member } from './about.ts'
import type { SupportedMethod } from './behaviours.ts'
import { featureServices, gossipServices, streamServices } from './messages.ts'
import type { Node } from './node.ts'
import { readHandler } from './reading.ts'

/** A certificate and its key, as PEM. */
export interface Certificate {
  readonly certificate: Buffer
  readonly key: Buffer
}

/** What a listener says about itself beside its node. */
export interface Presentation {
  readonly version: string
  readonly methods: readonly SupportedMethod[]
  readonly members: () => readonly Member[]
  readonly certificate: Certificate | undefined
}

// Events are encoded once, so a read's answers are bytes already.
const STREAMS_SERVICE: ServiceDefinition = {
  ...streamServices.StreamsService,
  read: {
    ...streamServices.StreamsService.read,
    responseSerialize: (frame: unknown) => frame as Buffer
  }
}

/** A handler that answers later, as gRPC wants it. */
const later =
  <Arguments extends readonly unknown[]>(handler: (...given: Arguments) => Promise<void>) =>
  (...given: Arguments): void =>
    void handler(...given)

const served = (node: Node, presentation: Presentation): Server => {
  const server = new Server({
    // The size of a message is looked at where it is answered as the server answers it.
    'grpc.max_receive_message_length': -1,
    'grpc.max_concurrent_streams': node.behaviours.callsPerConnection,
    'grpc.max_send_message_length': -1
  })
  server.addService(STREAMS_SERVICE, {
    read: readHandler(node),
    append: appendHandler(node),
    batchAppend: batchAppendHandler(node),
    delete: later(deleteHandler(node)),
    tombstone: later(tombstoneHandler(node))
  })
  server.addService(featureServices.ServerFeaturesService, {
    getSupportedMethods: later(featuresHandler(node, presentation.version, presentation.methods))
  })
  server.addService(gossipServices.GossipService, {
    read: later(gossipHandler(node, presentation.members))
  })
  return server
}

const credentialsOf = (certificate: Certificate | undefined): ServerCredentials =>
  certificate === undefined
    ? ServerCredentials.createInsecure()
    : ServerCredentials.createSsl(null, [
        { cert_chain: certificate.certificate, private_key: certificate.key }
      ])

/** A server that listens on 127.0.0.1; port 0 takes any free one. */
export interface Listener {
  readonly port: number
  /** Ends as a killed process does: the sockets close, and no status says why. */
  readonly stop: () => Promise<void>
  /** Closes every socket and goes on listening. */
  readonly disconnect: () => void
}

/** Listens for a node. The sockets are kept here, so that they can be cut like those of a dead process. */
export const listen = async (
  node: Node,
  presentation: Presentation,
  wantedPort: number
): Promise<Listener> => {
  const server = served(node, presentation)
  const injector = server.createConnectionInjector(credentialsOf(presentation.certificate))
  const sockets = new Set<Socket>()
  const door = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    socket.setNoDelay(true)
    injector.injectConnection(socket)
  })
  door.listen(wantedPort, '127.0.0.1')
  await once(door, 'listening')
  const disconnect = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (door.address() as AddressInfo).port,
    stop: async () => {
      const closed = once(door, 'close')
      door.close()
      disconnect()
      server.forceShutdown()
      await closed
    },
    disconnect
  }
}
