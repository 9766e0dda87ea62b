/**
 * Which threads of a store a command means.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import { isUuid } from '../../domain/ids.ts'
import { chosen } from '../eventstore/sync/choose.ts'
import type { Place } from './session.ts'

interface Known {
  readonly threads: ReadonlyArray<string>
  readonly nameOf: (thread: string) => string | null
}

/** Every thread of a store, from the index of this machine, which is brought up to the store before. */
const known = async (
  place: Place & { readonly store: string }
): Promise<E.Either<StoreError, Known>> => {
  const { openAll } = await import('../open.ts')
  const opened = await openAll({ ...place, onUnusableIndex: () => undefined })
  if (E.isLeft(opened)) return opened
  const { engine, store } = opened.right
  try {
    if (store === null) return E.right({ threads: [], nameOf: () => null })
    const done = await store.directory.refresh('all')
    if (E.isLeft(done)) return done
    const all = new Map([...store.directory.all()].filter(([, { facts }]) => facts >= 0))
    const names = new Map(
      [...all].map(([thread, { name }]) => [String(thread), name?.name ?? null])
    )
    return E.right({ threads: [...all.keys()], nameOf: (thread) => names.get(thread) ?? null })
  } finally {
    await engine.close()
  }
}

/**
 * Threads that words name, of the store and of `others`; all of them without words. Whole ids are not looked for, so that they
 * need no index.
 */
export const threadsMeant = async (
  place: Place & { readonly store: string },
  words: ReadonlyArray<string>,
  others: ReadonlyArray<string>
): Promise<E.Either<StoreError, ReadonlyArray<string>>> => {
  const ids = words.map((word) => word.toLowerCase())
  if (words.length > 0 && ids.every(isUuid)) return E.right([...new Set(ids)])
  const stored = await known(place)
  if (E.isLeft(stored)) return stored
  const all = [...new Set([...stored.right.threads, ...others])]
  return chosen(words, all, stored.right.nameOf)
}
