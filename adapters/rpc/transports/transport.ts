/**
 * A transport that is ready to serve.
 */
import type { Server } from '../method.ts'

/** What carries the messages of the clients. */
export interface Transport {
  /** Serves until `stop` is signalled or, where there is but one client, until it leaves; never rejects. */
  readonly serve: (server: Server, stop: AbortSignal) => Promise<void>
}
