/**
 * What can go wrong is data: how functions of the engine answer.
 */
import type { Either } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { StoreError } from '../domain/errors.ts'

/** A value, or why there is none. */
export type Result<A> = Either<StoreError, A>

/** A use case, run when it is called. */
export type Answer<A> = TaskEither<StoreError, A>
