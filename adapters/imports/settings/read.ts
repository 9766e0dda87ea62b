/**
 * Reading settings of other agents: plain files of bounded size; those of a repository are not followed out of it.
 */
import { fstatSync, readdirSync, closeSync, constants, statSync, type Dirent } from 'node:fs'
import { join } from 'node:path'
import { settingOf, type Setting } from '../../../domain/imports/settings/settings.ts'
import { isFolder } from '../../home/places.ts'
import { openPlain, readUpTo } from '../../home/plain-file.ts'
import { leadsOut, type Site } from './site.ts'

/** No settings file, skill or script is larger. */
export const FILE_BYTES_MAX = 16 * 1024 * 1024
/** Folders deeper than this and more entries than this are nobody's settings. */
const DEPTH_MAX = 16
const ENTRIES_MAX = 20_000

/** Why settings cannot be imported; thrown while they are read and written, caught once for each item. */
export class SettingsProblem extends Error {
  readonly errorType: string | null

  constructor(message: string, errorType: string | null = null) {
    super(message)
    this.errorType = errorType
  }
}

const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true

/** The bytes of a plain file. */
export const bytesOf = (site: Site, path: string, follow = true): Buffer => {
  if (follow && leadsOut(site, path))
    throw new SettingsProblem(`${path} is a link out of the repository`)
  const file = openPlain(path, constants.O_RDONLY, follow)
  try {
    const { size } = fstatSync(file)
    if (size > FILE_BYTES_MAX)
      throw new SettingsProblem(`${path} has more than ${FILE_BYTES_MAX} bytes`)
    return readUpTo(file, size)
  } finally {
    closeSync(file)
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export const textOf = (site: Site, path: string, follow = true): string => {
  const bytes = bytesOf(site, path, follow)
  try {
    return UTF8.decode(bytes)
  } catch {
    throw new SettingsProblem('stream did not contain valid UTF-8')
  }
}

/** The text of a file; null where there is none. */
export const textIfThere = (site: Site, path: string): string | null =>
  isFile(path) ? textOf(site, path) : null

/** The value of a JSON file; undefined where there is no file. */
export const jsonIfThere = (site: Site, path: string, what = ''): Setting | undefined => {
  const text = textIfThere(site, path)
  if (text === null) return undefined
  const value = settingOf(text, site.profile)
  if (value !== undefined) return value
  throw new SettingsProblem(`${what}${path} is no JSON`)
}

const inFolder = (folder: string): ReadonlyArray<Dirent> =>
  isFolder(folder) ? readdirSync(folder, { withFileTypes: true }) : []

/** Names of the folders in a folder; links are none. */
export const foldersIn = (folder: string): ReadonlyArray<string> =>
  inFolder(folder).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))

/** Names of the plain files in a folder; links are none. */
export const filesIn = (folder: string): ReadonlyArray<string> =>
  inFolder(folder).flatMap((entry) => (entry.isFile() ? [entry.name] : []))

/** A file, a folder or something else below a folder. */
export interface Entry {
  /** Names below the folder. */
  readonly path: ReadonlyArray<string>
  readonly kind: 'file' | 'folder' | 'other'
}

/** Everything below a folder, links not followed; throws for more than anybody has. */
export const entriesBelow = (folder: string): ReadonlyArray<Entry> => {
  const found: Array<Entry> = []
  const visit = (path: ReadonlyArray<string>): void => {
    if (path.length > DEPTH_MAX) throw new SettingsProblem(`${folder} is too deep`)
    for (const entry of inFolder(join(folder, ...path))) {
      const own = [...path, entry.name]
      const kind = entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'other'
      if (found.push({ path: own, kind }) > ENTRIES_MAX)
        throw new SettingsProblem(`${folder} has more than ${ENTRIES_MAX} entries`)
      if (kind === 'folder') visit(own)
    }
  }
  if (isFolder(folder)) visit([])
  return found
}
