/**
 * The folders of a home as one process leaves them to the next: JSON that is taken in without looking at each name in it.
 */
import { basename, sep } from 'node:path'
import type { StreamId } from '../../../domain/ids.ts'
import type { Profile } from '../../../domain/log/profile.ts'
import { once } from '../../../domain/once.ts'
import { isDocument } from '../../../domain/rollout-file.ts'
import { placeNamed, type Listing } from './listing.ts'
import type { Place } from './place.ts'

/** Stands between names, as it is in none. */
const BETWEEN = '/'
/** After so many looks into the texts it is cheaper to take them apart. */
const LOOKS_MAX = 100

/** A listing: path, looks, when it was listed, names of directories, names of rollouts in one text. */
type Recorded = readonly [
  path: string,
  archived: boolean,
  modifiedAtMs: number,
  changedAtMs: number,
  inode: number,
  listedAtMs: number,
  directories: ReadonlyArray<string>,
  rollouts: string
]

interface RecordedHome {
  /** Every thread is one file: a text search finds those whose name ends in their id as it is written here. */
  readonly plain: boolean
  readonly folders: ReadonlyArray<Recorded>
}

const endOf = (id: StreamId): string => `${id}.jsonl`

const recorded = ([path, listing]: [string, Listing], home: string): Recorded => {
  const { modifiedAtMs, changedAtMs, inode, listedAtMs, directories, places } = listing
  return [
    path.slice(home.length + 1),
    !path.startsWith(`${home}${sep}sessions`),
    modifiedAtMs,
    changedAtMs,
    inode,
    listedAtMs,
    directories.map((directory) => basename(directory)),
    places()
      .map((place) => basename(place.path))
      .join(BETWEEN)
  ]
}

const isPlain = (places: ReadonlyArray<Place>): boolean =>
  new Set(places.map((place) => place.streamId)).size === places.length &&
  places.every(({ path, streamId }) => isDocument(path) || basename(path).includes(endOf(streamId)))

export const recordFolders = (
  listings: ReadonlyMap<string, Listing>,
  home: string
): RecordedHome => ({
  plain: isPlain([...listings.values()].flatMap(({ places }) => places())),
  folders: [...listings].map((one) => recorded(one, home))
})

export interface Recalled {
  readonly listings: ReadonlyArray<readonly [directory: string, listing: Listing]>
  /** Where a thread's one file is; null when that cannot be told without knowing all. */
  readonly placeOf: (id: StreamId) => Place | null
}

const placeIn = (one: Recorded, id: StreamId, home: string, profile: Profile): Place | null => {
  const [path, archived, , , , , , rollouts] = one
  const at = rollouts.indexOf(endOf(id))
  if (at === -1) return null
  const end = rollouts.indexOf(BETWEEN, at)
  const name = rollouts.slice(
    rollouts.lastIndexOf(BETWEEN, at) + 1,
    end === -1 ? rollouts.length : end
  )
  const place = placeNamed(`${home}${sep}${path}`, name, archived, profile)
  return place.streamId === id ? place : null
}

/** Takes in what `recordFolders` gave. */
export const recallFolders = (given: unknown, home: string, profile: Profile): Recalled => {
  const { plain, folders } = given as RecordedHome
  const listings = folders.map((one) => {
    const [path, archived, modifiedAtMs, changedAtMs, inode, listedAtMs, children, rollouts] = one
    const directory = `${home}${sep}${path}`
    const directories = children.map((name) => `${directory}${sep}${name}`)
    const places = once(() =>
      rollouts === ''
        ? []
        : rollouts.split(BETWEEN).map((name) => placeNamed(directory, name, archived, profile))
    )
    const listing = { modifiedAtMs, changedAtMs, inode, listedAtMs, directories, places }
    return [directory, listing] as const
  })
  let looks = 0
  return {
    listings,
    placeOf: (id) => {
      if (!plain || ++looks > LOOKS_MAX) return null
      // The newest come last, and are asked for most.
      for (let at = folders.length - 1; at >= 0; at -= 1) {
        const one = folders[at]
        const place = one === undefined ? null : placeIn(one, id, home, profile)
        if (place !== null) return place
      }
      return null
    }
  }
}
