/** What the tests of the stand-in share: servers and real clients that end with each test. */
import { EventStoreDBClient, jsonEvent, type EventData } from '@eventstore/db-client'
import { randomUUID } from 'node:crypto'
import { startEventStore, type ServerOptions, type TestEventStore } from './server.ts'

/** The members of the client's errors that the tests compare. */
export interface Told {
  readonly type: string
  readonly code: number
  readonly message: string
  readonly expectedVersion: bigint | string
  readonly actualVersion: bigint | string
  readonly maxAppendSize: number
  readonly streamName: string
  readonly leader: { readonly address: string; readonly port: number }
}

/** An event whose data say its type. */
export const event = (type: string, id: string = randomUUID()): EventData =>
  jsonEvent({ id, type, data: { type } })

/** The error a promise ends with. */
export const failure = async (promise: Promise<unknown>): Promise<Told> =>
  promise.then(
    () => Promise.reject(new Error('It did not fail.')),
    (cause: unknown) => cause as Told
  )

/** The types of the events a read shows. */
export const typesOf = async (
  reader: AsyncIterable<{ event?: { type: string } }>
): Promise<string[]> => {
  const types: string[] = []
  for await (const { event } of reader) types.push(event?.type ?? '')
  return types
}

const RETRIES = 100

/** Whether an error says that the connection is gone; the first call of a client says so without a type. */
const isGone = (cause: unknown): boolean => {
  const { type, code } = cause as Partial<Told>
  return code === 14 || type === 'unavailable' || type === 'cancelled'
}

/** Calls until the client has noticed that the server is there again. */
export const retried = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
  for (let tries = 0; ; tries += 1) {
    try {
      return await call()
    } catch (cause) {
      if (!isGone(cause) || tries === RETRIES) throw cause
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

/** Starts servers and clients and ends them after each test of the `describe` it is called in. */
export const sessions = () => {
  const servers: Pick<TestEventStore, 'stop'>[] = []
  const clients: EventStoreDBClient[] = []
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.dispose()))
    await Promise.all(servers.splice(0).map((server) => server.stop()))
  })
  const connect = (url: string): EventStoreDBClient => {
    const client = EventStoreDBClient.connectionString(url)
    clients.push(client)
    return client
  }
  return {
    connect,
    ends: (server: Pick<TestEventStore, 'stop'>): void => void servers.push(server),
    start: async (options: ServerOptions = {}) => {
      const server = await startEventStore(options)
      servers.push(server)
      return { server, client: connect(server.url) }
    }
  }
}
