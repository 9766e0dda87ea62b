/**
 * Where a store is, as its connection string says. Nothing is connected, and the client need not be loaded.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'

/** Where a store is, without user, password and settings. */
export interface StoreAddress {
  /** Scheme and hosts as they were written. */
  readonly name: string
  /** The same for every order and spelling of the hosts. */
  readonly id: string
}

const FORM = /^(esdb(?:\+discover)?):\/\/(?:[^@]*@)?([^@/?#\s]+)\/*(?:\?[^\s@]*)?$/
const PORT = '2113'

/** One spelling of a host and its port. */
const hostId = (host: string): string =>
  (/:\d+$/.test(host) ? host : `${host}:${PORT}`).toLowerCase()

/** A connection string as it may be shown: without what stands before the last `@`. */
export const withoutSecrets = (connection: string): string =>
  connection.replace(/^([a-z+]*:\/\/)?.*@/s, '$1')

/** Reads a connection string; the text stands in no error, since it may hold a password. */
export const addressOf = (connection: string): E.Either<StoreError, StoreAddress> => {
  const [, scheme = '', hosts = ''] = FORM.exec(connection.trim()) ?? []
  if (hosts === '') {
    const message =
      'a store is named by a connection string: esdb://USER:PASSWORD@HOST:PORT, or esdb+discover:// for a cluster'
    return E.left({ _tag: 'InvalidRequest', message })
  }
  const id = hosts.split(',').filter(Boolean).map(hostId).toSorted().join(',')
  return E.right({ name: `${scheme}://${hosts}`, id })
}
