/**
 * Where the index of a home or a store is.
 */
import * as E from 'fp-ts/lib/Either.js'
import { basename } from 'node:path'
import type { StoreError } from '../domain/errors.ts'
import { defaultIndexDirectory, storeIndexDirectory } from './home/places.ts'
import { addressOf } from './log/eventstore/connection/connection-string.ts'

/** What decides it besides the home. */
interface IndexedPlace {
  readonly index?: string
  readonly store?: string
  /** A point in the past. */
  readonly at?: unknown
}

/** The index directory: the one that is named, or that of the home or the store. */
export const indexDirectory = (
  home: string,
  { index, store, at }: IndexedPlace
): E.Either<StoreError, string> => {
  // The past of files needs no index but its own.
  if (at !== undefined && store === undefined) return E.right('memory')
  if (index !== undefined) return E.right(index)
  if (store === undefined) return E.right(defaultIndexDirectory(home))
  return E.map(({ id }: { readonly id: string }) => storeIndexDirectory(id, home))(addressOf(store))
}

/** Names a home, or a home and a store, to other processes without telling where it is. */
export const homeIdOf = ({
  home,
  store
}: {
  readonly home: string
  readonly store?: string
}): string => {
  const folder = indexDirectory(home, store === undefined ? {} : { store })
  return basename(E.isRight(folder) ? folder.right : defaultIndexDirectory(home))
}
