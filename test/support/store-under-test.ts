/**
 * The server that the tests of the store talk to: the stand-in, or the real one that `EVENTSTORE_URL` names. A real one keeps
 * what it has, so tests make new threads, and expect nothing of the rest of its log.
 */
import {
  startEventStore,
  type ServerOptions,
  type TestEventStore
} from './eventstore-server/server.ts'

/** Connection string of a real server; absent where the stand-in is used. */
export const REAL_URL = process.env['EVENTSTORE_URL']

/** What a test may ask of any server. */
export interface ServerUnderTest {
  readonly url: string
  /** Null for a real server: nobody makes it fail. */
  readonly standIn: TestEventStore | null
  readonly stop: () => Promise<void>
}

/** What the server is, for titles. */
export const SERVER_NAME = REAL_URL === undefined ? 'the stand-in' : 'the server of EVENTSTORE_URL'

/** Connects to the server, or starts the stand-in; options are those of the stand-in. */
export const storeUnderTest = async (options: ServerOptions = {}): Promise<ServerUnderTest> => {
  if (REAL_URL !== undefined) return { url: REAL_URL, standIn: null, stop: async () => undefined }
  const standIn = await startEventStore(options)
  return { url: standIn.url, standIn, stop: standIn.stop }
}

/** True where faults can be made; tests that need them say so in the name of what they describe. */
export const HAS_FAULTS = REAL_URL === undefined
