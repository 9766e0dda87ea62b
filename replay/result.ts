/**
 * What can go wrong is data: how functions of the engine answer.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { notPossible, type NextStep, type Obstacle, type StoreError } from '../domain/errors.ts'

export type Result<A> = E.Either<StoreError, A>

export type Answer<A> = TaskEither<StoreError, A>

export const invalidRequest = (message: string): Result<never> =>
  E.left({ _tag: 'InvalidRequest', message })

/** `next`: what to do instead. */
export const impossible = (reason: string, next: NextStep, obstacle?: Obstacle): Result<never> =>
  E.left(notPossible(reason, next, obstacle))
