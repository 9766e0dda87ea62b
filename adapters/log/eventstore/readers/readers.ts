/**
 * Readers of a store: one that prints and one that writes a file, each with its place beside the index.
 */
import * as E from 'fp-ts/lib/Either.js'
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { StoreError } from '../../../../domain/errors.ts'
import { acquireLockFile } from '../../../home/lock-file.ts'
import { checkpointPath, readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import type { Bookmark } from './news.ts'
import { openOutput } from './output-file.ts'
import { comparePositions, type StoreReader } from './tell.ts'

export interface OpenReader extends StoreReader {
  readonly close: () => Promise<void>
}

/** One process at a time. */
export const locked = (path: string, what: string): E.Either<StoreError, () => Promise<void>> => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const file = `${path}.lock`
  // A process that was killed while it took over from another one leaves traces which the first try clears away.
  const lock = acquireLockFile(file) ?? acquireLockFile(file)
  return lock === null ? E.left({ _tag: 'Busy', what }) : E.right(async () => lock.release())
}

const noter = (path: string): ((bookmark: Bookmark | null) => E.Either<StoreError, void>) => {
  let noted: Bookmark | null = null
  return (bookmark) => {
    if (bookmark === null || bookmark === noted) return E.right(undefined)
    noted = bookmark
    return writeCheckpoint(path, bookmark)
  }
}

/** A reader that prints; `checkpoint` names its place. `out` resolves when the text was handed over. */
export const printingReader = (
  out: (text: string) => Promise<void>,
  isStopped: () => boolean,
  from: StoreReader['from'],
  checkpoint: { readonly directory: string; readonly name: string } | null
): E.Either<StoreError, OpenReader> => {
  if (checkpoint === null) {
    const take: StoreReader['take'] = async (text) => {
      if (text !== '') await out(text)
      return E.right(undefined)
    }
    return E.right({ from, last: null, take, close: async () => undefined })
  }
  const path = checkpointPath(checkpoint.directory, checkpoint.name)
  const lock = locked(path, `the checkpoint ${checkpoint.name}`)
  if (E.isLeft(lock)) return lock
  const known = readCheckpoint(path)
  if (E.isLeft(known)) {
    void lock.right()
    return known
  }
  const note = noter(path)
  return E.right({
    from: known.right ?? from,
    last: null,
    take: async (text, bookmark) => {
      if (text !== '') await out(text)
      // What a stopped process prints is thrown away.
      return isStopped() ? E.right(undefined) : note(bookmark)
    },
    close: lock.right
  })
}

/** A reader that appends to a file, whose last line says where it is; the place beside the index only spares looking. */
export const fileReader = (
  file: string,
  directory: string,
  from: StoreReader['from']
): E.Either<StoreError, OpenReader> => {
  const name = `output-${createHash('sha256').update(file).digest('hex').slice(0, 16)}`
  const path = checkpointPath(directory, name)
  const lock = locked(path, file)
  if (E.isLeft(lock)) return lock
  const output = openOutput(file)
  if (E.isLeft(output)) {
    void lock.right()
    return output
  }
  const { last, append, close } = output.right
  const known = E.getOrElse((): Bookmark | null => null)(readCheckpoint(path))
  const isEarlier =
    known !== null && last !== null && comparePositions(known.position, last.position) <= 0
  const note = noter(path)
  return E.right({
    from: last === null ? from : isEarlier ? known : 'start',
    last,
    take: async (text, bookmark) => {
      const appended = text === '' ? E.right(undefined) : append(text)
      return E.isLeft(appended) ? appended : note(bookmark)
    },
    close: async () => {
      close()
      await lock.right()
    }
  })
}
