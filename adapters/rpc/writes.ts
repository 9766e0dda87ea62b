/**
 * What the methods of this server need from the engine to change a thread.
 *
 * An engine may lack some of it; a method that needs what is not there refuses.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { StoreError } from '../../domain/errors.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { MutationOptions, Mutations, Written } from '../../replay/mutations.ts'
import { ofStoreError, type RpcError } from './errors.ts'
import { ask, type Call } from './method.ts'

type Answer<A> = TE.TaskEither<StoreError, A>

/** A thread whose rollout is to be made. */
export interface NewThread {
  readonly threadId: string
  /** The file is named after this time, as clients were told when the thread was started. */
  readonly startedAtMs: number
  /** Payload of its `session_meta`. */
  readonly meta: JsonObject
}

/** The functions of the engine that this server calls. */
export interface Writes extends Pick<
  Mutations,
  | 'rollback'
  | 'updateMetadata'
  | 'setMemoryMode'
  | 'injectItems'
  | 'goal'
  | 'setGoal'
  | 'clearGoal'
  | 'updateSettings'
  | 'startReview'
> {
  /** Makes the rollout of a thread that has none, with nothing but its first line. */
  readonly begin: (thread: NewThread, o?: MutationOptions) => Answer<Written>
  /** Moves a thread and what it spawned to the archive; ids in the order in which clients are told. */
  readonly archive: (
    threadId: string,
    o?: MutationOptions
  ) => Answer<{ readonly threads: ReadonlyArray<string> }>
  /** Moves one thread back. */
  readonly unarchive: (threadId: string, o?: MutationOptions) => Answer<unknown>
  /** Deletes a thread and what it spawned; ids deepest first, the thread itself last. */
  readonly remove: (
    threadId: string,
    o?: MutationOptions
  ) => Answer<{ readonly threads: ReadonlyArray<string> }>
  /** Names a thread. */
  readonly rename: (threadId: string, name: string, o?: MutationOptions) => Answer<unknown>
}

const missing = (name: string): StoreError => ({
  _tag: 'NotPossible',
  reason: `this engine cannot do that: it has no ${name}`,
  next: 'use a newer build'
})

/** What is told to the engine with every change: who does it. */
export const optionsOf = ({ session }: Call): MutationOptions => ({
  actor: `app-server:${session.clientName}`
})

/** Lets the engine change something, and words its errors. */
export const write = <K extends keyof Writes, A>(
  call: Call,
  name: K,
  change: (act: Writes[K]) => Answer<A>,
  words: (e: StoreError) => RpcError = ofStoreError
): Promise<E.Either<RpcError, A>> =>
  ask(
    call,
    (engine) => {
      const act = (engine as Partial<Writes>)[name]
      return act === undefined ? async () => E.left(missing(name)) : change(act)
    },
    words
  )
