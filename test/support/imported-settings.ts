/**
 * What becomes of made settings of other agents: what is detected, what an import tells, and what stands in files then. A real Codex
 * and this program are told in the same words.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { ImportItem, ImportPlace } from '../../adapters/imports/item.ts'
import { SETTINGS_IMPORTERS } from '../../adapters/imports/settings/importers.ts'
import { parsedConfig } from '../../adapters/home/config.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { madeSettings } from './made-settings.ts'
import { planted, plantedRoot, rootless } from './planted-settings.ts'

export type AgentName = 'claude' | 'cursor'

/** Something that was imported or was not. */
interface ToldRow {
  readonly itemType: string
  readonly cwd: string | null
  readonly source: string | null
  readonly target?: string | null
  readonly message?: string
}

export interface ImportedSettings {
  readonly seed: number
  /** True where nothing could be detected for a file that cannot be read. */
  readonly isRefused: boolean
  readonly items: ReadonlyArray<ImportItem>
  /** Null where the version does not tell. */
  readonly told: ReadonlyArray<ToldRow> | null
  /** Files that were made or changed, by their path. */
  readonly files: Readonly<Record<string, string>>
}

/** Files that are new or other than before. */
export const changedFiles = (
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(after).filter(([path, text]) => before[path] !== text))

/** Rows in an order of their own: folders are read in that of the disk. */
export const ordered = (rows: ReadonlyArray<ToldRow>): ReadonlyArray<ToldRow> =>
  rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

/** Where made settings stand below a root. */
export const placeIn = (root: string, profile: ProfileName, from: AgentName): ImportPlace => ({
  home: join(root, 'user/.codex'),
  userHome: join(root, 'user'),
  profile,
  from
})

/** Everything that is detected, of the user and of the repository. */
export const detectedItems = async (
  root: string,
  place: ImportPlace
): Promise<ReadonlyArray<ImportItem>> => {
  const items: Array<ImportItem> = []
  for (const cwd of [null, join(root, 'work/repo/sub')])
    for (const importer of SETTINGS_IMPORTERS) {
      const item = await importer.detect(place, cwd)
      if (item !== null) items.push(item)
    }
  return items
}

/** Imports items, and answers what is told of them. */
export const importedItems = async (
  place: ImportPlace,
  items: ReadonlyArray<ImportItem>
): Promise<ReadonlyArray<ToldRow>> => {
  const told: Array<ToldRow> = []
  for (const item of items) {
    const importer = SETTINGS_IMPORTERS.find(({ itemType }) => itemType === item.itemType)
    const { itemType } = item
    const outcome = await importer?.run(place, item)
    for (const { cwd, source, target } of outcome?.successes ?? [])
      told.push({ itemType, cwd, source, target })
    for (const { cwd, source, message } of outcome?.failures ?? [])
      told.push({ itemType, cwd, source, message })
  }
  return ordered(told)
}

/** What this program makes of the settings of a seed. */
export const ourImport = async (
  seed: number,
  profile: ProfileName,
  from: AgentName
): Promise<ImportedSettings> => {
  const root = plantedRoot(madeSettings(seed))
  const place = placeIn(root, profile, from)
  try {
    const before = planted(root)
    const items = await detectedItems(root, place).catch((cause: unknown) => cause as Error)
    if (items instanceof Error) return { seed, isRefused: true, items: [], told: [], files: {} }
    const rows = await importedItems(place, items)
    const told = profile === '0.130' ? null : rows
    const files = changedFiles(before, planted(root))
    return rootless(root, { seed, isRefused: false, items, told, files })
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** Configurations are compared by what they say: Codex prints them anew, this program adds lines. */
export const comparableImport = ({ files, ...rest }: ImportedSettings): unknown => ({
  ...rest,
  files: Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path,
      path.endsWith('config.toml') ? structuredClone(parsedConfig(text)) : text
    ])
  )
})

export const isSameImport = (a: ImportedSettings, b: ImportedSettings): boolean =>
  isDeepStrictEqual(comparableImport(a), comparableImport(b))
