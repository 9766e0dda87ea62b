/**
 * Where a store is, as its connection string says. Nothing is connected, and the client need not be loaded.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import { parseConnectionString, type Connection } from './connection-string.ts'

/** Where a store is, without user, password and settings. */
export interface StoreAddress {
  readonly name: string
  /** The same in whichever order its hosts are named. */
  readonly id: string
}

/** A connection string as it may be shown: without what stands before the last `@`. */
export const withoutSecrets = (connection: string): string =>
  connection.replace(/^([a-z+]*:\/\/)?.*@/is, '$1')

/** Reads a connection string; `InvalidRequest`, which quotes nothing secret, when it is none. */
export const addressOf = (connection: string): E.Either<StoreError, StoreAddress> =>
  E.map(({ name, hosts }: Connection) => ({
    name,
    id: hosts
      .map(({ address, port }) => `${address}:${port}`)
      .toSorted()
      .join(',')
  }))(parseConnectionString(connection))
