/**
 * Parameters that the questions to the ledgers share.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { isJsonObject } from '../../../../domain/json.ts'
import { threadIdOf } from '../../method.ts'
import type { RpcError } from '../../wire/errors.ts'

/** The thread a request names, if any, as members of an engine's request. */
export const chosenThread = (
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
