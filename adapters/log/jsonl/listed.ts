/**
 * The list of a home's streams: each file is looked at, or only those of which something was told.
 */
import { lstatSync } from 'node:fs'
import { plainPath } from '../../../domain/rollout-file.ts'
import type { StreamInfo, StreamList } from '../../../replay/ports.ts'
import type { Telemetry } from '../../../replay/telemetry.ts'
import type { Files } from './files.ts'
import type { HomeWatch } from './home-watch.ts'
import type { Place } from './place.ts'

/**
 * A stream as its file's outside tells it; null when the file is gone or not a plain file. `linked`: told of a file that has
 * other names too.
 */
export const infoOf = (place: Place, linked?: (path: string) => void): StreamInfo | null => {
  const stat = lstatSync(place.path, { throwIfNoEntry: false })
  if (stat === undefined || !stat.isFile()) return null
  if (stat.nlink > 1) linked?.(place.path)
  return {
    streamId: place.streamId,
    path: place.compressed ? plainPath(place.path) : place.path,
    archived: place.archived,
    compressed: place.compressed,
    sizeBytes: stat.size,
    modifiedAtMs: stat.mtimeMs,
    inode: stat.ino
  }
}

/** What the files of a home looked like. */
interface LookedAt {
  readonly files: Files
  /** Of which `since` of the watch it is. */
  readonly since: number
  /** In the order of the heads; null for a file that was gone. */
  readonly infos: ReadonlyArray<StreamInfo | null>
  /** Files with several names: nothing is told of a change that is made under another one. */
  readonly linked: ReadonlySet<string>
  readonly list: StreamList
}

type InfoBefore = (place: Place, at: number) => StreamInfo | null | undefined

/** What was known of a file; its place in the list is the same as long as the names are. */
const before = ({ files, infos }: LookedAt, now: Files): InfoBefore => {
  if (files === now) return (_, at) => infos[at]
  const known = new Map([...files.heads.values()].map((place, at) => [place.path, infos[at]]))
  return ({ path, streamId }) => {
    const info = known.get(path)
    return info?.streamId === streamId ? info : undefined
  }
}

/**
 * Lists the streams of files. The same list as long as nothing was told of any of them; of a home that is not followed every
 * file is looked at.
 */
export const listedFiles = (watch: HomeWatch, telemetry: Telemetry) => {
  let last: LookedAt | null = null

  const looked = (files: Files, known: InfoBefore, changed: ReadonlySet<string>): StreamList => {
    const since = watch.since()
    const linked = new Set<string>()
    const infos = [...files.heads.values()].map((place, at) => {
      const info = changed.has(place.path) ? undefined : known(place, at)
      return info ?? infoOf(place, (path) => linked.add(path))
    })
    const list = {
      streams: infos.filter((info) => info !== null),
      spares: files.membership().spares
    }
    last = since === null ? null : { files, since, infos, linked, list }
    return list
  }

  return (files: Files): StreamList => {
    const was = last
    last = null
    const told = watch.takeFiles()
    if (was === null || !watch.tellsFiles() || was.since !== watch.since()) {
      telemetry.count('home.looks', { at: 'every_file' })
      return looked(files, () => undefined, told)
    }
    if (told.size + was.linked.size === 0 && was.files === files) {
      telemetry.count('home.looks', { at: 'nothing' })
      last = was
      return was.list
    }
    telemetry.count('home.looks', { at: 'changed_files' })
    return looked(files, before(was, files), new Set([...told, ...was.linked]))
  }
}
