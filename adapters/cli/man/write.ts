/**
 * unroll __man FOLDER: writes every man page there, for the build.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Io } from '../io.ts'
import { manPages } from './pages.ts'

export const writePages = async (
  [folder = 'man']: ReadonlyArray<string>,
  io: Io
): Promise<number> => {
  const path = resolve(io.cwd, folder)
  mkdirSync(path, { recursive: true })
  for (const [name, page] of manPages(io.version)) writeFileSync(join(path, name), page)
  return 0
}
