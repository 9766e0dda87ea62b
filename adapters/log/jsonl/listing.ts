/**
 * What a directory of a home holds: rollouts, found by their names, and directories.
 */
import { readdirSync } from 'node:fs'
import { sep } from 'node:path'
import { streamId } from '../../../domain/ids.ts'
import { isDocument } from '../../../domain/rollout-file.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import type { Place } from './place.ts'

/** The end of a file's name, from its last id on. */
const NAME_END =
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.json(?:l(\.zst)?)?$/i
const NAME_END_LENGTH = 46
const ID_LENGTH = 36
/** Of a segment's name all but its end: the thread's id is in front of the segment's. */
const SEGMENT_NAME = /^rollout-.*?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})_$/i

export interface Looks {
  readonly modifiedAtMs: number
  readonly changedAtMs: number
  readonly inode: number
}

export interface Listing extends Looks {
  readonly listedAtMs: number
  readonly directories: ReadonlyArray<string>
  readonly places: () => ReadonlyArray<Place>
}

/** The place of a file whose name has been checked. */
export const placeNamed = (
  directory: string,
  name: string,
  archived: boolean,
  { segments }: Profile
): Place => {
  const isOne = isDocument(name)
  const compressed = isOne || /zst$/i.test(name)
  const idEnd = name.length - (isOne ? '.json' : compressed ? '.jsonl.zst' : '.jsonl').length
  const idStart = idEnd - ID_LENGTH
  const segmentId = name.slice(idStart, idEnd).toLowerCase()
  const isSegment = segments && name.charAt(idStart - 1) === '_'
  const thread = isSegment ? SEGMENT_NAME.exec(name.slice(0, idStart))?.[1] : undefined
  return {
    streamId: streamId(thread?.toLowerCase() ?? segmentId),
    segmentId,
    path: `${directory}${sep}${name}`,
    archived,
    compressed
  }
}

/** The place of a file of a directory; null when its name is not that of a rollout the era reads. */
export const placeOf = (
  directory: string,
  name: string,
  archived: boolean,
  profile: Profile
): Place | null => {
  const match = NAME_END.exec(name.slice(-NAME_END_LENGTH))
  if (match === null) return null
  if (isDocument(name) && !(profile.readsBare && name.startsWith('rollout-'))) return null
  if (match[1] !== undefined && !profile.readsCompressed) return null
  if (profile.needsRolloutPrefix && !name.startsWith('rollout-')) return null
  return placeNamed(directory, name, archived, profile)
}

/** Lists a directory; throws when it cannot be read. */
export const list = (
  directory: string,
  archived: boolean,
  profile: Profile,
  looks: Looks
): Listing => {
  const directories: Array<string> = []
  const places: Array<Place> = []
  const listedAtMs = Date.now()
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) directories.push(`${directory}${sep}${entry.name}`)
    else if (entry.isFile()) {
      const place = placeOf(directory, entry.name, archived, profile)
      if (place !== null) places.push(place)
    }
  }
  directories.sort()
  places.sort((a, b) => (a.path < b.path ? -1 : 1))
  return { ...looks, listedAtMs, directories, places: () => places }
}
