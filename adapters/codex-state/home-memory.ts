/**
 * What Codex's databases remember of a home, for answers. SQLite is loaded only where there is a database to look into.
 */
import { existsSync } from 'node:fs'
import { once } from '../../domain/once.ts'
import type { Remembered } from '../../replay/home-ports.ts'
import { databasePath, sqliteHome } from './places.ts'

/** The memory of a home. */
export const homeMemory = (home: string, env: NodeJS.ProcessEnv = process.env): Remembered => {
  const load = once(async () => (await import('./remembered.ts')).databaseMemory(home, env))
  const isThere = (): boolean => existsSync(databasePath(sqliteHome(home, env), 'state'))
  return {
    goalOf: async (threadId) =>
      isThere() ? ((await (await load()).goals()).get(threadId) ?? null) : null,
    names: async () => (isThere() ? (await load()).names() : new Map())
  }
}
