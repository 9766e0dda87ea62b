/**
 * Loads a listening app-server: many clients with mixed reads, many idle clients, and one that does not read.
 *
 *     npm run bench:load -- --home DIR [--seconds 60] [--connections 64] [--idle 1000]
 *
 * The server is a process of its own over the home itself, which reading does not change; its index is in a work folder. See README.md.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { WebSocket } from 'ws'
import { percentile } from './measure/percentile.ts'
import { short, tableOf } from './measure/report.ts'
import { unrollCommand } from './measure/servers.ts'
import { ask, askUntil, MIX, openLoad, type Tally } from './measure/ws-load.ts'

const { home, work, unroll, seconds, connections, idle } = parseArgs({
  options: {
    home: { type: 'string', default: '' },
    work: { type: 'string', default: join(tmpdir(), 'unroll-bench-load') },
    unroll: { type: 'string', default: 'dist/unroll.cjs' },
    seconds: { type: 'string', default: '60' },
    connections: { type: 'string', default: '64' },
    idle: { type: 'string', default: '1000' }
  }
}).values

const PAGE = 100
const THREADS = 500
const SLOW_REQUESTS = 5000
const BESIDE_SECONDS = 5

const start = async (): Promise<{ readonly child: ChildProcess; readonly url: string }> => {
  const ours = {
    main: resolve(unroll),
    home: resolve(home),
    index: join(work, 'index'),
    profile: ''
  }
  const { argv, env } = unrollCommand(ours, 'app-server', '--listen', 'ws://127.0.0.1:0')
  const [program = '', ...rest] = argv
  const child = spawn(program, rest, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let heard = ''
  child.once('exit', (code) => {
    if (code === 0) return
    process.stderr.write(heard)
    process.exit(1)
  })
  for (;;) {
    const [bytes] = (await once(child.stderr, 'data')) as [Buffer]
    heard += bytes.toString()
    const url = /listening on: (ws:\S+)/.exec(heard)?.[1]
    if (url === undefined) continue
    child.stderr.resume()
    return { child, url }
  }
}

const rssMb = (pid: number | undefined): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}

const threadIdsOf = async (socket: WebSocket): Promise<ReadonlyArray<string>> => {
  const ids: Array<string> = []
  let cursor: string | null = null
  do {
    const reply = await ask(socket, 'thread/list', { limit: PAGE, cursor })
    const { result } = JSON.parse(reply.toString()) as {
      result: { data: ReadonlyArray<{ id: string }>; nextCursor: string | null }
    }
    ids.push(...result.data.map(({ id }) => id))
    cursor = result.nextCursor
  } while (cursor !== null && ids.length < THREADS)
  return ids
}

const newTally = (): Tally => ({ times: new Map(), errors: new Map() })

const tellTally = ({ times, errors }: Tally, elapsedSeconds: number): void => {
  const rows = MIX.map(({ name }) => {
    const samples = times.get(name) ?? []
    const figures = [0.5, 0.99, 1].map((share) => short(percentile(samples, share)))
    return [name, String(samples.length), ...figures]
  })
  const count = [...times.values()].reduce((sum, { length }) => sum + length, 0)
  process.stdout.write(tableOf([['', 'answers', 'p50 ms', 'p99 ms', 'most ms'], ...rows]))
  const failed = [...errors].map(([code, number]) => `${code}: ${number}`).join(', ')
  console.log(`${short(count / elapsedSeconds)} answers per second; errors: ${failed || 'none'}`)
}

/** Many clients at once, and the memory of the server meanwhile. */
const mixedReads = async (url: string, pid: number | undefined, ids: ReadonlyArray<string>) => {
  const sockets = await Promise.all(
    Array.from({ length: Number(connections) }, () => openLoad(url))
  )
  const durationMs = Number(seconds) * 1000
  const tally = newTally()
  const memory = [rssMb(pid)]
  const timer = setInterval(() => memory.push(rssMb(pid)), durationMs / 20)
  const startMs = performance.now()
  await Promise.all(
    sockets.map((socket, seed) => askUntil(socket, seed + 1, ids, startMs + durationMs, tally))
  )
  const elapsedSeconds = (performance.now() - startMs) / 1000
  clearInterval(timer)
  memory.push(rssMb(pid))
  console.log(`\n${connections} connections, ${short(elapsedSeconds)} s of mixed reads`)
  tellTally(tally, elapsedSeconds)
  const at = (share: number): string =>
    short(memory[Math.floor((memory.length - 1) * share)] ?? NaN)
  console.log(
    `memory of the server in MB: ${at(0)} at the start, ${at(0.5)} in the middle, ${at(1)} at the end, ${short(Math.max(...memory))} at most`
  )
  for (const socket of sockets) socket.terminate()
}

/** One client asks for some seconds while others do what they do. */
const beside = async (url: string, ids: ReadonlyArray<string>, title: string): Promise<void> => {
  const socket = await openLoad(url)
  const tally = newTally()
  await askUntil(socket, 1, ids, performance.now() + BESIDE_SECONDS * 1000, tally)
  console.log(`\n${title}`)
  tellTally(tally, BESIDE_SECONDS)
  socket.terminate()
}

const idleClients = async (url: string, pid: number | undefined, ids: ReadonlyArray<string>) => {
  const before = rssMb(pid)
  const sockets: Array<WebSocket> = []
  for (let number = 0; number < Number(idle); number += 1) sockets.push(await openLoad(url))
  await beside(url, ids, `one client beside ${idle} idle ones`)
  const open = sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length
  console.log(
    `${open} of ${idle} still connected; ${short(rssMb(pid) - before)} MB more than before`
  )
  for (const socket of sockets) socket.terminate()
}

const slowReader = async (url: string, pid: number | undefined, ids: ReadonlyArray<string>) => {
  const before = rssMb(pid)
  const slow = await openLoad(url)
  slow.pause()
  for (let number = 0; number < SLOW_REQUESTS; number += 1) {
    const params = { threadId: ids[number % ids.length], includeTurns: true }
    slow.send(JSON.stringify({ id: number, method: 'thread/read', params }))
  }
  await beside(
    url,
    ids,
    `one client beside one that asked ${SLOW_REQUESTS} reads and reads nothing`
  )
  console.log(`${short(rssMb(pid) - before)} MB more than before`)
  slow.terminate()
}

if (home === '') {
  process.stderr.write(
    'usage: npm run bench:load -- --home DIR [--seconds 60] [--connections 64]\n'
  )
  process.exit(2)
}
mkdirSync(work, { recursive: true })
const { child, url } = await start()
const first = await openLoad(url)
const startedMs = performance.now()
const ids = await threadIdsOf(first)
console.log(`${ids.length} threads listed after ${short(performance.now() - startedMs)} ms`)
first.terminate()
await beside(url, ids, 'one client alone')
await mixedReads(url, child.pid, ids)
await idleClients(url, child.pid, ids)
await slowReader(url, child.pid, ids)
child.kill('SIGTERM')
const [code] = (await once(child, 'exit')) as [number | null]
console.log(`\nexit code of the server: ${code}`)
