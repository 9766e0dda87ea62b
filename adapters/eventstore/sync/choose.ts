/**
 * Which threads are meant by the words of a command line: ids, beginnings of ids that no other thread shares, or names.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'

const matching = (
  word: string,
  threads: ReadonlyArray<string>,
  nameOf: (thread: string) => string | null
): ReadonlyArray<string> => {
  const id = word.toLowerCase()
  if (threads.includes(id)) return [id]
  const begun = threads.filter((thread) => thread.startsWith(id))
  return begun.length > 0 ? begun : threads.filter((thread) => nameOf(thread) === word)
}

/** Threads of a place that the words name; all of them when there are no words. */
export const chosen = (
  words: ReadonlyArray<string>,
  threads: ReadonlyArray<string>,
  nameOf: (thread: string) => string | null
): E.Either<StoreError, ReadonlyArray<string>> => {
  if (words.length === 0) return E.right(threads)
  const found = new Set<string>()
  for (const word of words) {
    const [thread, ...others] = matching(word, threads, nameOf)
    if (thread === undefined) return E.left({ _tag: 'StreamNotFound', streamId: word })
    if (others.length > 0)
      return E.left({ _tag: 'AmbiguousThread', text: word, candidates: [thread, ...others] })
    found.add(thread)
  }
  return E.right([...found])
}

/** The same threads, and those that their history leads through. */
export const withAncestors = (
  threads: ReadonlyArray<string>,
  ancestorsOf: (thread: string) => ReadonlyArray<string>
): ReadonlySet<string> => {
  const all = new Set<string>()
  const queue = [...threads]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (all.has(next)) continue
    all.add(next)
    queue.push(...ancestorsOf(next))
  }
  return all
}
