/**
 * What a server is made of, and how a request asks its engine.
 *
 * A request names a thread once: its ids are found before the handler runs (`identity.ts`), and the engine is asked by
 * that of the file.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { ClientBehaviour } from '../../../domain/clients.ts'
import type { Fact } from '../../../domain/ledgers/analytics/fact.ts'
import { describe, type StoreError } from '../../../domain/errors.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { Prices } from '../../../domain/ledgers/usage/prices.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import type { Engine } from '../../../replay/engine.ts'
import { failureIn } from '../../../replay/guarded.ts'
import type { Names } from '../../../replay/home-ports.ts'
import type { MutationOptions } from '../../../replay/change/life/life.ts'
import type { Telemetry } from '../../../replay/telemetry.ts'
import { internal, invalidRequest, ofStoreError, reasonOf, type RpcError } from '../wire/errors.ts'
import type { Power } from '../wire/powers.ts'
import { parseUuid } from '../../../domain/uuid.ts'
import type { After } from './after.ts'
import type { Live } from './live.ts'
import type { PastEngines } from './past-engines.ts'
import type { Relay } from './relay.ts'
import type { QuestionRecorder } from './question-recorder.ts'
import type { TurnHost } from './turn-host.ts'

/** A request that analytics follow. */
interface ObservedRequest {
  readonly answered: (result: unknown) => void
  readonly failed: (error: RpcError) => void
}

/** One client, as analytics see it. */
export interface ObservedClient {
  /** Called when a request begins to be served; null for one of no interest. */
  readonly asked: (requestId: string, method: string, params: unknown) => ObservedRequest | null
  readonly left: () => void
}

/** Analytics of a server. None of it waits, and none of it throws. */
export interface Observer {
  readonly client: (connectionId: string) => ObservedClient
  /** A fact that only a host knows. */
  readonly fact: (fact: Fact) => void
}

/** The part of a server that works on its own: emits what other processes write, and unloads idle threads. */
export interface Follow {
  /**
   * Before a client joins a thread, in its queue: from here on it misses nothing that others write. Answers with the number of events
   * up to there; null where there is nothing to follow.
   */
  readonly join: (threadId: string) => Promise<number | null>
  /** Looks to the end of a thread that another program wrote and writes no more: a turn without an end is over. */
  readonly settle: (threadId: string) => Promise<void>
  /** The same as `join` before a client follows the home. */
  readonly joinHome: () => Promise<void>
  /** One round; resolves when everything that was found is emitted. */
  readonly sweep: () => Promise<void>
  /** Resolves when nothing runs that the clock began. */
  readonly idle: () => Promise<void>
  /** Resolves when no look runs any more, so that the engine may be closed. */
  readonly close: () => Promise<void>
}

/** What a server of a store looks at instead of files: what is known of the store here. */
export interface Remote {
  /** Another text when anything of a thread changed; null when the thread does not exist. */
  readonly stamp: (threadId: string) => string | null
  /** Where the files of a thread would be, as clients see them. */
  readonly paths: (threadId: string) => ReadonlyArray<string>
  /** True when files of any thread would be below a path. */
  readonly isFolder: (path: string) => boolean
  readonly names: Names
}

/** What every connection of a server shares. */
export interface Server {
  /** Absolute path of `$CODEX_HOME`. */
  readonly home: string
  /** Values of its configuration that the command line replaced. */
  readonly overrides?: JsonObject
  /** Where other agents keep what is theirs; default: the home of the user. */
  readonly userHome?: string
  readonly profile: ProfileName
  readonly strict: boolean
  /** Version of this package, for the user agent. */
  readonly version: string
  /** The system it runs on; default: that of this process. */
  readonly platform?: NodeJS.Platform
  /** Which installation the home is; told to clients and to nobody else. */
  readonly installationId: string
  /** The one engine of the process, opened when it started; rejects when it cannot be opened. */
  readonly engine: Promise<Engine>
  /** Engines of earlier points. */
  readonly past: PastEngines
  /** Absent where the files of the home are read. */
  readonly remote?: Promise<Remote>
  /** Directory of its index; absent for one that ends with the process. */
  readonly indexDirectory?: string
  /** The store that is read instead, as people may see it. */
  readonly storeName?: string
  readonly live: Live
  readonly follow: Follow
  /** Runs turns; without one they fail at once. */
  readonly turns?: TurnHost
  /** A Codex that runs turns beside this server; absent where there is none. */
  readonly relay?: Relay<Server>
  /** True where somebody hands in reviews; without that they fail at once. */
  readonly reviews?: boolean
  readonly telemetry?: Telemetry
  /** What tokens cost; absent where nobody told. */
  readonly prices?: Prices
  /** Keeps what clients are asked; absent where that is kept nowhere. */
  readonly recorder?: Pick<QuestionRecorder, 'idle'>
  /** Absent unless usage analytics were asked for. */
  readonly analytics?: Observer
  /** What it may reach beyond its home; absent: nothing. */
  readonly powers?: ReadonlyArray<Power>
  /** The clock by which clients are late; default: that of the system. */
  readonly after?: After
  /** Takes a line for the person at the server. */
  readonly log: (line: string) => void
}

