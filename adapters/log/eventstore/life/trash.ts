/**
 * What can be restored: threads whose files lie below `.unroll/trash/<operation>/`, as the operations that put them there
 * tell it.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import { trashOf, type FileMove, type Relocation } from '../../../../domain/changes/relocation.ts'
import type { StreamDirectory } from '../stream/stored.ts'
import type { OperationLog, TrashEntry } from '../../../../replay/home-ports.ts'
import type { Directory } from '../directory/directory.ts'

const TRASH = trashOf('')

const filesIn = (
  streams: Iterable<readonly [string, StreamDirectory]>
): ReadonlyMap<string, ReadonlyArray<FileMove>> => {
  const found = new Map<string, Array<FileMove>>()
  for (const [threadId, { segments, purged }] of streams)
    for (const { path: to } of purged ? [] : segments) {
      if (!to.startsWith(TRASH)) continue
      const [operationId = '', ...path] = to.slice(TRASH.length).split('/')
      const move = { threadId, from: path.join('/'), to, modifiedAtMs: null }
      const others = found.get(operationId)
      if (others === undefined) found.set(operationId, [move])
      else others.push(move)
    }
  return found
}

const threadsOf = (moves: ReadonlyArray<FileMove>): ReadonlyArray<string> => [
  ...new Set(moves.map(({ threadId }) => threadId))
]

/** The log tells which thread was asked for, and the order; files of which it does not tell can be restored all the same. */
const entryOf = (
  operationId: string,
  files: ReadonlyArray<FileMove>,
  relocation: Relocation | null
): TrashEntry => {
  if (relocation === null) {
    const threadIds = threadsOf(files).toSorted()
    return { operationId, rootId: threadIds[0] ?? '', threadIds, files }
  }
  const there = new Set(files.map(({ to }) => to))
  return {
    operationId,
    rootId: relocation.rootId,
    threadIds: threadsOf(relocation.moves),
    files: relocation.moves.filter(({ to }) => there.has(to))
  }
}

/** What is in the trash of a store, newest first. */
export const trashOfStore = async ({
  directory,
  operations
}: {
  readonly directory: Directory
  readonly operations: Pick<OperationLog, 'read'>
}): Promise<E.Either<StoreError, ReadonlyArray<TrashEntry>>> => {
  const refreshed = await directory.refresh('all')
  if (E.isLeft(refreshed)) return refreshed
  const files = filesIn(directory.all())
  const wanted = new Set(files.keys())
  const known = new Map<string, Relocation>()
  if (wanted.size > 0)
    for await (const record of operations.read('newest')) {
      if (record.record !== 'began' || !wanted.delete(record.id)) continue
      if (record.relocation !== null) known.set(record.id, record.relocation)
      if (wanted.size === 0) break
    }
  return E.right(
    [...files]
      .toSorted(([a], [b]) => (a < b ? 1 : -1))
      .map(([id, moves]) => entryOf(id, moves, known.get(id) ?? null))
  )
}
