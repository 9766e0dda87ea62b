/**
 * What a method is. Its name, its eras, what it waits for and how it stands are a row of `table.ts`; what is written here
 * by hand is its parameters, its answer and its handler.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import type { LiveThread } from '../threads/live.ts'
import type { QueueKey } from '../threads/scheduler.ts'
import { threadOf, type RpcCall, type Server, type ThreadIds } from '../threads/server.ts'
import { loadedThread } from '../threads/threads.ts'
import type { RpcError } from '../wire/errors.ts'
import type { Notice } from '../wire/message.ts'
import type { PowerName } from '../wire/powers.ts'
import { required, struct, text, type Codec, type Fields, type ParamsOf } from '../wire/serde.ts'
import type { GatedField } from './gated-fields.ts'

/** A result; notifications go out before or after the response, in order, to whom they concern. */
export interface MethodResult {
  readonly result: unknown
  readonly before?: ReadonlyArray<Notice>
  readonly after?: ReadonlyArray<Notice>
  /** Runs when all that is sent. */
  readonly then?: () => void
}

/** A refusal, and what is sent before it. */
export type MethodError = RpcError & { readonly before?: ReadonlyArray<Notice> }

/** What a handler resolves with; it rejects only for a defect. */
export type MethodOutcome = E.Either<MethodError, MethodResult>

/** How a server answers: its members of parameters depend on it, and those of our own are unknown to a strict one. */
export type Era = Pick<Server, 'profile' | 'strict'>

/** The part of a method that is code; `P` are its parameters. */
export interface Served<P> {
  readonly params: (era: Era) => Codec<P>
  /** Shape of the answer; for documentation and tests, answers are not checked at run time. */
  readonly result: t.Mixed
  readonly handler: (params: P, call: RpcCall) => Promise<MethodOutcome>
}

/** A method whose parameters are its own business. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyServed = Served<any>

/** A method whose parameters are a struct of this name, as most are. */
export const served = <F extends Fields>(
  name: string,
  fields: F | ((era: Era) => F),
  result: t.Mixed,
  handler: (params: ParamsOf<F>, call: RpcCall) => Promise<MethodOutcome>
): Served<ParamsOf<F>> => ({
  params: (era) => struct(name, typeof fields === 'function' ? fields(era) : fields),
  result,
  handler
})

const withThreadId =
  <F extends Fields>(fields: F | ((era: Era) => F)) =>
  (era: Era) => ({
    threadId: required(text),
    ...(typeof fields === 'function' ? fields(era) : fields)
  })

/** A method about the thread that its first parameter names. */
export const ofThread = <F extends Fields>(
  name: string,
  fields: F | ((era: Era) => F),
  result: t.Mixed,
  handler: (thread: ThreadIds, params: ParamsOf<F>, call: RpcCall) => Promise<MethodOutcome>
): AnyServed =>
  served(name, withThreadId(fields), result, async (params, call) => {
    const thread = threadOf(call, String(params['threadId']))
    return E.isLeft(thread) ? thread : handler(thread.right, params, call)
  })

/** The same for a thread that must be loaded. */
export const ofLoaded = <F extends Fields>(
  name: string,
  fields: F | ((era: Era) => F),
  result: t.Mixed,
  handler: (live: LiveThread, params: ParamsOf<F>, call: RpcCall) => Promise<MethodOutcome>
): AnyServed =>
  served(name, withThreadId(fields), result, async (params, call) => {
    const live = loadedThread(call, String(params['threadId']))
    return E.isLeft(live) ? live : handler(live.right, params, call)
  })

/** A method with everything its row says. */
export interface Method extends AnyServed {
  readonly name: string
  /** Eras that have the method. */
  readonly profiles: ReadonlyArray<ProfileName>
  /** Eras whose Codex does not have it; in their strict mode it does not exist. */
  readonly ours: ReadonlyArray<ProfileName>
  /** Eras in which the client must have asked for the experimental API. */
  readonly experimental: ReadonlyArray<ProfileName>
  /** Members that need the experimental API when set. */
  readonly experimentalFields: Readonly<Partial<Record<ProfileName, ReadonlyArray<GatedField>>>>
  /** True where a request may come without parameters; they are read as null then. */
  readonly mayLackParams: boolean
  /** Courtesy: answered although there is nothing behind it, so that clients go on. */
  readonly standing: 'served' | 'courtesy' | 'refused'
  /** What a server must have been given to serve it; null: nothing. */
  readonly power: PowerName | null
  /** Which requests it waits for; null: none. */
  readonly key: (params: unknown) => QueueKey | null
  /** True for a method that changes which threads a list shows: one at a time in a server. */
  readonly changesLists: boolean
}

export const EVERY_PROFILE: ReadonlyArray<ProfileName> = ['0.130', '0.142', '0.169']

export const Empty = t.type({}, 'EmptyResponse')

export const answer = (result: unknown): MethodResult => ({ result })