/** State of one connection; `initialize` sets it. */
export interface ClientSession {
  initialized: boolean
  experimentalApi: boolean
  /** Name of the client, which threads it starts are credited to. */
  clientName: string
  /** How it is treated other than the rest. */
  behaviours: ReadonlySet<ClientBehaviour>
  /** True for one that can be asked for an attestation. */
  requestAttestation: boolean
  /** Methods of notifications this client does not want. */
  optedOut: ReadonlySet<string>
  readonly subscriptions: Set<string>
  /** Aborts when the client is gone. */
  readonly left: AbortSignal
  /** Aborts when nothing more is read from the client, at the latest when it is gone. */
  readonly ending: AbortSignal
  /** Waits while much of what it was sent is not taken yet. */
  readonly caughtUp: () => Promise<void>
  /** Its work that runs: `Live.jobs`. */
  readonly jobs: Set<string>
  /** Threads it follows without having them loaded. */
  readonly watched: Set<string>
  /** True while it wants to hear what becomes of the threads of the home. */
  followsHome: boolean
  /** What the client may call; absent: everything. */
  readonly methods?: ReadonlySet<string>
}

/**
 * A thread by both its ids: the one clients know it by (in strict mode that of its metadata), and that of its file, by which
 * the engine finds it. They differ where a file was copied or renamed.
 */
export interface ThreadIds {
  readonly id: string
  readonly streamId: string
}

/** Where a request comes from, and which thread it names. */
export interface RpcCall {
  readonly server: Server
  readonly session: ClientSession
  /** When the request came, counted by `Live.tick`: it may have waited for others since. */
  readonly arrivedAt: number
  /** The thread its parameter `threadId` names; null where it names none. */
  readonly thread: ThreadIds | null
  /** Lets requests that wait for this one begin before it is answered; absent where none can wait. */
  readonly release?: () => void
  /** Aborts when nobody waits for the answer any more; absent for a request that goes on to its end. */
  readonly stop?: AbortSignal
  /** What a change must find; absent where it takes the thread as it is. */
  readonly change?: Pick<MutationOptions, 'expectedRevision'>
}

/** Reads a thread id in a parameter that is a plain string: the handler checks it, not the parser. */
export const parseThreadId = (text: string, what = 'thread id'): E.Either<RpcError, string> =>
  E.mapLeft((reason: string) => invalidRequest(`invalid ${what}: ${reason}`))(parseUuid(text))

/** Both ids of a thread that is known by one of them. */
export const idsOf = ({ server, thread }: RpcCall, id: string): ThreadIds => {
  const named = thread?.id === id ? thread.streamId : id
  return { id, streamId: server.live.find(id)?.streamId ?? named }
}

export const threadOf = (
  call: RpcCall,
  text: string,
  what?: string
): E.Either<RpcError, ThreadIds> =>
  E.map((id: string) => idsOf(call, id))(parseThreadId(text, what))

/** Asks the engine and words its errors; an engine that cannot be opened is an internal error. */
export const ask = async <A>(
  { server }: Pick<RpcCall, 'server'>,
  question: (engine: Engine) => TE.TaskEither<StoreError, A>,
  words: (e: StoreError) => RpcError = ofStoreError
): Promise<E.Either<RpcError, A>> => {
  let engine: Engine
  try {
    engine = await server.engine
  } catch (cause) {
    const failure = failureIn(cause)
    if (failure !== null) return E.left(words(failure))
    return E.left(internal(`failed to open the index: ${reasonOf(cause)}`))
  }
  return E.mapLeft(words)(await question(engine)())
}

/** Lets the engine change something and words its errors. The options name the client for the operation log. */
export const write = <A>(
  call: Pick<RpcCall, 'server' | 'session' | 'change'>,
  change: (engine: Engine, options: MutationOptions) => TE.TaskEither<StoreError, A>,
  words: (e: StoreError) => RpcError = ofStoreError
): Promise<E.Either<RpcError, A>> => {
  const options = { actor: `app-server:${call.session.clientName}`, ...call.change }
  return ask(
    call,
    (engine) => change(engine, options),
    (e) => (e._tag === 'IoFailure' ? internal(`failed to change thread: ${describe(e)}`) : words(e))
  )
}
