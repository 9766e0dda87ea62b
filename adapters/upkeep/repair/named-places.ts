/**
 * Places in rollouts that other rollouts name: where a fork or a revert goes on. They are found once, in the first lines of
 * all files, when the first one is asked for.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROLLOUT_ROOTS, walk } from '../../home/walk.ts'
import type { FirstLine } from '../../log/jsonl/first-line.ts'

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const LAST_ID = new RegExp(`(${UUID})\\.jsonl(?:\\.zst)?$`, 'i')
const FIRST_ID = new RegExp(`(${UUID})(?:_${UUID})?\\.jsonl(?:\\.zst)?$`, 'i')

interface NamedPlaces {
  /** Offsets in a file at which others go on, in order. */
  readonly inFile: (path: string) => ReadonlyArray<number>
  readonly filesOf: (threadId: string) => ReadonlyArray<string>
}

const rolloutsOf = (home: string): ReadonlyArray<string> =>
  ROLLOUT_ROOTS.filter((root) => existsSync(join(home, root)))
    .flatMap((root) => Array.from(walk(home, root)))
    .filter(({ entry }) => entry.isFile() && LAST_ID.test(entry.name))
    .map(({ path }) => path)

const idIn = (pattern: RegExp, path: string): string => pattern.exec(path)?.[1]?.toLowerCase() ?? ''

/** Reads the places of a home; `firstLine` says what a file continues. */
export const namedPlaces = (
  home: string,
  firstLine: (path: string, compressed: boolean) => FirstLine
): NamedPlaces => {
  let files: ReadonlyArray<string> | null = null
  let places: Map<string, Array<number>> | null = null
  const all = (): ReadonlyArray<string> => (files ??= rolloutsOf(home))
  const named = (): Map<string, Array<number>> => {
    if (places !== null) return places
    places = new Map()
    for (const path of all()) {
      let first: FirstLine = 'unreadable'
      try {
        first = firstLine(join(home, path), path.endsWith('.zst'))
      } catch {
        // A file that cannot be read names nothing that could be kept.
      }
      if (first === 'unreadable' || first.base === null) continue
      const { thread_id: segment, end_byte_offset: offset } = first.base
      places.set(
        segment,
        [...(places.get(segment) ?? []), offset].sort((a, b) => a - b)
      )
    }
    return places
  }
  return {
    inFile: (path) => named().get(idIn(LAST_ID, path)) ?? [],
    filesOf: (threadId) => all().filter((path) => idIn(FIRST_ID, path) === threadId)
  }
}
