/**
 * Where a named reader of a store is: a file beside the index, `checkpoint-NAME.json`. It is written beside and renamed,
 * so that it is there whole or as it was.
 */
import * as E from 'fp-ts/lib/Either.js'
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { StoreError } from '../../../../domain/errors.ts'
import { ioFailure } from '../../../../replay/guarded.ts'
import { replaceFile } from '../../../home/replace-file.ts'
import type { Bookmark } from './news.ts'

export const CHECKPOINT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** Files of an index directory that are no part of the index: they say where readers are, and nothing else does. */
export const CHECKPOINT_FILE = /^checkpoint-.*\.json(\.lock|\.new)?$/

export const checkpointPath = (directory: string, name: string): string =>
  join(directory, `checkpoint-${name}.json`)

const isPlace = (value: unknown): boolean => {
  const { commit, prepare } = (value ?? {}) as { commit?: unknown; prepare?: unknown }
  return Number.isSafeInteger(commit) && Number.isSafeInteger(prepare)
}

const isUnfinished = (value: unknown): boolean => {
  const { stream, from, until } = (value ?? {}) as Record<string, unknown>
  return typeof stream === 'string' && Number.isSafeInteger(from) && Number.isSafeInteger(until)
}

const isBookmark = (value: unknown): value is Bookmark => {
  const { position, unfinished } = (value ?? {}) as Record<string, unknown>
  return isPlace(position) && Array.isArray(unfinished) && unfinished.every(isUnfinished)
}

/** Null where there is none yet; `InvalidRequest` where the file is not one of this kind. */
export const readCheckpointOf = <A>(
  path: string,
  isPlaceOfReader: (value: unknown) => value is A
): E.Either<StoreError, A | null> => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return E.right(null)
    return E.left(ioFailure(cause, path))
  }
  const read = E.tryCatch(
    () => JSON.parse(text) as unknown,
    () => null
  )
  if (E.isRight(read) && isPlaceOfReader(read.right)) return E.right(read.right)
  const message = `${path} holds no checkpoint: delete it, and its reader starts from the beginning`
  return E.left({ _tag: 'InvalidRequest', message })
}

export const readCheckpoint = (path: string): E.Either<StoreError, Bookmark | null> =>
  readCheckpointOf(path, isBookmark)

/** On disk when it answers. */
export const writeCheckpoint = (path: string, bookmark: object): E.Either<StoreError, void> => {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const temporary = `${path}.new`
    replaceFile(path, `${JSON.stringify(bookmark)}\n`, { temporary, mode: 0o600 })
    return E.right(undefined)
  } catch (cause) {
    return E.left(ioFailure(cause, path))
  }
}
