/**
 * Names of the threads of a store, as of the last time it was asked.
 */
import { streamId } from '../../../domain/ids.ts'
import type { Names } from '../../../replay/home-ports.ts'
import type { Directory } from '../directory/directory.ts'
import { isInTrash } from './moves.ts'

/** Names from the directory of a store; those of deleted threads wait in the trash with them. */
export const storeNames = (directory: Directory): Names => {
  let seen = -1
  let names: ReadonlyMap<string, string> = new Map()
  const all = (): ReadonlyMap<string, string> => {
    const now = directory.stamp()
    if (now === seen) return names
    const found = new Map<string, string>()
    for (const [threadId, known] of directory.all())
      if (known.name !== null && !isInTrash(known)) found.set(threadId, known.name.name)
    names = found
    seen = now
    return names
  }
  return {
    all,
    nameOf: (threadId) => {
      const known = directory.get(streamId(threadId))
      return known === null || isInTrash(known) ? null : (known.name?.name ?? null)
    }
  }
}
