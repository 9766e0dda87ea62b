/**
 * What Codex's databases remember of a home's threads and its logs do not tell. Read again only when a database changed; one
 * that is missing or cannot be read remembers nothing, and `unroll doctor` tells why.
 */
import { givenName, type StateGoal } from '../../domain/codex-state/state.ts'
import { databasePath, sqliteHome } from './places.ts'
import { outsideOf } from './snapshot.ts'
import { stateGoals, threadState } from './tables.ts'

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
  const read = await stateGoals(path)
  if (read.kind === 'missing') return null
  const goals = read.kind === 'read' ? read.value : []
  return new Map(goals.map((goal) => [goal.threadId, goal]))
}

const namesIn = async (path: string): Promise<ById<string>> => {
  const read = await threadState(path)
  if (read.kind !== 'read') return null
  const named = read.value.threads.map((row) => [row.id, givenName(row)] as const)
  return new Map(named.filter((one): one is [string, string] => one[1] !== null))
}

/** What is remembered of the threads of a home. */
export interface DatabaseMemory {
  /** Goals by thread. */
  readonly goals: () => Promise<ReadonlyMap<string, StateGoal>>
  /** Names that people gave, by thread. */
  readonly names: () => Promise<ReadonlyMap<string, string>>
}

/** The memory of the databases of a home; nothing is read before it is asked for. */
export const databaseMemory = (home: string, env: NodeJS.ProcessEnv): DatabaseMemory => {
  const goals = whileUnchanged(goalsIn)
  // Up to 0.130 the goals are in the database of threads.
  const oldGoals = whileUnchanged(goalsIn)
  const names = whileUnchanged(namesIn)
  const none = new Map<string, never>()
  return {
    goals: async () => {
      const folder = sqliteHome(home, env)
      const newer = await goals(databasePath(folder, 'goals'))
      return newer ?? (await oldGoals(databasePath(folder, 'state'))) ?? none
    },
    names: async () => (await names(databasePath(sqliteHome(home, env), 'state'))) ?? none
  }
}
