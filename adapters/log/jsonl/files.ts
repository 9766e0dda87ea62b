/**
 * The files of a home, by what they are looked up by, told by their names alone.
 *
 * One id may be in the names of several files: a copy by hand, an archived thread that was restored from a backup, a
 * compressed file that stayed beside its plain twin. One of them is read; `isReadBefore` says which.
 */
import { streamId, type StreamId } from '../../../domain/ids.ts'
import { once } from '../../../domain/once.ts'
import { isReadBefore } from '../../../domain/rollout-file.ts'
import type { Membership, SpareFile } from '../../../replay/ports.ts'
import type { Listing } from './listing.ts'
import { isNewer, type Place } from './place.ts'

export interface Files {
  /** The newest segment of each thread. */
  readonly heads: ReadonlyMap<StreamId, Place>
  readonly segments: ReadonlyMap<string, Place>
  /** The files written for a thread, oldest first. */
  readonly of: (id: StreamId) => ReadonlyArray<Place>
  readonly membership: () => Pick<Membership, 'ids' | 'archived' | 'spares'>
}

interface Known {
  readonly heads: Map<StreamId, Place>
  readonly segments: Map<string, Place>
  /** Segments of the threads that have more than one, oldest first. */
  readonly threads: Map<StreamId, Array<Place>>
  readonly losers: Array<Place>
}

const addPlace = ({ segments, losers }: Known, place: Place): void => {
  const other = segments.get(place.segmentId)
  const isRead = other === undefined || isReadBefore(place, other)
  if (isRead) segments.set(place.segmentId, place)
  if (other !== undefined) losers.push(isRead ? other : place)
}

const headsOf = (known: Known): void => {
  for (const place of known.segments.values()) {
    const head = known.heads.get(place.streamId)
    if (head === undefined || isNewer(place, head)) known.heads.set(place.streamId, place)
    if (head === undefined) continue
    const all = known.threads.get(place.streamId) ?? [head]
    all.push(place)
    known.threads.set(place.streamId, all)
  }
  for (const all of known.threads.values()) all.sort((a, b) => (isNewer(a, b) ? 1 : -1))
}

const archivedIn = ({ heads }: Known): ReadonlySet<StreamId> => {
  const archived = new Set<StreamId>()
  for (const [id, place] of heads) if (place.archived) archived.add(id)
  return archived
}

const sparesIn = ({ losers, segments }: Known): ReadonlyArray<SpareFile> =>
  losers
    .map(({ streamId: id, segmentId, path }) => ({
      streamId: id,
      read: segments.get(segmentId)?.path ?? path,
      path
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))

/** Sorts the files of listings. `byFile`: each file is a stream of its own under the id of its segment. */
export const filesOf = (listings: ReadonlyMap<string, Listing>, byFile: boolean): Files => {
  const known: Known = { heads: new Map(), segments: new Map(), threads: new Map(), losers: [] }
  for (const listing of listings.values())
    for (const place of listing.places())
      addPlace(known, byFile ? { ...place, streamId: streamId(place.segmentId) } : place)
  headsOf(known)
  const { heads, segments, threads } = known
  return {
    heads,
    segments,
    of: (id) => {
      const one = heads.get(id)
      return threads.get(id) ?? (one === undefined ? [] : [one])
    },
    membership: once(() => ({
      ids: [...heads.keys()],
      archived: archivedIn(known),
      spares: sparesIn(known)
    }))
  }
}
