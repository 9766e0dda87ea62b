/**
 * What every suite is given, and how it starts its servers.
 */
import type { Manifest, ManifestThread } from '../home/manifest.ts'
import type { Session } from './rounds.ts'
import { Connection } from './rpc.ts'
import { addSample, emptyRow, type Row } from './rows.ts'
import type { Server } from './servers.ts'

/** One measuring. */
export interface Context {
  readonly servers: ReadonlyArray<Server>
  readonly manifest: Manifest
  readonly runs: number
  readonly budgetMs: number
  /** Program of unroll, and its index. */
  readonly unroll: { readonly main: string; readonly home: string; readonly index: string }
  /** Rows for peak memory, by name; they come about as servers end. */
  readonly memory: Map<string, Row>
  /** Threads by size. */
  readonly classes: ReadonlyArray<ThreadClass>
}

/** Threads of one size; each round takes the next. */
export interface ThreadClass {
  readonly name: string
  readonly threads: ReadonlyArray<ManifestThread>
  /** Codex takes seconds for a page. */
  readonly huge: boolean
}

/** A suite. */
export type Suite = (context: Context) => Promise<Row[]>

const HUGE_BYTES = 50e6
const FEW_THREADS = 4
const CLASS_THREADS = 10

/** Small, medium and large threads of a home of many; each thread by itself in a home of few. */
export const classesOf = ({ threads }: Manifest): ReadonlyArray<ThreadClass> => {
  const live = threads
    .filter(({ archived, rolled }) => !archived && rolled === 0)
    .sort((a, b) => a.bytes - b.bytes)
  const classed = (name: string, members: ReadonlyArray<ManifestThread>): ThreadClass => ({
    name,
    threads: members,
    huge: members.some(({ bytes }) => bytes > HUGE_BYTES)
  })
  if (live.length <= FEW_THREADS) {
    return live.map((thread) => classed(`${thread.turns.toLocaleString('en')} turns`, [thread]))
  }
  const near = (share: number): ReadonlyArray<ManifestThread> => {
    const middle = Math.floor((live.length - 1) * share)
    const first = Math.max(0, middle - CLASS_THREADS / 2)
    return live.slice(first, first + CLASS_THREADS)
  }
  return [classed('small', near(0.1)), classed('medium', near(0.5)), classed('large', near(0.97))]
}

/** The thread of a round. */
export const threadOf = ({ threads }: ThreadClass, round: number): ManifestThread =>
  threads[round % threads.length] as ManifestThread

/** Rounds for a class: slow threads as often as asked for, others at least once for each thread. */
export const roundsOf = ({ huge, threads }: ThreadClass, { runs }: Context): number =>
  huge ? runs : Math.max(threads.length, 2 * runs)

/** Notes what a server held at most while it did such work. */
export const notePeak = ({ memory }: Context, work: string, server: Server, mb: number): void => {
  const row = memory.get(work) ?? emptyRow('peak memory', work, 'MB')
  memory.set(work, row)
  if (mb > 0) addSample(row, server.name, mb)
}

/** Starts one server, says hello, and ends it whatever happens. */
export const withServer = async <A>(
  context: Context,
  work: string,
  server: Server,
  use: (session: Session, helloMs: number) => Promise<A>
): Promise<A> => {
  const connection = new Connection(server.command)
  try {
    return await use({ server, connection }, await connection.initialize())
  } finally {
    notePeak(context, work, server, await connection.close())
  }
}

/** Starts every server, lets `use` measure, ends them. A server that does not start is left out. */
export const withServers = async (
  context: Context,
  work: string,
  use: (sessions: ReadonlyArray<Session>) => Promise<Row[]>
): Promise<Row[]> => {
  const sessions: Session[] = []
  try {
    for (const server of context.servers) {
      const connection = new Connection(server.command)
      const started = await connection.initialize().catch((cause: Error) => {
        process.stderr.write(`\nbench: ${server.name}: ${cause.message}\n`)
        return null
      })
      if (started !== null) sessions.push({ server, connection })
      else await connection.close()
    }
    return await use(sessions)
  } finally {
    for (const { server, connection } of sessions) {
      notePeak(context, work, server, await connection.close())
    }
  }
}
