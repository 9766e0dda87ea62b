/**
 * Where the changes of folded streams are collected, and how they are committed.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import type { RowKey } from '../../projections/projection.ts'
import type { Committed, Index, StoredRow } from '../ports.ts'
import { toStored } from './overlay.ts'

const stampKey = (checkpoints: string): RowKey => ['stamps', checkpoints]

/** Another value whenever a stream of the group was folded or forgotten since; whatever else was committed. */
export const stampOf = (index: Index, checkpoints: string): unknown =>
  index.get(stampKey(checkpoints))

/**
 * Commits changes of streams, with the stamps of their groups. No two commits give a group the same stamp: of those that begin from one
 * generation with one stream, all but one find its checkpoint moved.
 */
export const commitStreams = (
  index: Index,
  writes: ReadonlyArray<StoredRow>,
  expected: ReadonlyArray<StoredRow>
): ReturnType<ReturnType<Index['commit']>> => {
  const generation = index.generation()
  const stamps = new Map<string, StoredRow>()
  for (const { key } of expected) {
    const [checkpoints, id] = key as readonly [string, string]
    if (stamps.has(checkpoints)) continue
    stamps.set(checkpoints, toStored({ key: stampKey(checkpoints), value: [generation, id] }))
  }
  return index.commit([...writes, ...stamps.values()], expected)()
}

/** Collects the changes of one or more streams into transactions. */
export interface Sink {
  readonly add: (writes: ReadonlyArray<StoredRow>, expected: StoredRow) => void
  readonly size: () => number
  readonly flush: () => Promise<E.Either<StoreError, Committed>>
}

export const indexSink = (index: Index): Sink => {
  let writes: Array<StoredRow> = []
  let expected: Array<StoredRow> = []
  return {
    add: (more, one) => {
      for (const write of more) writes.push(write)
      expected.push(one)
    },
    size: () => writes.length,
    flush: async () => {
      if (writes.length === 0) return E.right('committed' as const)
      const committing = commitStreams(index, writes, expected)
      // Before anything is awaited: what others add meanwhile belongs to the next transaction.
      writes = []
      expected = []
      return committing
    }
  }
}
