/**
 * Starting: with nothing derived yet, and with everything in place.
 */
import { performance } from 'node:perf_hooks'
import { interleaved, notePeak, threadOf, withServer, type Context, type Suite } from './context.ts'
import type { Connection } from './rpc.ts'
import { addSample, emptyRow, type Row } from './rows.ts'
import { runOnce } from './run-once.ts'
import { unrollCommand, UNROLL, type Server } from './servers.ts'
import type { Session } from './session.ts'

const FIRST = 'first index'
const STARTUP = 'startup'
const PAGE_THREADS = 100

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

/** Time of `unroll index rebuild`: the home, every turn of it. */
export const rebuildOnce = async (
  context: Context,
  work: string,
  server: Server
): Promise<number> => {
  server.forget?.()
  const { ms, peakMb } = await runOnce(unrollCommand(context.unroll, 'index', 'rebuild'))
  notePeak(context, work, server.name, peakMb)
  return ms
}

const rebuild = async (context: Context): Promise<Row> => {
  const row = emptyRow(FIRST, 'every turn of the home (index rebuild)', 'ms')
  const unroll = context.servers.filter(({ name }) => name === UNROLL)
  for (const { name } of context.servers) if (name !== UNROLL) row.notes[name] = 'nothing alike'
  return interleaved({ ...context, servers: unroll }, context.runs, row, (server) =>
    rebuildOnce(context, 'indexing, rebuild', server)
  )
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
  return [hello, page, await withHeapOption(context)]
}

/** The start of unroll with an option for the size of its heap, times a start without it. */
const withHeapOption = async (context: Context): Promise<Row> => {
  const row = emptyRow(STARTUP, 'with --max-old-space-size, times without it', 'times')
  const [unroll] = context.servers.filter(({ name }) => name === UNROLL)
  for (const { name } of context.servers) if (name !== UNROLL) row.notes[name] = 'nothing alike'
  if (unroll === undefined) return row
  const start = (server: Server): Promise<number> =>
    withServer(context, 'any page, first of threads', server, async ({ connection }) => {
      await required(connection, 'thread/list', { limit: 25 })
      return since(connection)
    })
  const { argv, env } = unroll.command
  const NODE_OPTIONS = `${env['NODE_OPTIONS'] ?? ''} --max-old-space-size=4096`
  const asked = { ...unroll, command: { argv, env: { ...env, NODE_OPTIONS } } }
  return interleaved({ ...context, servers: [unroll] }, context.runs, row, async (server) => {
    const plain = await start(server)
    return (await start(asked)) / plain
  })
}
