/**
 * Everything that is asked of the ledgers, in one place: each family of questions is a file beside this one.
 */
/* eslint-disable @typescript-eslint/no-unused-vars -- until the first family joins */
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { StoreError } from '../../domain/errors.ts'
import type { LedgerParts } from './ledger.ts'

/** Runs a use case so that a damaged index is built again. */
export type Safely = <A>(task: TE.TaskEither<StoreError, A>) => TE.TaskEither<StoreError, A>

/** The questions to the ledgers: an interface per family joins here. */
export type Ledgers = object

/** The ledgers of an engine. */
export const ledgersOf = (_parts: LedgerParts, _safely: Safely): Ledgers => ({})

/** Ledgers of an engine that could not be made. */
export const failedLedgers = (_error: StoreError): Ledgers => ({})
