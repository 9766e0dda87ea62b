/**
 * Many requests at once: how long a server takes for each while 16 wait for it, which is what its throughput is the
 * inverse of.
 */
import { performance } from 'node:perf_hooks'
import { interleaved, roundsOf, withServers, type Suite } from './context.ts'
import { emptyRow, type Row } from './rows.ts'
import type { Ask, Session } from './session.ts'

/** Requests a client has sent and not yet been answered. */
const IN_FLIGHT = 16
/** Requests of one sample: enough that beginning and end do not count. */
const REQUESTS = 160

const turns = (threadId: string, itemsView: string, lap: number): Ask => ({
  method: 'thread/turns/list',
  params: { threadId, itemsView, limit: 20 + (lap % 20), sortDirection: 'desc' }
})

const read = (threadId: string, includeTurns: boolean): Ask => ({
  method: 'thread/read',
  params: { threadId, includeTurns }
})

const WORK: Readonly<Record<string, (threadId: string, lap: number) => Ask>> = {
  'turns page, summary': (id, lap) => turns(id, 'summary', lap),
  'turns page, full': (id, lap) => turns(id, 'full', lap),
  'read without turns': (id) => read(id, false),
  'read with turns': (id) => read(id, true)
}

/** Milliseconds for each request, all of them sent by clients that wait for one answer at a time. */
const drive = async ({ connection }: Session, asks: ReadonlyArray<Ask>): Promise<number> => {
  const startMs = performance.now()
  let next = 0
  const client = async (): Promise<void> => {
    for (let ask = asks[next++]; ask !== undefined; ask = asks[next++]) {
      const { error } = await connection.call(ask.method, ask.params)
      if (error !== null) throw new Error(error)
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, client))
  return (performance.now() - startMs) / asks.length
}

/**
 * Pages and reads of the small, medium and large threads of a home, in turn; homes of few huge threads are left out. Each round
 * asks for the threads behind those of the one before, and the rows that say so for the same again.
 */
export const concurrent: Suite = async (context) => {
  const ordinary = context.classes.filter(({ huge }) => !huge)
  if (ordinary.length === 0) return []
  const ids = ordinary.flatMap(({ threads }) => threads.map(({ id }) => id))
  // Neighbours are threads of other sizes, and never the same thread.
  const step = [7, 11, 13, 17].find((prime) => ids.length % prime !== 0) ?? 1
  const asksOf = (
    work: (threadId: string, lap: number) => Ask,
    round: number
  ): ReadonlyArray<Ask> =>
    Array.from({ length: REQUESTS }, (_, at) => {
      const nth = round * REQUESTS + at
      return work(ids[(nth * step) % ids.length] as string, Math.floor(nth / ids.length))
    })
  return withServers(context, `any work, ${IN_FLIGHT} at once`, async (sessions) => {
    const rows: Row[] = []
    const kinds = Object.entries(WORK).flatMap(([name, work]) =>
      ['', ', asked again'].map((again) => ({ name: `${name}${again}`, work, isNew: again === '' }))
    )
    for (const { name, work, isNew } of kinds) {
      // What runs for the first time is compiled first.
      for (const session of sessions) await drive(session, asksOf(work, 0)).catch(() => 0) // noted below
      const asked = new Map<unknown, number>()
      const next = (server: unknown): number => {
        const round = isNew ? (asked.get(server) ?? 0) + 1 : 0
        asked.set(server, round)
        return round
      }
      const row = emptyRow('concurrent', `${name}, ${IN_FLIGHT} in flight`, 'ms')
      const rounds = Math.max(...ordinary.map((threads) => roundsOf(threads, context)))
      const only = { ...context, servers: sessions.map(({ server }) => server) }
      rows.push(
        await interleaved(only, rounds, row, (server) =>
          drive(
            sessions.find((session) => session.server === server) as Session,
            asksOf(work, next(server))
          )
        )
      )
    }
    return rows
  })
}
