/**
 * What the rest of a server knows of a Codex that runs turns beside it: which threads that one has, and what it says about them.
 */
import type * as E from 'fp-ts/lib/Either.js'
import type { ThreadStatus } from '../../../domain/protocol.ts'
import type { RpcError } from '../wire/errors.ts'
import type { Hide } from '../../../domain/redact/value.ts'
import type { Notice } from '../wire/message.ts'

/** What Codex says about a thread that it has. */
export interface ChildWord {
  readonly status: ThreadStatus
  /** The turn that runs; null when none does. */
  readonly turnId: string | null
}

export interface ClientConnection {
  /** Takes one message; answers go to `send`, in any order except where the protocol fixes one. Never throws. */
  readonly receive: (line: string) => void
  /** Resolves when one more request would not be refused as too many. */
  readonly room: () => Promise<void>
  /** True when one more request would not be refused. */
  readonly hasRoom: () => boolean
  /** Resolves when every request taken so far has been answered. */
  readonly idle: () => Promise<void>
  /** Ends its programs: nothing more is read from the client. */
  readonly end: () => void
  /** Nothing more begins; what runs is still answered, with its notifications. */
  readonly stop: () => void
  /** Stops, and ends what the client follows; threads stay loaded. */
  readonly close: () => void
}

export interface Relay<Server> {
  /** Connects a client to this server and to Codex. */
  readonly connect: (
    server: Server,
    send: (message: string) => void,
    options: ConnectionOptions
  ) => ClientConnection
  /** Ids of the threads that Codex has. */
  readonly owned: () => ReadonlyArray<string>
  /** Null for a thread that Codex does not have. */
  readonly wordOf: (threadId: string) => ChildWord | null
  /** Ends Codex. */
  readonly close: () => Promise<void>
}

/** What a client may ask, and what it is not shown. */
export interface ClientRules {
  /** What the client may call; default: everything. */
  readonly methods?: ReadonlySet<string>
  /** Takes from a message what the client must not see; default: nothing. */
  readonly hide?: Hide
}

export interface ConnectionOptions extends ClientRules {
  /** Gets the pieces of a long message, which it may take later, but before what is sent behind it. Default: they are joined. */
  readonly sendPieces?: (pieces: Iterable<string>) => void
  /** Waits while much of what the client was sent is not taken yet; default: it never is. */
  readonly caughtUp?: () => Promise<void>
  /** False for a notification that the client is not sent. */
  readonly hears?: (notice: Notice) => boolean
  /** Called with every answer before it is sent; false: it is not. `id` is JSON text. */
  readonly replied?: (id: string, answer: E.Either<RpcError, unknown>) => boolean
}
