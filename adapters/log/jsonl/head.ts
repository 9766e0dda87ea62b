/**
 * The file that an append goes to: a plain file in folders of the home, with no link on the way.
 *
 * It may not have a second name elsewhere: what is appended to one is in both. A killed process leaves files with two names inside
 * the home for a while, which is fine; so the names that can be found there are counted.
 */
import * as E from 'fp-ts/lib/Either.js'
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  futimesSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  unlinkSync,
  writeFileSync,
  type Stats
} from 'node:fs'
import { Decompress } from 'fzstd'
import { basename, dirname, join } from 'node:path'
import { v7 } from 'uuid'
import { OWN_FOLDER } from '../../../domain/changes/relocation.ts'
import { syncFolder } from '../../home/own-folder.ts'
import { LinkRefused, openPlain, refuseLinks } from '../../home/plain-file.ts'
import { createFile } from '../../home/replace-file.ts'

export interface OpenRollout {
  readonly file: number
  readonly path: string
  readonly inode: number
}

const DATED = /^rollout-(\d{4})-(\d{2})-(\d{2})T/

/** Folders in which unroll makes second names: of new files, of files on their way, and of what is kept. */
const foldersOf = (home: string, path: string): ReadonlySet<string> => {
  const [, year, month, day] = DATED.exec(basename(path)) ?? []
  const folders = new Set([dirname(path), join(home, 'archived_sessions')])
  if (day !== undefined) folders.add(join(home, 'sessions', `${year}`, `${month}`, day))
  const own = join(home, OWN_FOLDER)
  if (lstatSync(own, { throwIfNoEntry: false })?.isDirectory() !== true) return folders
  for (const entry of readdirSync(own, { recursive: true, withFileTypes: true }))
    if (entry.isDirectory()) folders.add(join(entry.parentPath, entry.name))
  return folders
}

const namesIn = (folder: string, { dev, ino }: Stats): number => {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return 0
  return readdirSync(folder).filter((name) => {
    const stat = lstatSync(join(folder, name), { throwIfNoEntry: false })
    return stat?.ino === ino && stat.dev === dev
  }).length
}

/** True when a file has a name that is in none of the folders where a second one is to be expected. */
const hasNameElsewhere = (home: string, path: string, stat: Stats): boolean => {
  if (stat.nlink <= 1) return false
  const found = [...foldersOf(home, path)].reduce((sum, folder) => sum + namesIn(folder, stat), 0)
  return found < stat.nlink
}

/** Opens a plain rollout to append to it and to read it back. */
export const openHead = (home: string, path: string): OpenRollout => {
  refuseLinks(home, dirname(path))
  const file = openPlain(path, constants.O_RDWR | constants.O_APPEND)
  try {
    const stat = fstatSync(file)
    if (!hasNameElsewhere(home, path, stat)) return { file, path, inode: stat.ino }
    throw new LinkRefused(`${path} has another name outside the home`)
  } catch (cause) {
    closeSync(file)
    throw cause
  }
}

const CHUNK_BYTES = 1024 * 1024

const decompress = async (path: string, source: number, target: number): Promise<void> => {
  const stream = new Decompress((chunk) => writeFileSync(target, chunk))
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    const read = readSync(source, chunk, 0, CHUNK_BYTES, null)
    try {
      // The last push throws when the end is missing: half a rollout must not replace the whole one.
      stream.push(chunk.subarray(0, read), read === 0)
    } catch (cause) {
      const { message } = E.toError(cause)
      throw Object.assign(new Error(message), { code: 'EBADMSG', syscall: 'decompress', path })
    }
    if (read === 0) return
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/**
 * Puts a plain rollout in the place of a compressed one, as Codex does before it appends: whole and on disk under its name
 * before the compressed one is deleted, with its times and permissions. A plain one that is there already stays.
 */
export const expand = async (home: string, path: string): Promise<void> => {
  const directory = dirname(path)
  refuseLinks(home, directory)
  const source = openSync(`${path}.zst`, constants.O_RDONLY | constants.O_NOFOLLOW)
  const plain = async (target: number): Promise<void> => {
    await decompress(`${path}.zst`, source, target)
    const { mode, atimeMs, mtimeMs } = fstatSync(source)
    fchmodSync(target, mode)
    futimesSync(target, atimeMs / 1000, mtimeMs / 1000)
  }
  try {
    await createFile(path, plain, { temporary: `${path}.${v7()}.tmp` })
    unlinkSync(`${path}.zst`)
    syncFolder(directory)
  } finally {
    closeSync(source)
  }
}
