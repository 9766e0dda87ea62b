/**
 * What a method is: one value of `Method` per row of the table in `methods.ts`.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type * as t from 'io-ts'
import type { StoreError } from '../../domain/errors.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { ProfileName } from '../../domain/profile.ts'
import type { Engine } from '../../replay/engine.ts'
import { failureIn } from '../../replay/guarded.ts'
import type { Telemetry } from '../../replay/telemetry.ts'
import type { Observer } from './analytics/observer.ts'
import { internal, invalidRequest, ofStoreError, type RpcError } from './wire/errors.ts'
import type { Key } from './connection/keys.ts'
import type { TurnHost } from './turn-host.ts'
import type { Follow } from './follow/follow.ts'
import type { Remote } from './follow/watch.ts'
import type { Live } from './threads/live.ts'
import type { Notice } from './wire/message.ts'
import type { Codec } from './wire/serde.ts'
import { parseUuid } from './wire/uuid.ts'

/** What every connection of a server shares. */
export interface Server {
  /** Absolute path of `$CODEX_HOME`. */
  readonly home: string
  /** Values of its configuration that the command line replaced. */
  readonly overrides?: JsonObject
  readonly profile: ProfileName
  readonly strict: boolean
  /** Version of this package, for the user agent. */
  readonly version: string
  /** The one engine of the process, opened when it started; rejects when it cannot be opened. */
  readonly engine: Promise<Engine>
  /** What is known of the store; absent where the files of the home are read. */
  readonly remote?: Promise<Remote>
  /** What is loaded, and who follows it. */
  readonly live: Live
  /** Tells what other processes write, and unloads what nobody uses. */
  readonly follow: Follow
  /** Runs turns; without one they fail at once. */
  readonly turns?: TurnHost
  /** True where somebody hands in reviews; without that they fail at once. */
  readonly reviews?: boolean
  /** The sink of the process; absent where nobody listens. */
  readonly telemetry?: Telemetry
  /** Usage analytics; absent unless somebody asked for them. */
  readonly analytics?: Observer
  /** Told what is not answered, for the person at the server. */
  readonly log: (line: string) => void
}

/** State of one connection; `initialize` sets it. */
export interface Session {
  initialized: boolean
  experimentalApi: boolean
  /** Name of the client, which threads it starts are credited to. */
  clientName: string
  /** Methods of notifications this client does not want. */
  optedOut: ReadonlySet<string>
  /** Threads this client follows. */
  readonly subscriptions: Set<string>
}

/** Where a call comes from. */
export interface Call {
  readonly server: Server
  readonly session: Session
  /** When the request came, counted by `Live.tick`: it may have waited for others since. */
  readonly arrivedAt: number
  /** The id of the file that a thread id means; the engine goes by it. */
  readonly streamOf: (threadId: string) => string
}

type Use = (...given: ReadonlyArray<unknown>) => unknown

/** The engine, to which every thread is named by its file. */
export const engineOf = async ({ server, streamOf }: Call): Promise<Engine> =>
  new Proxy(await server.engine, {
    get: (engine, name) => {
      const use: unknown = Reflect.get(engine, name)
      if (typeof use !== 'function') return use
      return (first: unknown, ...rest: ReadonlyArray<unknown>) =>
        (use as Use)(typeof first === 'string' ? streamOf(first) : first, ...rest)
    }
  })

/** What a handler answers; notifications go out before or after the response, in order, to whom they concern. */
export interface Answer<R> {
  readonly result: R
  readonly before?: ReadonlyArray<Notice>
  readonly after?: ReadonlyArray<Notice>
  /** What goes on when all that is sent. */
  readonly then?: () => void
}

/** Why a handler refuses, and what is sent before that. */
export type Refusal = RpcError & { readonly before?: ReadonlyArray<Notice> }

/** A member that needs the experimental API (`a.b` is one of another), or one that Codex calls by another name when it refuses it. */
export type GatedField = string | { readonly field: string; readonly calledField: string }

/** A row of the method table. */
export interface Method<P, R> {
  readonly name: string
  /** Eras that have the method. */
  readonly profiles: ReadonlyArray<ProfileName>
  /** Eras whose Codex does not have the method; in their strict mode it is not there. */
  readonly ours?: ReadonlyArray<ProfileName>
  /** Eras in which the client must have asked for the experimental API. */
  readonly experimental?: ReadonlyArray<ProfileName>
  /** Members that need the experimental API when set. */
  readonly experimentalFields?: Readonly<Partial<Record<ProfileName, ReadonlyArray<GatedField>>>>
  /** True where a request may come without parameters; they are read as null then. */
  readonly mayLackParams?: true
  /** Answered although there is nothing behind it, so that clients go on; or always refused. Absent: served. */
  readonly standing?: 'courtesy' | 'refused'
  /** Shape of its parameters; members of our own are unknown to a strict server. */
  readonly params: (profile: ProfileName, strict: boolean) => Codec<P>
  /** Shape of the answer; for documentation and tests, answers are not checked at run time. */
  readonly result: t.Type<R, unknown, unknown>
  /** Which requests it waits for; null: none. */
  readonly key: (params: P) => Key | null
  /** True for a method that changes which threads a list shows: one at a time in a server. */
  readonly changesLists?: true
  readonly handler: (params: P, call: Call) => TE.TaskEither<Refusal, Answer<R>>
}

/** Every era. */
export const EVERY_PROFILE: ReadonlyArray<ProfileName> = ['0.130', '0.142', '0.169']

/** Eras since 0.142. */
export const SINCE_142: ReadonlyArray<ProfileName> = ['0.142', '0.169']

/** Eras since 0.169. */
export const SINCE_169: ReadonlyArray<ProfileName> = ['0.169']

/** A thread id in a parameter that is a plain string: the id is checked by the handler, not by the parser. */
export const threadIdOf = (text: string, what = 'thread id'): E.Either<RpcError, string> =>
  E.mapLeft((reason: string) => invalidRequest(`invalid ${what}: ${reason}`))(parseUuid(text))

/** Asks the engine and words its errors; an engine that cannot be opened is an internal error. */
export const ask = async <A>(
  call: Call,
  question: (engine: Engine) => TE.TaskEither<StoreError, A>,
  words: (e: StoreError) => RpcError = ofStoreError
): Promise<E.Either<RpcError, A>> => {
  let engine: Engine
  try {
    engine = await engineOf(call)
  } catch (cause) {
    const failure = failureIn(cause)
    if (failure !== null) return E.left(words(failure))
    const reason = cause instanceof Error ? cause.message : String(cause)
    return E.left(internal(`failed to open the index: ${reason}`))
  }
  return E.mapLeft(words)(await question(engine)())
}

/** An answer without notifications. */
export const answer = <R>(result: R): Answer<R> => ({ result })
