/**
 * What killed processes left half made where settings are imported to.
 */
import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isRunning } from '../../home/process-identity.ts'
import type { ImportPlace } from '../item.ts'
import { leadsOut, siteFor, type Site } from './site.ts'

/** Name of a file or folder that is being made, beside the one that it becomes. */
export const temporaryName = (kind: 'tmp' | 'tree'): string => `.unroll-${process.pid}.${kind}`

const TEMPORARY = /^(?:\.unroll-(\d+)\.(?:tmp|tmp\.new|tree)|config\.toml\.unroll-(\d+))$/

/** Folders that a folder holds, itself first; links are no folders. */
const foldersBelow = (path: string): ReadonlyArray<string> =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
    ? [
        path,
        ...readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
          entry.isDirectory() ? foldersBelow(join(path, entry.name)) : []
        )
      ]
    : []

const only = (path: string): ReadonlyArray<string> => foldersBelow(path).slice(0, 1)

const removeIn = (site: Site): void => {
  const { target, skills, guidance } = site
  const folders = [
    ...[dirname(guidance), target, join(target, 'agents'), skills].flatMap(only),
    ...foldersBelow(join(target, 'hooks'))
  ].filter((folder) => !leadsOut(site, folder))
  for (const folder of new Set(folders))
    for (const name of readdirSync(folder)) {
      const [, made, written] = TEMPORARY.exec(name) ?? []
      const pid = Number(made ?? written ?? Number.NaN)
      if (Number.isNaN(pid) || pid === process.pid || isRunning(pid)) continue
      rmSync(join(folder, name), { recursive: true, force: true })
    }
}

/** Removes what processes left that do not run any more, of the user or of a directory. */
export const removeLeftOvers = (place: ImportPlace, cwd: string | null): void => {
  const site = siteFor(place, cwd)
  try {
    if (site !== null) removeIn(site)
  } catch {
    // Whoever imports is told what is wrong with the folder.
  }
}
