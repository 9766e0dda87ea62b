/**
 * The threads that words of a command line name: ids, beginnings of ids that no other thread shares, or names.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'

/** Threads of a place that the words name; all of them when there are no words. */
export const chosen = (
  words: ReadonlyArray<string>,
  threads: ReadonlyArray<string>,
  nameOf: (thread: string) => string | null
): E.Either<StoreError, ReadonlyArray<string>> => {
  if (words.length === 0) return E.right(threads)
  const all = new Set<string>()
  for (const word of words) {
    const id = word.toLowerCase()
    const byId = threads.includes(id) ? [id] : threads.filter((thread) => thread.startsWith(id))
    const found = byId.length > 0 ? byId : threads.filter((thread) => nameOf(thread) === word)
    const [thread] = found
    if (thread === undefined) return E.left({ _tag: 'StreamNotFound', streamId: word })
    if (found.length > 1) return E.left({ _tag: 'AmbiguousThread', text: word, candidates: found })
    all.add(thread)
  }
  return E.right([...all])
}
