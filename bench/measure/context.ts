/**
 * What every suite is given, and how it starts its servers.
 */
import { performance } from 'node:perf_hooks'
import type { Manifest, ManifestThread } from '../home/manifest.ts'
import { Connection } from './rpc.ts'
import { addSample, emptyRow, type Row } from './rows.ts'
import type { Server, Unroll } from './servers.ts'
import type { Session } from './session.ts'

/** One measuring. */
export interface Context {
  readonly servers: ReadonlyArray<Server>
  readonly manifest: Manifest
  readonly runs: number
  readonly budgetMs: number
  /** The home as it was generated; every server but unroll works in a copy. */
  readonly generated: string
  readonly unroll: Unroll
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
const CLASS_THREADS = 100

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

/** The thread that is asked for the n-th time. */
export const threadOf = ({ threads }: ThreadClass, nth: number): ManifestThread =>
  threads[nth % threads.length] as ManifestThread

const LAPS = 20

/** How often all threads of a class were asked for before: what makes the same thread another page. */
export const lapOf = ({ threads }: ThreadClass, nth: number): number =>
  Math.floor(nth / threads.length) % LAPS

const ROUNDS_MIN = 5

/** Rounds for a class: slow threads as often as asked for, others more often. */
export const roundsOf = ({ huge }: ThreadClass, { runs }: Context): number =>
  huge ? runs : Math.max(ROUNDS_MIN, 2 * runs)

/** Notes what a server held at most while it did such work. */
export const notePeak = ({ memory }: Context, work: string, name: string, mb: number): void => {
  const row = memory.get(work) ?? emptyRow('peak memory', work, 'MB')
  memory.set(work, row)
  if (mb > 0) addSample(row, name, mb)
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
    notePeak(context, work, server.name, await connection.close())
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
      notePeak(context, work, server.name, await connection.close())
    }
  }
}

/** One sample of each server in every run; a server that fails is noted once and left out from then on. */
export const interleaved = async (
  { servers, budgetMs }: Context,
  runs: number,
  row: Row,
  sample: (server: Server) => Promise<number | null>
): Promise<Row> => {
  const startMs = performance.now()
  for (let run = 0; run < runs; run++) {
    if (run > 0 && performance.now() - startMs > budgetMs) break
    for (const server of servers) {
      if (row.notes[server.name] !== undefined) continue
      const value = await sample(server).catch((cause: Error) => {
        row.notes[server.name] = cause.message.slice(0, 160)
        return null
      })
      if (value !== null) addSample(row, server.name, value)
      else row.notes[server.name] ??= 'holds the threads themselves'
    }
  }
  return row
}
