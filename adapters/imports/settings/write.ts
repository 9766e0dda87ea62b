/**
 * Writes what a plan says: new files whole and never over one that says something, `config.toml` by whole lines.
 */
import { linkSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { isBlank } from '../../../domain/white-space.ts'
import { configText, replaceConfig } from '../../home/config-file.ts'
import { addition, type Insertion } from '../../home/config-text.ts'
import { makeFolder, syncFolder } from '../../home/own-folder.ts'
import { LinkRefused, refuseLinks, removeQuietly } from '../../home/plain-file.ts'
import { replaceFile } from '../../home/replace-file.ts'
import { temporaryName } from './left-over.ts'
import type { SettingsWrite } from './plan.ts'
import { SettingsProblem } from './read.ts'
import { isLink, type Site } from './site.ts'

/** What a write leaves behind, for whoever takes it back. */
export type WrittenEntry =
  | { readonly kind: 'file' | 'folder'; readonly path: string }
  | {
      readonly kind: 'config'
      readonly path: string
      readonly inserted: ReadonlyArray<Insertion>
    }

const FOLDER_MODE = 0o755

/** Throws where a folder on the way is a link in a repository. */
const refuseLinked = ({ repository }: Site, folder: string): void => {
  if (repository === null) return
  try {
    refuseLinks(repository, folder)
  } catch (cause) {
    if (cause instanceof LinkRefused) throw new SettingsProblem(cause.message)
    throw cause
  }
}

/** Makes a folder and those above it; answers those that were not there, outermost first. */
const madeFolders = (site: Site, path: string): ReadonlyArray<WrittenEntry> => {
  refuseLinked(site, path)
  const missing: Array<WrittenEntry> = []
  for (let at = path; lstatSync(at, { throwIfNoEntry: false }) === undefined; at = dirname(at))
    missing.unshift({ kind: 'folder', path: at })
  if (missing.length > 0) makeFolder(path, FOLDER_MODE)
  return missing
}

/** Gives a file its name, unless it is taken by one that says something. */
const placed = (
  { path, content, mode }: Extract<SettingsWrite, { kind: 'file' }>,
  step: () => void
): boolean => {
  const there = lstatSync(path, { throwIfNoEntry: false })
  const how = { temporary: join(dirname(path), temporaryName('tmp')), mode, step }
  if (there !== undefined) {
    if (!there.isFile() || !isBlank(readFileSync(path, 'utf8'))) return false
    replaceFile(path, content, how)
    return true
  }
  const whole = `${how.temporary}.new`
  try {
    replaceFile(whole, content, how)
    step()
    linkSync(whole, path)
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw cause
  } finally {
    removeQuietly(whole)
  }
}

/** Makes a folder with all that is in it under another name, then gives it its own. */
const placedTree = (
  { path, entries }: Extract<SettingsWrite, { kind: 'tree' }>,
  step: () => void
): ReadonlyArray<WrittenEntry> => {
  const temporary = join(dirname(path), temporaryName('tree'))
  rmSync(temporary, { recursive: true, force: true })
  mkdirSync(temporary, { mode: FOLDER_MODE })
  try {
    for (const entry of entries) {
      const at = join(temporary, relative(path, entry.path))
      step()
      makeFolder(entry.kind === 'folder' ? at : dirname(at), FOLDER_MODE)
      if (entry.kind === 'file')
        replaceFile(at, entry.content, { temporary: `${at}.new`, mode: entry.mode, step })
    }
    step()
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return []
    renameSync(temporary, path)
    step()
    syncFolder(dirname(path))
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
  const folders = new Set([
    path,
    ...entries.map((entry) => (entry.kind === 'folder' ? entry.path : dirname(entry.path)))
  ])
  return [
    ...[...folders].map((folder) => ({ kind: 'folder' as const, path: folder })),
    ...entries.flatMap(({ kind, path: at }) => (kind === 'file' ? [{ kind, path: at }] : []))
  ]
}

/** A configuration before and after. */
interface ConfigChange {
  readonly before: string
  readonly after: string
  readonly inserted: ReadonlyArray<Insertion>
}

/** What a configuration would become. */
export const configChange = (
  site: Site,
  { path, added }: Extract<SettingsWrite, { kind: 'config' }>
): ConfigChange => {
  if (site.repository !== null && isLink(path)) throw new SettingsProblem(`${path} is a link`)
  const before = configText(path)
  if (before === null) throw new SettingsProblem(`${path} is not UTF-8`, 'invalid_existing_config')
  const edited = addition(before, added)
  if (edited === null)
    throw new SettingsProblem(`${path} cannot be added to without touching anything else`)
  return { before, after: edited.text, inserted: edited.inserted }
}

/** Does one write; answers what is new. Throws a `SettingsProblem`, or what the system says. */
export const written = (
  site: Site,
  write: SettingsWrite,
  step: () => void = () => undefined
): ReadonlyArray<WrittenEntry> => {
  step()
  if (write.kind === 'folder') return madeFolders(site, write.path)
  const folders = madeFolders(site, dirname(write.path))
  step()
  const { path } = write
  if (write.kind === 'tree') return [...folders, ...placedTree(write, step)]
  if (write.kind === 'file')
    return placed(write, step) ? [...folders, { kind: 'file', path }] : folders
  const isNew = lstatSync(path, { throwIfNoEntry: false }) === undefined
  const { after, inserted } = configChange(site, write)
  replaceConfig(path, after, step)
  return [...folders, isNew ? { kind: 'file', path } : { kind: 'config', path, inserted }]
}
