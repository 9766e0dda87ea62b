/**
 * How the methods of this server change a thread: by the engine, in the name of the client that asked.
 */
import type * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, type StoreError } from '../../../domain/errors.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { MutationOptions } from '../../../replay/life/life.ts'
import { internal, ofStoreError, type RpcError } from '../wire/errors.ts'
import { ask, type Call } from '../method.ts'

const notWritten = (e: StoreError): RpcError => internal(`failed to change thread: ${describe(e)}`)

/** Lets the engine change something, and words its errors. The options say for the operation log who asked. */
export const write = <A>(
  call: Call,
  change: (engine: Engine, options: MutationOptions) => TE.TaskEither<StoreError, A>,
  words: (e: StoreError) => RpcError = ofStoreError
): Promise<E.Either<RpcError, A>> => {
  const options = { actor: `app-server:${call.session.clientName}` }
  return ask(
    call,
    (engine) => change(engine, options),
    (e) => (e._tag === 'IoFailure' ? notWritten(e) : words(e))
  )
}
