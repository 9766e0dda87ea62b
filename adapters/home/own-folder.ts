/**
 * `.unroll` in a Codex home: what unroll keeps there for every process and every copy of the home. Codex ignores it.
 */
import {
  closeSync,
  constants,
  fsyncSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  statSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import { openPlain, refuseLinks, writeWhole } from './plain-file.ts'
import { OWN_FOLDER } from '../../domain/changes/relocation.ts'

/** Only for its owner: what is deleted and who did it is nobody else's business. */
const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
const NEWLINE = 10
const APPENDING = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT

/** Unlike `existsSync` it throws when the system cannot tell, as on a failing disk. */
export const isThere = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false }) !== undefined

/** Brings the names in a folder to the disk. */
export const syncFolder = (path: string): void => {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** Path of the folder, which is made if it is missing. */
export const ownFolder = (home: string): string => {
  const path = join(home, OWN_FOLDER)
  refuseLinks(home, path)
  if (mkdirSync(path, { recursive: true, mode: FOLDER_MODE }) !== undefined) syncFolder(home)
  return path
}

/**
 * Makes a folder and those above it, each on disk under its name: a power cut must not take away a folder whose files are
 * acknowledged.
 */
export const makeFolder = (path: string, mode?: number): void => {
  const first = mkdirSync(path, { recursive: true, ...(mode === undefined ? {} : { mode }) })
  if (first === undefined) return
  for (let made = path; made.length >= first.length; made = dirname(made)) syncFolder(dirname(made))
}

/** Makes a folder below it; a link on the way is refused. */
export const makePrivate = (home: string, path: string): void => {
  refuseLinks(home, path)
  makeFolder(path, FOLDER_MODE)
}

/** False when a killed writer left its last line without a newline. */
export const endsInNewline = (file: number): boolean => {
  const { size } = fstatSync(file)
  if (size === 0) return true
  const last = Buffer.alloc(1)
  readSync(file, last, 0, 1, size - 1)
  return last[0] === NEWLINE
}

/**
 * Appends a line in one write. A last line that a killed writer left without its newline gets one first, so that only
 * that line is lost.
 */
export const appendLine = (
  path: string,
  line: string,
  { durable, mode = FILE_MODE }: { readonly durable: boolean; readonly mode?: number }
): void => {
  const file = openPlain(path, APPENDING, false, mode)
  try {
    const isNew = fstatSync(file).size === 0
    writeWhole(file, `${endsInNewline(file) ? '' : '\n'}${line}\n`)
    if (!durable) return
    fsyncSync(file)
    if (isNew) syncFolder(dirname(path))
  } finally {
    closeSync(file)
  }
}
