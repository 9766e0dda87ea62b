/**
 * Where Codex keeps its databases.
 *
 * Source: `state.paths` of `codex doctor` 0.142.5 and 0.169.0; `sqlite_home` and `$CODEX_SQLITE_HOME`.
 */
import { join, resolve } from 'node:path'
import { homeConfig } from '../../home/config.ts'

/** Names of the databases, and what each holds. */
export const DATABASES = {
  state: 'state_5.sqlite',
  goals: 'goals_1.sqlite',
  history: 'thread_history_1.sqlite',
  log: 'logs_2.sqlite',
  memories: 'memories_1.sqlite',
  memories2: 'memories_v2_1.sqlite',
  queue: 'queue_1.sqlite'
} as const

export type DatabaseName = keyof typeof DATABASES

/** The folder of the databases: the one the configuration names, or the environment, else the home. */
export const sqliteHome = (home: string, env: NodeJS.ProcessEnv): string => {
  const configured = homeConfig(home)['sqlite_home']
  if (typeof configured === 'string' && configured !== '') return resolve(home, configured)
  const named = env['CODEX_SQLITE_HOME'] ?? ''
  return named === '' ? home : resolve(named)
}

export const databasePath = (folder: string, name: DatabaseName): string =>
  join(folder, DATABASES[name])
