/**
 * A thread by what a person types: its id, the beginning of it, or its name.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import { isUuid, streamId, type StreamId } from '../../domain/ids.ts'
import type { Names, Remembered } from '../home-ports.ts'
import type { EventStore } from '../ports.ts'
import { refreshed } from '../refreshed.ts'

/** Where names are looked for. */
export interface Named {
  readonly store: EventStore
  readonly names: Names
  readonly remembered?: Remembered
}

/**
 * The one thread a text names; more than one is an error that lists them. What nothing else names may be a name that only
 * Codex's database still holds.
 */
export const resolveThread = async (
  { store, names, remembered }: Named,
  text: string
): Promise<E.Either<StoreError, StreamId>> => {
  const asId = text.toLowerCase()
  const isWhole = isUuid(asId)
  const ready = await refreshed(store, isWhole ? streamId(asId) : 'all')
  if (E.isLeft(ready)) return ready
  if (isWhole) {
    const found = store.find(streamId(asId))
    return E.isLeft(found) ? found : E.right(found.right.streamId)
  }
  const listed = store.ids()
  if (E.isLeft(listed)) return listed
  const meant = (named: ReadonlyMap<string, string>): ReadonlyArray<StreamId> =>
    listed.right.filter((id) => text !== '' && (id.startsWith(asId) || named.get(id) === text))
  const known = meant(names.all())
  const candidates =
    known.length > 0 || remembered === undefined ? known : meant(await remembered.names())
  const [only] = candidates
  if (only === undefined) return E.left({ _tag: 'StreamNotFound', streamId: text })
  return candidates.length === 1
    ? E.right(only)
    : E.left({ _tag: 'AmbiguousThread', text, candidates })
}
