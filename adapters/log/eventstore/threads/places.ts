/**
 * Which streams a home would hold if its files were those of the store, and where: what `adapters/log/jsonl/discover.ts` finds by
 * looking into folders, told from the directory.
 */
import { basename, dirname, join } from 'node:path'
import { streamId, type StreamId } from '../../../../domain/ids.ts'
import type { Profile } from '../../../../domain/log/profile.ts'
import type { StoredSegment, StreamDirectory } from '../stream/stored.ts'
import type { StreamInfo } from '../../../../replay/ports.ts'
import { placeOf } from '../../jsonl/listing.ts'
import { isNewer, type Place } from '../../jsonl/place.ts'
import { segmentBytes } from '../stream/directory.ts'
import type { SegmentAt } from './locate.ts'

export interface StoredPlace extends Place, SegmentAt {
  /** Places sorted by it are in the order in which folders are listed. */
  readonly order: string
}

/** How a store is seen: as which home, in which era, and whether each file is a stream of its own. */
export interface View {
  readonly home: string
  readonly profile: Profile
  readonly byFile: boolean
}

/** Files come before the folders beside them, and names in their order: both marks are below every character of a name. */
const orderOf = (path: string): string => {
  const names = path.split('/')
  const last = names.pop() ?? ''
  return `${names.map((name) => `\u0002${name}`).join('')}\u0001${last}`
}

const COMPRESSED = '.zst'

const placeIn = (
  { home, profile, byFile }: View,
  stream: string,
  directory: StreamDirectory,
  segment: StoredSegment
): StoredPlace | null => {
  const [root = ''] = segment.path.split('/')
  if (root !== 'sessions' && root !== 'archived_sessions') return null
  const folder = join(home, dirname(segment.path))
  const found = placeOf(folder, basename(segment.path), root !== 'sessions', profile)
  if (found === null) return null
  const { path, segmentId } = found
  return {
    ...found,
    streamId: byFile ? streamId(segmentId) : found.streamId,
    path: found.compressed ? path.slice(0, -COMPRESSED.length) : path,
    compressed: false,
    ...{ stream, directory, segment, order: orderOf(segment.path) }
  }
}

/** The files a stream holds that this view sees, by the id under which it sees them, oldest first. */
export const placesOf = (
  view: View,
  stream: string,
  directory: StreamDirectory | null
): ReadonlyMap<StreamId, ReadonlyArray<StoredPlace>> => {
  const found = new Map<StreamId, Array<StoredPlace>>()
  if (directory === null || directory.facts < 0 || directory.purged) return found
  for (const segment of directory.segments) {
    const place = placeIn(view, stream, directory, segment)
    if (place === null) continue
    const others = found.get(place.streamId)
    if (others === undefined) found.set(place.streamId, [place])
    else others.push(place)
  }
  for (const places of found.values()) places.sort((a, b) => (isNewer(a, b) ? 1 : -1))
  return found
}

/** A place as `stat` would tell it; its inode is the revision at which its lines begin. */
export const infoAt = ({ streamId, path, archived, segment }: StoredPlace): StreamInfo => ({
  streamId,
  path,
  archived,
  compressed: false,
  sizeBytes: segmentBytes(segment),
  modifiedAtMs: segment.modifiedAtMs,
  inode: (segment.runs[0]?.revision ?? 0) + 1
})
