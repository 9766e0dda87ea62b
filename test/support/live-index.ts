/**
 * A server in a process of its own over an index on disk, reached by a transport, beside one in this process without an index.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Ask, LiveTrial } from '../torture/hostile/live-index.ts'
import { copyHome, removeFolder, temporaryFolder } from './fixture-home.ts'
import { initialized, type Message } from './rpc-client.ts'
import { openInitialized } from './ws-client.ts'

const MAIN = join(import.meta.dirname, '..', '..', 'adapters', 'cli', 'main.ts')
const PROGRAM = ['--import', 'tsx', MAIN]

export type TransportName = 'stdio' | 'websocket' | 'unix'

const overStdio = async ({ stdin, stdout }: ChildProcess): Promise<Ask> => {
  const waiting = new Map<number, (message: Message) => void>()
  if (stdin === null || stdout === null) throw new Error('no pipes')
  createInterface({ input: stdout }).on('line', (line) => {
    const { id, ...answer } = JSON.parse(line) as Message
    waiting.get(id as number)?.(answer)
  })
  let last = 0
  const ask: Ask = (method, params) =>
    new Promise((resolve) => {
      last += 1
      waiting.set(last, resolve)
      stdin.write(`${JSON.stringify({ id: last, method, params })}\n`)
    })
  const clientInfo = { name: 'test', version: '1' }
  await ask('initialize', { clientInfo, capabilities: { experimentalApi: true } })
  return ask
}

const urlSaid = async ({ stderr }: ChildProcess): Promise<string> => {
  for (let heard = ''; stderr !== null;) {
    const [bytes] = (await once(stderr, 'data')) as [Buffer]
    heard += bytes.toString()
    const url = /listening on: (ws:\S+)/.exec(heard)?.[1]
    if (url !== undefined) return url
  }
  throw new Error('no stderr')
}

const overSocket = async (path: string): Promise<Ask> => {
  while (!existsSync(path)) await new Promise(setImmediate)
  return (await openInitialized(`ws+unix:${path}:/`)).ask
}

/** Waits until a process has handed its index to another one: its files are no longer part of its memory. */
const movedAway = async (pid: number): Promise<void> => {
  while (readFileSync(`/proc/${pid}/maps`, 'utf8').includes('/data.mdb'))
    await new Promise(setImmediate)
}

/** One question after the other. */
const inTurn = (ask: Ask): Ask => {
  let last: Promise<unknown> = Promise.resolve()
  return (method, params) => {
    const next = last.then(() => ask(method, params))
    last = next
    return next
  }
}

/** Starts a server over a copy of a recorded home, on Linux, where one sees which files a process maps; `program` is how Node is told to run unroll. */
export const liveServer = async (
  transport: TransportName,
  program: ReadonlyArray<string> = PROGRAM
): Promise<LiveTrial> => {
  const [home, folder] = [copyHome('fork-rollback-142'), temporaryFolder()]
  const [index, socket] = [join(folder, 'index'), join(folder, 'socket')]
  const url = { stdio: 'stdio://', websocket: 'ws://127.0.0.1:0', unix: `unix://${socket}` }
  const place = ['--home', home, '--index', index, '--listen', url[transport], '--items', 'rich']
  const child = spawn(process.execPath, [...program, 'app-server', ...place])
  const plain = await initialized(home, { profile: '0.169', strict: false })
  const asks = {
    stdio: () => overStdio(child),
    websocket: async () => (await openInitialized(await urlSaid(child))).ask,
    unix: () => overSocket(socket)
  }
  const ask = await asks[transport]()
  const files = readdirSync(join(home, 'sessions'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(home, 'sessions', name))
    .sort()
  await ask('thread/list', {})
  await movedAway(child.pid ?? 0)
  return {
    index,
    ask,
    askPlain: inTurn(plain.ask),
    threadIds: files.map((path) => path.slice(-'.jsonl'.length - 36, -'.jsonl'.length)),
    growing: files[0] ?? '',
    ended: () => child.exitCode ?? child.signalCode,
    close: async () => {
      await plain.close()
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      for (const path of [home, folder]) removeFolder(path)
    }
  }
}
