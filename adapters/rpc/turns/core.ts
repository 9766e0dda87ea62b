/**
 * What all clients of a server share while a Codex runs turns: the child, the owners of threads, what the child says.
 */
import type { JsonObject, Json } from '../../../domain/json.ts'
import type { Children } from './child.ts'
import type { Desk } from './desk.ts'
import type { RouteFamily } from './routes.ts'
import type { Words } from './words.ts'

export interface RelayCore {
  readonly desk: Desk
  readonly words: Words
  readonly children: Children
  readonly without: ReadonlySet<RouteFamily>
  /** The child told something, on the connection of the server or on one of a client. */
  readonly heard: (method: string, params: Json, isHouse: boolean) => void
  /** The child answered a request about a thread. */
  readonly answered: (method: string, threadId: string, result: unknown) => void
  /** A client opened a thread in unroll. */
  readonly opened: (threadId: string, client: string, hello: JsonObject | null) => void
  /** A client lost its connection to the child. */
  readonly linkLost: (client: string) => void
  /** A request went to the child. */
  readonly used: () => void
  /** Threads that the child began, and that may have no file yet. */
  readonly unstored: Set<string>
}
