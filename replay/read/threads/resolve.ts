/**
 * A thread by what a person types: its id, the beginning of it, or its name.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isUuid, type StreamId } from '../../../domain/ids.ts'
import type { Names, Remembered } from '../../home-ports.ts'
import type { EventStore, StreamInfo } from '../../ports.ts'
import { refreshed } from '../../refreshed.ts'
import { findNamed, type Find } from './identity.ts'
import type { Result } from '../../result.ts'

export interface NamedThreads {
  readonly store: EventStore
  readonly names: Names
  readonly remembered?: Remembered
  /** How ids lead to files; by their names alone unless said otherwise. */
  readonly find?: Find
}

/**
 * The one thread a text names; more than one is an error that lists them. What nothing else names may be a name that only
 * Codex's database still holds.
 */
export const resolveThread = async (
  { store, names, remembered, find = findNamed({ store }) }: NamedThreads,
  text: string
): Promise<Result<StreamId>> => {
  const asId = text.toLowerCase()
  const isWhole = isUuid(asId)
  if (isWhole) return E.map(({ streamId: id }: StreamInfo) => id)(await find(asId))
  const ready = await refreshed(store, 'all')
  if (E.isLeft(ready)) return ready
  const listed = store.changes()
  if (E.isLeft(listed)) return listed
  const begun = (listed.right?.ids ?? []).filter((id) => text !== '' && id.startsWith(asId))
  const meant = async (named: ReadonlyMap<string, string>): Promise<ReadonlyArray<StreamId>> => {
    const found = new Set(begun)
    for (const [id, name] of named) {
      const thread = text !== '' && name === text ? await find(id) : null
      if (thread !== null && E.isRight(thread)) found.add(thread.right.streamId)
    }
    return [...found]
  }
  const known = await meant(names.all())
  const candidates =
    known.length > 0 || remembered === undefined ? known : await meant(await remembered.names())
  const [only] = candidates
  if (only === undefined) return E.left({ _tag: 'StreamNotFound', streamId: text })
  return candidates.length === 1
    ? E.right(only)
    : E.left({ _tag: 'AmbiguousThread', text, candidates })
}
