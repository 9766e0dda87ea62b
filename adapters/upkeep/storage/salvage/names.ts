/**
 * Names of threads from any number of `session_index.jsonl` files: the newest name of each thread counts.
 */
import { existsSync, readFileSync } from 'node:fs'
import { nameEntryOf, sessionIndexOf } from '../../../home/names.ts'
import { giveNames } from '../../../home/session-index.ts'

interface Name {
  readonly id: string
  readonly name: string
  readonly updatedAt: string
}

const namesIn = (path: string): ReadonlyArray<Name> =>
  readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const { threadId: id = '', name = null, updatedAt = null } = nameEntryOf(line) ?? {}
      return name === null ? [] : [{ id, name, updatedAt: updatedAt ?? '' }]
    })

const msOf = ({ updatedAt }: Name): number => {
  const ms = Date.parse(updatedAt)
  return Number.isNaN(ms) ? -Infinity : ms
}

/** Nanoseconds decide where milliseconds are equal. */
const isNewer = (a: Name, b: Name): boolean =>
  msOf(a) === msOf(b) ? a.updatedAt > b.updatedAt : msOf(a) > msOf(b)

/** Gives a home newer names for its threads; answers how many got one. */
export const mergeNames = (
  home: string,
  paths: ReadonlyArray<string>,
  threads: ReadonlySet<string>,
  dryRun: boolean
): number => {
  const own = sessionIndexOf(home)
  // In a home the last line counts, whatever time it has.
  const known = new Map((existsSync(own) ? namesIn(own) : []).map((name) => [name.id, name]))
  const found = new Map<string, Name>()
  for (const name of paths.flatMap(namesIn)) {
    const best = found.get(name.id) ?? known.get(name.id)
    const same = known.get(name.id)?.name === name.name && !found.has(name.id)
    if (threads.has(name.id) && !same && (best === undefined || isNewer(name, best)))
      found.set(name.id, name)
  }
  const lines = [...found.values()]
    .filter(({ id, name }) => known.get(id)?.name !== name)
    .sort((a, b) => (isNewer(a, b) ? 1 : -1))
    .map(({ id, name, updatedAt }) =>
      JSON.stringify({ id, thread_name: name, updated_at: updatedAt })
    )
  if (!dryRun && lines.length > 0) giveNames(home, lines)
  return lines.length
}
