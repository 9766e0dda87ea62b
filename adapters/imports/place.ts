/**
 * Where the sessions of an agent lie, and opening them: session logs may have been put there by anybody. Only plain files of this
 * user below the folder are opened, and no link is followed out of it.
 */
import { closeSync, constants, fstatSync, lstatSync, readdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import type { SessionSource } from '../../domain/imports/source.ts'
import { canonicalPath } from '../home/places.ts'
import { openPlain } from '../home/plain-file.ts'

/** A file that may be a session. */
export interface SessionFile {
  /** Canonical. */
  readonly path: string
  /** Relative to the folder of the sessions, with `/` between its parts. */
  readonly name: string
  readonly sizeBytes: number
  readonly modifiedAtMs: number
  /** Digits of the nanoseconds. */
  readonly modifiedAtNs: string
  /** True for a link, which is never followed. */
  readonly isLink: boolean
}

/** Candidates of one agent that are looked at; more are told. */
export const CANDIDATES_MAX = 10_000

/** What was found below a folder. */
export interface FoundFiles {
  readonly files: ReadonlyArray<SessionFile>
  /** Those that were passed over: links, other owners, what is no plain file. */
  readonly passedOver: ReadonlyArray<string>
  /** True when there are more than are looked at. */
  readonly tooMany: boolean
}

const userId = process.getuid?.() ?? null

const isOwn = (uid: bigint): boolean => userId === null || uid === BigInt(userId)

const fileAt = (root: string, name: string): SessionFile | null => {
  const path = join(root, name)
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  const isLink = stat?.isSymbolicLink() ?? false
  if (stat === undefined || !(stat.isFile() || isLink) || !isOwn(stat.uid)) return null
  return {
    path,
    name,
    sizeBytes: Number(stat.size),
    modifiedAtMs: Number(stat.mtimeMs),
    modifiedAtNs: String(stat.mtimeNs),
    isLink
  }
}

/** Every file below a canonical folder that an agent may have written as a session. */
export const sessionFiles = (root: string, source: SessionSource): FoundFiles => {
  const files: Array<SessionFile> = []
  const passedOver: Array<string> = []
  let tooMany = false
  const visit = (folder: string, depth: number): void => {
    let entries
    try {
      entries = readdirSync(join(root, folder), { withFileTypes: true })
    } catch {
      if (folder !== '') passedOver.push(join(root, folder))
      return
    }
    for (const entry of entries) {
      if (tooMany) return
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        if (depth < source.depthMax) visit(name, depth + 1)
        continue
      }
      if (!source.select(name)) continue
      const file = fileAt(root, name)
      if (file === null || file.isLink) passedOver.push(join(root, name))
      if (file === null) continue
      if (files.length === CANDIDATES_MAX) tooMany = true
      else files.push(file)
    }
  }
  visit('', 0)
  return { files, passedOver, tooMany }
}

/**
 * The session that a path names; null for a path that is none of this agent's. A link to another session is that one. Compared
 * before anything is opened.
 */
export const sessionAt = (
  root: string,
  source: SessionSource,
  path: string
): SessionFile | null => {
  const real = path.includes('\0') ? null : canonicalPath(path)
  if (real === null || !real.startsWith(root + sep)) return null
  const name = relative(root, real).split(sep).join('/')
  return source.select(name) ? fileAt(root, name) : null
}

/** Opens a session, which must be the file that was found. Throws what the system says. */
export const openSession = (root: string, { path }: SessionFile): number => {
  const folder = realpathSync(dirname(path))
  const isInside = folder === root || folder.startsWith(root + sep)
  if (!isInside)
    throw Object.assign(new Error('it is not below its folder'), { code: 'ELOOP', path })
  const file = openPlain(join(folder, basename(path)), constants.O_RDONLY)
  if (isOwn(fstatSync(file, { bigint: true }).uid)) return file
  closeSync(file)
  throw Object.assign(new Error('it belongs to another user'), { code: 'EPERM', path })
}
