/**
 * What the questions to the ledgers share as methods.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { StoreError } from '../../../../domain/errors.ts'
import { isJsonObject } from '../../../../domain/json.ts'
import type { Engine } from '../../../../replay/engine.ts'
import { noKey } from '../../connection/keys.ts'
import { answer, ask, EVERY_PROFILE, threadIdOf, type Method } from '../../method.ts'
import type { RpcError } from '../../wire/errors.ts'
import { struct, type Fields, type ValueOf } from '../../wire/serde.ts'

/** The thread a request names, if any, as members of an engine's request. */
const chosenThread = (
  threadId: string | null
): E.Either<RpcError, { readonly threadId?: string }> =>
  threadId === null ? E.right({}) : E.map((id: string) => ({ threadId: id }))(threadIdOf(threadId))

type Given<P, K extends keyof P> = { readonly [N in K]?: NonNullable<P[N]> }

/** Some members of the parameters, without those that were not given. */
export const given = <P extends object, K extends keyof P>(
  params: P,
  ...names: ReadonlyArray<K>
): Given<P, K> =>
  Object.fromEntries(
    names.flatMap((name) => (params[name] === null ? [] : [[name, params[name]]]))
  ) as Given<P, K>

/** Shape of an object of a ledger; docs/FORMAT.md and the type of the engine's answer have its members. */
export const object = <A>(name: string): t.Type<A, unknown, unknown> =>
  new t.Type<A, unknown, unknown>(
    name,
    (u): u is A => isJsonObject(u),
    (u, c) => (isJsonObject(u) ? t.success(u as A) : t.failure(u, c)),
    t.identity
  )

/** Shape of the rows of a ledger. */
export const rows = <A>(name: string) => ({ data: t.readonlyArray(object<A>(name)) })

/** All rows of a question that has few of them. */
export interface Rows<A> {
  readonly data: ReadonlyArray<A>
}

/** Few rows as an answer. */
export const allRows =
  <A>(rows: TaskEither<StoreError, ReadonlyArray<A>>): TaskEither<StoreError, Rows<A>> =>
  async () =>
    E.map((data: ReadonlyArray<A>) => ({ data }))(await rows())

/** A question as a row of the method table. */
interface Question<F extends Fields, A> {
  readonly name: string
  /** Name of its parameters, for refusals. */
  readonly params: string
  readonly fields: F
  readonly result: t.Type<A, unknown, unknown>
  /** `thread` holds the thread the parameters name, if any. */
  readonly asked: (
    engine: Engine,
    params: ValueOf<F>,
    thread: { readonly threadId?: string }
  ) => TaskEither<StoreError, A>
}

/** The row of a question: there in every era, though Codex has it in none, and waiting for nobody. */
export const question = <F extends Fields, A>(asking: Question<F, A>): Method<ValueOf<F>, A> => ({
  name: asking.name,
  profiles: EVERY_PROFILE,
  ours: EVERY_PROFILE,
  params: () => struct(asking.params, asking.fields),
  result: asking.result,
  key: noKey,
  handler: (params, call) => async () => {
    const { threadId = null } = params as { readonly threadId?: string | null }
    const thread = chosenThread(threadId)
    if (E.isLeft(thread)) return thread
    const found = await ask(call, (engine) => asking.asked(engine, params, thread.right))
    return E.map((one: A) => answer(one))(found)
  }
})
