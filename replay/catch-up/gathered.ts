/**
 * Changes of several streams on their way into one transaction.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../domain/errors.ts'
import type { Committed, Index, StoredRow } from '../ports.ts'
import { toStored } from './overlay.ts'
import { commitStreams, indexSink, type Sink } from './sink.ts'

export interface Part {
  readonly writes: ReadonlyArray<StoredRow>
  readonly expected: StoredRow
}

export interface Gathered {
  readonly sink: Pick<Sink, 'add' | 'size'>
  readonly take: () => ReadonlyArray<Part>
}

export const gathered = (): Gathered => {
  let parts: Array<Part> = []
  let size = 0
  return {
    sink: {
      add: (writes, expected) => {
        parts.push({ writes, expected })
        size += writes.length
      },
      size: () => size
    },
    take: () => {
      const taken = parts
      parts = []
      size = 0
      return taken
    }
  }
}

const together = (index: Index, parts: ReadonlyArray<Part>) =>
  commitStreams(
    index,
    parts.flatMap(({ writes }) => writes),
    parts.map(({ expected }) => expected)
  )

/** Commits parts in one transaction; those that do not begin where the index is are left out, and the answer is `moved`. */
export const commitParts = async (
  index: Index,
  parts: ReadonlyArray<Part>
): Promise<E.Either<StoreError, Committed>> => {
  if (parts.length === 0) return E.right('committed')
  const first = await together(index, parts)
  if (E.isLeft(first) || first.right === 'committed') return first
  index.generation()
  const fitting = parts.filter(
    ({ expected: { key, json } }) => toStored({ key, value: index.get(key) ?? null }).json === json
  )
  const again = fitting.length === 0 ? first : await together(index, fitting)
  return E.isLeft(again) ? again : E.right('moved')
}

/** A sink of one stream among several that are folded at once: what it holds at the end joins the others. */
export const apart = (
  index: Index
): Sink & { readonly join: (sink: Pick<Sink, 'add'>) => void } => {
  let held: Array<Parameters<Sink['add']>> = []
  const take = (sink: Pick<Sink, 'add'>): void => {
    for (const part of held) sink.add(...part)
    held = []
  }
  return {
    add: (...part) => void held.push(part),
    size: () => held.reduce((sum, [writes]) => sum + writes.length, 0),
    flush: () => {
      const own = indexSink(index)
      take(own)
      return own.flush()
    },
    join: take
  }
}
