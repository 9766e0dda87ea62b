/**
 * Servers that run, and what they are asked.
 */
import type { Connection } from './rpc.ts'
import type { Server } from './servers.ts'

/** A request. */
export interface Ask {
  readonly method: string
  readonly params: unknown
}

/** A row to be: what to ask which server the n-th time; null when the server cannot be asked. */
export interface Variant {
  readonly name: string
  readonly ask: (server: Server, nth: number) => Ask | null
}

/** A server that runs. */
export interface Session {
  readonly server: Server
  readonly connection: Connection
}
