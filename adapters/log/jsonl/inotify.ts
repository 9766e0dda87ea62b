/**
 * Hearing from Linux what changes in folders, and knowing that all of it was heard (decision 0049).
 *
 * Events come in their own time. The order is sure, though: Node reads one queue for all folders of a process. So a file without a
 * name is watched too, and written to: when that event arrives, every event of an earlier change has.
 */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  watch,
  writeSync,
  type FSWatcher
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'

/** What the system tells of a folder: a name in it that came, went or was replaced, or a file whose outside is another. */
export interface FolderEvent {
  readonly folder: string
  /** Path of what it is about. */
  readonly path: string
  readonly isName: boolean
}

export interface FolderEvents {
  /** Hears of a folder from now on; throws when the system refuses. */
  readonly follow: (folder: string) => { readonly close: () => void }
  /** Resolves when everything was told that happened before the call; false when that cannot be known. */
  readonly caughtUp: () => Promise<boolean>
  /** True for the folders of a file system that tells of every change, whoever makes it. */
  readonly tellsOf: (folder: string) => boolean
  readonly close: () => void
}

/** Told of every event; `lost` when there may have been others. */
export interface FolderListener {
  readonly told: (event: FolderEvent) => void
  readonly lost: () => void
}

/** ext2 to 4, xfs, btrfs, tmpfs, zfs, f2fs, overlay: all writers use this kernel. Network and shared folders are not among them. */
const LOCAL = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x2fc12fc1, 0xf2f52010, 0x794c7630
])

const QUEUE = '/proc/sys/fs/inotify/max_queued_events'
/** More events than this in one turn of the event loop are taken for a queue that ran over, of which Node does not tell. */
const EVENTS_MAX = 1024
/** An event takes microseconds; one that takes so long never comes. */
const WAIT_MS = 1000
const BYTE = Buffer.from('.')

/** A file that is gone by name, opened for writing. */
const namelessFile = (): number => {
  const folder = mkdtempSync(join(tmpdir(), 'unroll-heard-'))
  try {
    return openSync(join(folder, 'marker'), 'w', 0o600)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Writes to a file of its own and waits for the event of that; one write at a time, since equal events become one. */
const marker = () => {
  const file = namelessFile()
  let asked: Array<(isHeard: boolean) => void> = []
  let waiting: Array<(isHeard: boolean) => void> = []
  let timer: NodeJS.Timeout | null = null
  let isClosed = false
  const end = (isHeard: boolean): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    const done = waiting
    waiting = []
    for (const resolve of done) resolve(isHeard)
    if (asked.length > 0) begin()
  }
  const begin = (): void => {
    waiting = asked
    asked = []
    if (isClosed) return end(false)
    timer = setTimeout(() => end(false), WAIT_MS)
    try {
      writeSync(file, BYTE, 0, 1, 0)
    } catch {
      end(false)
    }
  }
  let watcher: FSWatcher
  try {
    watcher = watch(`/proc/self/fd/${file}`, { persistent: false }, () => {
      if (timer !== null) end(true)
    })
  } catch (cause) {
    closeSync(file)
    throw cause
  }
  watcher.on('error', () => end(false))
  return {
    caughtUp: () =>
      new Promise<boolean>((resolve) => {
        asked.push(resolve)
        if (timer === null) begin()
      }),
    close: (): void => {
      if (isClosed) return
      isClosed = true
      watcher.close()
      closeSync(file)
      end(false)
    }
  }
}

/** Listens to folders; throws where that is not to be had. */
export const folderEvents = (listener: FolderListener): FolderEvents => {
  if (process.platform !== 'linux') throw new Error('folders are followed on Linux only')
  const queued = Number(readFileSync(QUEUE, 'utf8'))
  const eventsMax = Math.min(EVENTS_MAX, Math.floor(queued / 4))
  const { caughtUp, close } = marker()
  let events = 0
  const heard = (folder: string, kind: string, name: string | null): void => {
    if (events === 0) setImmediate(() => (events = 0))
    events += 1
    if (name === null || events > eventsMax) return listener.lost()
    listener.told({ folder, path: `${folder}${sep}${name}`, isName: kind === 'rename' })
  }
  return {
    follow: (folder) => {
      const watcher = watch(folder, { persistent: false }, (kind, name) =>
        heard(folder, kind, name)
      )
      watcher.on('error', listener.lost)
      return watcher
    },
    caughtUp,
    tellsOf: (folder) => LOCAL.has(statfsSync(folder).type),
    close
  }
}
