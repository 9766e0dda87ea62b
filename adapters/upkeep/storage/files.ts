/**
 * The rollouts of a home as files: every one of them, whichever era reads it. Links are not followed.
 */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { eraOf, NEWEST_ERA, PROFILES, type Profile } from '../../../domain/log/profile.ts'
import { isDocument, isReadBefore } from '../../../domain/rollout-file.ts'
import { thrown } from '../../../replay/guarded.ts'
import { placeOf } from '../../log/jsonl/listing.ts'
import { homeNames } from '../../home/names.ts'
import { ROLLOUT_ROOTS, walk } from '../../home/walk.ts'

export interface RolloutFile {
  readonly threadId: string
  /** The last id in its name: the thread's own for its first file. */
  readonly segmentId: string
  /** Relative to the home, with `/` between its parts. */
  readonly path: string
  readonly archived: boolean
  /** True for bytes that stand compressed on the disk. */
  readonly compressed: boolean
  /** Bytes on disk. */
  readonly sizeBytes: number
  readonly modifiedAtMs: number
}

/** A missing folder holds nothing. */
const onUnreadable = (_: string, cause: NodeJS.ErrnoException): void => {
  if (!['ENOENT', 'ENOTDIR'].includes(cause.code ?? '')) throw cause
}

const PROFILE = PROFILES['0.169']
/** Finds the documents of the TypeScript client too, which no Codex reads. */
const EVERY_ROLLOUT = eraOf(NEWEST_ERA, false)

function* below(home: string, root: string, profile: Profile): Iterable<RolloutFile> {
  const archived = root === 'archived_sessions'
  for (const { path, folder, entry } of walk(home, root, { onUnreadable })) {
    if (!entry.isFile()) continue
    const place = placeOf(join(home, folder), entry.name, archived, profile)
    if (place === null) continue
    const stat = lstatSync(place.path, { throwIfNoEntry: false })
    if (stat === undefined) continue
    const { streamId: threadId, segmentId } = place
    const compressed = place.compressed && !isDocument(entry.name)
    yield {
      ...{ threadId, segmentId, path, archived, compressed },
      sizeBytes: stat.size,
      modifiedAtMs: stat.mtimeMs
    }
  }
}

const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true

/** Every rollout of a home that an era finds, by path. Throws when a folder cannot be read. */
export const rolloutsOf = (home: string, profile = PROFILE): ReadonlyArray<RolloutFile> =>
  ROLLOUT_ROOTS.filter((root) => !isLink(join(home, root)))
    .flatMap((root) => [...below(home, root, profile)])
    .sort((a, b) => (a.path < b.path ? -1 : 1))

/** The file of each segment that readers take. */
export const shownRollouts = (home: string): ReadonlyMap<string, RolloutFile> => {
  const shown = new Map<string, RolloutFile>()
  for (const file of rolloutsOf(home, EVERY_ROLLOUT)) {
    const other = shown.get(file.segmentId)
    if (other === undefined || isReadBefore(file, other)) shown.set(file.segmentId, file)
  }
  return shown
}

export const byThread = (
  files: ReadonlyArray<RolloutFile>
): ReadonlyMap<string, ReadonlyArray<RolloutFile>> => {
  const groups = new Map<string, Array<RolloutFile>>()
  for (const file of files) {
    const group = groups.get(file.threadId) ?? []
    group.push(file)
    groups.set(file.threadId, group)
  }
  return groups
}

/** The shortest prefix of an id. */
const PREFIX_MIN = 4

/** The thread a person names by an id, a prefix or a name; throws a `StoreError` for none or several. */
const threadMeant = (home: string, files: ReadonlyArray<RolloutFile>, text: string): string => {
  const ids = [...new Set(files.map(({ threadId }) => threadId))]
  const wanted = text.toLowerCase()
  const begun = wanted.length < PREFIX_MIN ? [] : ids.filter((id) => id.startsWith(wanted))
  const names = homeNames(home).all()
  const found = begun.length > 0 ? begun : ids.filter((id) => names.get(id) === text)
  const [id, ...others] = found
  if (id === undefined) throw thrown({ _tag: 'StreamNotFound', streamId: text })
  if (others.length > 0) throw thrown({ _tag: 'AmbiguousThread', text, candidates: found })
  return id
}

/** The files of the threads that are named, or all of them where none is. */
export const filesMeant = (
  home: string,
  words: ReadonlyArray<string>
): ReadonlyArray<RolloutFile> => {
  const files = rolloutsOf(home, EVERY_ROLLOUT)
  if (words.length === 0) return files
  const ids = new Set(words.map((word) => threadMeant(home, files, word)))
  return files.filter(({ threadId }) => ids.has(threadId))
}
