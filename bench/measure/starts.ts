/**
 * Starting: with nothing derived yet, and with everything in place.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { notePeak, threadOf, withServer, type Context, type Suite } from './context.ts'
import type { Session } from './rounds.ts'
import { peakMbOf, type Connection } from './rpc.ts'
import { addSample, emptyRow, type Row } from './rows.ts'
import { unrollArgv, UNROLL, type Server } from './servers.ts'

const FIRST = 'first index'
const STARTUP = 'startup'
const PAGE_THREADS = 100
const POLL_MS = 5

const since = ({ startedMs }: Connection): number => performance.now() - startedMs

const required = async (connection: Connection, method: string, params: unknown) => {
  const reply = await connection.call(method, params)
  if (reply.error !== null) throw new Error(reply.error)
  return reply
}

const listAll = async ({ connection }: Session): Promise<number> => {
  let cursor: string | null = null
  do {
    const params: object = { limit: PAGE_THREADS, cursor }
    cursor = (await required(connection, 'thread/list', params)).result().nextCursor ?? null
  } while (cursor !== null)
  return since(connection)
}

/** One sample of each server in every run; a server that fails is noted once and left out from then on. */
const interleaved = async (
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

const firstStart = async (
  context: Context,
  work: string,
  server: Server,
  use: (session: Session) => Promise<number>
): Promise<number | null> => {
  if (server.forget === null) return null
  server.forget()
  return withServer(context, `indexing, ${work}`, server, use)
}

/** Time and peak memory of `unroll index rebuild`: the home, every turn of it. */
const rebuild = async (context: Context): Promise<Row> => {
  const row = emptyRow(FIRST, 'every turn of the home (index rebuild)', 'ms')
  const { main, home, index } = context.unroll
  const [program = '', ...argv] = unrollArgv(main)
  const options = ['index', 'rebuild', '--home', home, '--index', index]
  for (const server of context.servers) {
    if (server.name !== UNROLL) {
      row.notes[server.name] = 'nothing alike'
      continue
    }
    for (let run = 0; run < context.runs; run++) {
      server.forget?.()
      const startMs = performance.now()
      const child = spawn(program, [...argv, ...options], { stdio: 'ignore' })
      let peakMb = 0
      const timer = setInterval(() => (peakMb = Math.max(peakMb, peakMbOf(child.pid))), POLL_MS)
      const [code] = await once(child, 'exit')
      clearInterval(timer)
      if (code === 0) addSample(row, UNROLL, performance.now() - startMs)
      else row.notes[UNROLL] = `ended with ${code}`
      notePeak(context, 'indexing, rebuild', server, peakMb)
    }
  }
  return row
}

/** With nothing derived: until every thread is listed; until the first page of a huge thread; everything. */
export const firstIndex: Suite = async (context) => {
  const listing = emptyRow(FIRST, 'start until every page is listed', 'ms')
  const rows = [
    await interleaved(context, context.runs, listing, (server) =>
      firstStart(context, 'listing', server, listAll)
    )
  ]
  for (const threads of context.classes.filter(({ huge }) => huge)) {
    const row = emptyRow(FIRST, `start until the first page of turns, ${threads.name}`, 'ms')
    const page = async ({ connection }: Session): Promise<number> => {
      const threadId = threadOf(threads, 0).id
      const params = { threadId, limit: 20, itemsView: 'summary', sortDirection: 'desc' }
      await required(connection, 'thread/turns/list', params)
      return since(connection)
    }
    rows.push(
      await interleaved(context, context.runs, row, (server) =>
        firstStart(context, threads.name, server, page)
      )
    )
  }
  rows.push(await rebuild(context))
  return rows
}

/** With everything in place: until hello is answered, and until the first page of threads. */
export const startup: Suite = async (context) => {
  const hello = emptyRow(STARTUP, 'start until initialize is answered', 'ms')
  const page = emptyRow(STARTUP, 'start until the first page of threads', 'ms')
  const firstPage = async ({ connection }: Session): Promise<number> => {
    await required(connection, 'thread/list', { limit: 25 })
    return since(connection)
  }
  for (const server of context.servers) {
    // Leaves everything derived, whatever the suite before deleted.
    await withServer(context, 'indexing, nothing new', server, listAll).catch(() => 0) // will be noted below
  }
  await interleaved(context, 2 * context.runs, page, (server) =>
    withServer(context, 'any page, first of threads', server, async (session, helloMs) => {
      addSample(hello, server.name, helloMs)
      return firstPage(session)
    })
  )
  return [hello, page]
}
