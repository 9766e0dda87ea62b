/**
 * What became of the files of a home since they were looked at, as the system tells it (decision 0049).
 *
 * It begins a moment after the first list, and ends for good when anything goes wrong. Then, and until it has begun, every list
 * looks at everything.
 */
import { statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { noTelemetry, type Telemetry } from '../../../replay/telemetry.ts'
import { folderEvents, type FolderEvents, type FolderListener } from './inotify.ts'
import type { Looks } from './listing.ts'

export const ROOTS = ['archived_sessions', 'sessions'] as const

/** A server answers those who wait for its start before it follows folders. */
const LATER_MS = 200
const FOLDERS_PER_TURN = 16
/** With more files than this to look at again, all are looked at. */
const FILES_MAX = 4096
/** A folder that is another one at every look is being replaced all the time. */
const LOOKS_MAX = 8

/** The looks of a folder; null when there is none. */
export const looksOf = (folder: string): (Looks & { readonly device: number }) | null => {
  const stat = statSync(folder, { throwIfNoEntry: false })
  if (stat === undefined || !stat.isDirectory()) return null
  const { mtimeMs: modifiedAtMs, ctimeMs: changedAtMs, ino: inode, dev: device } = stat
  return { modifiedAtMs, changedAtMs, inode, device }
}

export type LookAt = (folder: string) => Looks | null

export interface HomeWatch {
  /** Waits until everything was told that happened before; begins to follow `folders` when nothing is followed yet. */
  readonly caughtUp: (folders: () => Iterable<string>) => Promise<void>
  /** Looks at a folder, and follows it from before that look on where folders are followed. */
  readonly lookAt: LookAt
  /** True when no name in the home is another than at the last look at its folders. Holds until the event loop turns. */
  readonly hasSameNames: () => boolean
  /** Runs a look at all folders; one that throws has shown nothing. */
  readonly whileLooking: <A>(look: () => A) => A
  /** True when `takeFiles` tells of every file that changed; holds until the event loop turns. */
  readonly tellsFiles: () => boolean
  /** Files that may look otherwise than at the last call, which are then looked at. */
  readonly takeFiles: () => ReadonlySet<string>
  /** Another number when everything has to be looked at again; null while nothing is followed. */
  readonly since: () => number | null
  readonly close: () => void
}

interface Followed {
  readonly inode: number
  readonly close: () => void
}

/**
 * The folders that are followed. One that came, went or was replaced may hold other files under the names it had: `lose` is told.
 */
const followedFolders = (events: FolderEvents, lose: () => void) => {
  const followed = new Map<string, Followed>()
  const local = new Set<number>()
  const forget = (folder: string): void => {
    const known = followed.get(folder)
    if (known === undefined) return
    followed.delete(folder)
    known.close()
    lose()
  }
  const checkTells = (folder: string, device: number): void => {
    if (local.has(device)) return
    if (!events.tellsOf(folder)) throw new Error(`nothing tells of all changes in ${folder}`)
    local.add(device)
  }
  return {
    inodeOf: (folder: string): number | undefined => followed.get(folder)?.inode,
    /** A folder whose name came or went is followed anew, and so is all that is in it. */
    forgetBelow: (path: string): void => {
      if (!followed.has(path)) return
      for (const folder of [...followed.keys()])
        if (folder === path || folder.startsWith(`${path}${sep}`)) forget(folder)
    },
    /** Throws when the folder cannot be followed. */
    lookAt: (folder: string): Looks | null => {
      for (let look = 1; look <= LOOKS_MAX; look += 1) {
        const looks = looksOf(folder)
        const known = followed.get(folder)
        if (looks === null) {
          forget(folder)
          return null
        }
        if (known?.inode === looks.inode) return looks
        forget(folder)
        checkTells(folder, looks.device)
        // What is followed is what was looked at when the next look shows the same.
        const watcher = events.follow(folder)
        followed.set(folder, { inode: looks.inode, close: () => watcher.close() })
      }
      throw new Error(`${folder} is replaced all the time`)
    },
    close: (): void => {
      for (const folder of [...followed.keys()]) forget(folder)
      events.close()
    }
  }
}

/** What was told since the last looks. */
const tidings = () => {
  let names = true
  let files = new Set<string>()
  let epoch = 0
  const lose = (): void => {
    names = true
    files = new Set()
    epoch += 1
  }
  return {
    lose,
    epoch: () => epoch,
    hasSameNames: () => !names,
    noteNames: () => void (names = true),
    whileLooking: <A>(look: () => A): A => {
      names = false
      try {
        return look()
      } catch (cause) {
        names = true
        throw cause
      }
    },
    noteFile: (path: string): void => {
      files.add(path)
      if (files.size > FILES_MAX) lose()
    },
    takeFiles: (): ReadonlySet<string> => {
      const taken = files
      files = new Set()
      return taken
    }
  }
}

type OpenEvents = (listener: FolderListener) => FolderEvents

/** Follows the folders that it is given and those that are looked at; throws where that is not to be had. */
const follower = (open: OpenEvents, { noteFile, noteNames, lose }: ReturnType<typeof tidings>) => {
  const events = open({
    told: ({ path, isName }) => {
      noteFile(path)
      if (!isName) return
      noteNames()
      folders.forgetBelow(path)
    },
    lost: lose
  })
  const folders = followedFolders(events, lose)
  return { ...folders, caughtUp: events.caughtUp }
}

/** True from a moment until the event loop turns. */
const momentary = () => {
  let moment = 0
  let moments = 0
  return {
    isNow: () => moment !== 0,
    begin: (): void => {
      const mine = (moments += 1)
      moment = mine
      setImmediate(() => {
        if (moment === mine) moment = 0
      })
    }
  }
}

/** Follows the folders of a home; `open`: another way to hear of changes, for tests. */
export const homeWatch = (
  home: string,
  telemetry: Telemetry = noTelemetry,
  open: OpenEvents = folderEvents,
  laterMs = LATER_MS
): HomeWatch => {
  const roots = ROOTS.map((root) => join(home, root))
  const news = tidings()
  const caughtUp = momentary()
  let state: 'idle' | 'beginning' | 'on' | 'off' = 'idle'
  let following: ReturnType<typeof follower> | null = null
  let timer: NodeJS.Timeout | null = null

  const end = (): void => {
    if (timer !== null) clearTimeout(timer)
    state = 'off'
    const ended = following
    following = null
    ended?.close()
  }
  const giveUp = (): void => {
    if (state !== 'off') telemetry.count('home.watch', { outcome: 'given_up' })
    end()
  }
  const lookAt: LookAt = (folder) => {
    try {
      if (following !== null) return following.lookAt(folder)
    } catch {
      giveUp()
    }
    return looksOf(folder)
  }
  const followPieces = (left: Array<string>): void => {
    if (state !== 'beginning') return
    for (const folder of left.splice(0, FOLDERS_PER_TURN)) lookAt(folder)
    if (left.length > 0) return void setImmediate(() => followPieces(left))
    if (following === null) return
    state = 'on'
    news.lose()
    telemetry.count('home.watch', { outcome: 'begun' })
  }
  const begin = (folders: Iterable<string>): void => {
    try {
      following = follower(open, news)
      followPieces([...folders])
    } catch {
      giveUp()
    }
  }
  const isSure = (): boolean => state === 'on' && caughtUp.isNow()
  const areRootsFollowed = (): boolean =>
    roots.every((root) => looksOf(root)?.inode === following?.inodeOf(root))

  return {
    caughtUp: async (folders) => {
      if (state === 'idle') {
        state = 'beginning'
        timer = setTimeout(() => begin(folders()), laterMs).unref()
      }
      if (state !== 'on' || following === null) return
      if (await following.caughtUp()) caughtUp.begin()
      else giveUp()
    },
    lookAt,
    hasSameNames: () => isSure() && news.hasSameNames() && areRootsFollowed(),
    whileLooking: news.whileLooking,
    tellsFiles: isSure,
    takeFiles: news.takeFiles,
    since: () => (state === 'on' ? news.epoch() : null),
    close: end
  }
}

/** For a home of which nothing is told. */
export const unwatched: HomeWatch = {
  caughtUp: async () => undefined,
  lookAt: looksOf,
  hasSameNames: () => false,
  whileLooking: (look) => look(),
  tellsFiles: () => false,
  takeFiles: () => new Set(),
  since: () => null,
  close: () => undefined
}
