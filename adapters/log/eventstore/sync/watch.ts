/**
 * Noticing that something changed in a home: every folder of rollouts is watched, and looked at from time to time all the same,
 * since a system may keep quiet (network folders), have no watches left, or tell of a folder too late.
 */
import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs'
import { join } from 'node:path'
import { OWN_FOLDER } from '../../../../domain/changes/relocation.ts'

export interface Watching {
  /** Looks for folders that came; answers whether every folder is watched. */
  readonly look: () => boolean
  readonly close: () => void
}

const ROOTS = ['sessions', 'archived_sessions', OWN_FOLDER]
/** Of the home itself only these count; databases beside them change all the time. */
const BESIDE = new Set([...ROOTS, 'session_index.jsonl', 'external_agent_session_imports.json'])
const DEPTH_MAX = 4

const foldersBelow = (folder: string, depth: number): ReadonlyArray<string> => {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return []
  if (depth === 0) return [folder]
  const children = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory())
  return [folder, ...children.flatMap(({ name }) => foldersBelow(join(folder, name), depth - 1))]
}

const foldersOf = (home: string): ReadonlyArray<string> => [
  home,
  ...foldersBelow(join(home, 'sessions'), DEPTH_MAX),
  ...foldersBelow(join(home, 'archived_sessions'), 0),
  ...foldersBelow(join(home, OWN_FOLDER), 0)
]

/** Watches a home; `changed` is called for anything that may be a change, and often for nothing. */
export const watchHome = (home: string, changed: () => void): Watching => {
  const watchers = new Map<string, FSWatcher>()
  const forget = (folder: string): void => {
    watchers.get(folder)?.close()
    watchers.delete(folder)
  }
  const add = (folder: string): boolean => {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (folder !== home || name === null || BESIDE.has(name)) changed()
      })
      watcher.on('error', () => forget(folder))
      watchers.set(folder, watcher)
      return true
    } catch {
      return false
    }
  }
  return {
    look: () => {
      const folders = new Set(foldersOf(home))
      for (const folder of watchers.keys()) if (!folders.has(folder)) forget(folder)
      return [...folders].map((folder) => watchers.has(folder) || add(folder)).every(Boolean)
    },
    close: () => {
      for (const watcher of watchers.values()) watcher.close()
      watchers.clear()
    }
  }
}
