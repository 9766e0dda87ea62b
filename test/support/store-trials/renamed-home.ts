/**
 * Recorded homes whose threads have ids of their own, so that one server takes the same home again and again.
 */
import { readdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { copyHome } from '../fixture-home.ts'

const IDS = /rollout-.{19}-([0-9a-f-]{36})(?:_([0-9a-f-]{36}))?\.jsonl/

const filesOf = (home: string) =>
  readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())

/** Ids of the threads whose rollouts are in a home. */
export const threadsIn = (home: string): ReadonlyArray<string> => [
  ...new Set(filesOf(home).flatMap(({ name }) => IDS.exec(name)?.slice(1, 2) ?? []))
]

/** A copy of a recorded home without compressed files; its ids are others, of the same length. */
export const copyHomeRenamed = (name: string): string => {
  const home = copyHome(name)
  const files = filesOf(home)
  const ids = new Set(files.flatMap((file) => IDS.exec(file.name)?.slice(1).filter(Boolean) ?? []))
  const others = [...ids].map((id) => [id, v7()] as const)
  const renamed = (text: string): string =>
    others.reduce((whole, [id, other]) => whole.replaceAll(id, other), text)
  for (const { parentPath, name: file } of files) {
    const path = join(parentPath, file)
    const { atime, mtime } = statSync(path)
    writeFileSync(path, renamed(readFileSync(path, 'latin1')), 'latin1')
    utimesSync(path, atime, mtime)
    renameSync(path, join(parentPath, renamed(file)))
  }
  return home
}
