/**
 * What Codex's databases know of a home's threads and the logs do not. Read again only when a database changed; one that is
 * missing or cannot be read adds nothing, and `unroll doctor` says why.
 *
 * SQLite is loaded only where there is a database to look into.
 */
import { existsSync } from 'node:fs'
import { givenName, type StateGoal } from '../../../domain/upkeep/codex-state/state.ts'
import type { Remembered } from '../../../replay/home-ports.ts'
import { databasePath, sqliteHome, type DatabaseName } from './places.ts'
import { outsideOf } from './snapshot.ts'

/** Something of a database by thread; null where there is no database. */
type ById<A> = ReadonlyMap<string, A> | null

/** The same answer as long as nobody writes to the database. */
const whileUnchanged = <A>(
  read: (path: string) => Promise<ById<A>>
): ((path: string) => Promise<ById<A>>) => {
  let seen = ''
  let last: Promise<ById<A>> = Promise.resolve(null)
  return (path) => {
    const now = outsideOf(path)
    if (now !== seen) last = read(path)
    seen = now
    return last
  }
}

const goalsIn = async (path: string): Promise<ById<StateGoal>> => {
  const { stateGoals } = await import('./tables.ts')
  const read = await stateGoals(path)
  if (read.kind === 'missing') return null
  const goals = read.kind === 'read' ? read.value : []
  return new Map(goals.map((goal) => [goal.threadId, goal]))
}

const namesIn = async (path: string): Promise<ById<string>> => {
  const { threadState } = await import('./tables.ts')
  const read = await threadState(path)
  if (read.kind !== 'read') return null
  const named = read.value.threads.map((row) => [row.id, givenName(row)] as const)
  return new Map(named.filter((one): one is [string, string] => one[1] !== null))
}

/** What is remembered of a home; nothing is read before it is asked for. */
export const homeMemory = (home: string, env: NodeJS.ProcessEnv = process.env): Remembered => {
  const goals = whileUnchanged(goalsIn)
  // Up to 0.130 the goals are in the database of threads.
  const oldGoals = whileUnchanged(goalsIn)
  const names = whileUnchanged(namesIn)
  const pathOf = (name: DatabaseName): string => databasePath(sqliteHome(home, env), name)
  const isThere = (): boolean => existsSync(pathOf('state'))
  return {
    goalOf: async (threadId) => {
      if (!isThere()) return null
      const known = (await goals(pathOf('goals'))) ?? (await oldGoals(pathOf('state')))
      return known?.get(threadId) ?? null
    },
    names: async () => (isThere() ? await names(pathOf('state')) : null) ?? new Map()
  }
}
